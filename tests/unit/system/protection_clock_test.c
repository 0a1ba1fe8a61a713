/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine whose clock is wrong: said so, let out as far as the time servers' names, then strict
 * again. Where a real clock leaps, these tests say that it did. */
#include "protection_scene.h"

#include "network_settings.h"

#include <string.h>

#define YEAR_S INT64_C(31536000)

static void on_set(void *owner, int64_t leap_s)
{
}

static void set_up(Fixture *fixture, gconstpointer unused)
{
    scene_set_up(fixture, NULL);
    fixture->clock = clock_new(fixture->harness.loop, NULL, on_set, NULL);
    give_domains(fixture, "192.0.2.7", "");
}

/* The web says another time, and certificates are of that time. */
static void be_ahead(Fixture *fixture, int64_t ahead_s)
{
    fake_servers[1].status = STATUS_CERT_EXPIRED;
    fake_portal.verdict = PORTAL_OPEN;
    fake_portal.date_s = loop_wall_s(fixture->harness.loop) - ahead_s;
}

static void be_right(Fixture *fixture)
{
    fake_servers[1].status = STATUS_OK;
    fake_portal.date_s = loop_wall_s(fixture->harness.loop);
}

static void set_clock(Fixture *fixture, int64_t leap_s)
{
    Loop *loop = fixture->harness.loop;
    loop_set_wall(loop, loop_wall_s(loop) + leap_s);
    engine_reconnect(fixture->harness.engine);
    protection_clock_set(fixture->protection, leap_s);
}

static void join(Fixture *fixture)
{
    change_network(fixture, true, "elsewhere");
}

/* Where a name goes that a route takes; NULL: to the plan's resolvers. */
static const Route *route_of(Fixture *fixture, const char *text)
{
    const Plan *plan = protection_plan(fixture->protection);
    Name name;
    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    for (size_t i = 0; i < plan->route_count; i++) {
        if (name_is_under(&name, &plan->routes[i].suffix))
            return &plan->routes[i];
    }
    return NULL;
}

static void assert_only_time_is_open(Fixture *fixture)
{
    const Route *route = route_of(fixture, "2.time.example");
    g_assert_nonnull(route);
    g_assert_cmpint(route->kind, ==, ROUTE_TIME);
    g_assert_cmpuint(route->resolver->endpoint_count, ==, 1);
    g_assert_cmpint(route->resolver->endpoints[0]->kind, ==, ENDPOINT_PLAIN);
    g_assert_null(route_of(fixture, "example"));
    g_assert_null(route_of(fixture, "www.example"));
}

static void test_wrong_clock_is_named(Fixture *fixture, gconstpointer unused)
{
    ProtectionView view;
    start_on(fixture);
    be_ahead(fixture, YEAR_S);
    join(fixture);
    run_until(fixture, PROTECTION_BLOCKED);
    expect(fixture, PROTECTION_BLOCKED, "clock-wrong");
    protection_view(fixture->protection, &view);
    g_assert_cmpstr(view.reason, ==, "Your computer's clock is wrong, so secure connections fail.");
}

static void test_only_time_servers_are_let_out(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    g_assert_null(route_of(fixture, "time.example"));
    be_ahead(fixture, YEAR_S);
    join(fixture);
    run_until(fixture, PROTECTION_BLOCKED);
    assert_only_time_is_open(fixture);
}

static void test_expired_certificate_is_not_the_clock(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    be_ahead(fixture, 0);
    join(fixture);
    run_until(fixture, PROTECTION_BLOCKED);
    expect(fixture, PROTECTION_BLOCKED, "cert-expired");
    g_assert_null(route_of(fixture, "time.example"));
}

static void test_other_trouble_opens_nothing(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    be_ahead(fixture, YEAR_S);
    fake_servers[1].status = STATUS_CERT_UNTRUSTED;
    join(fixture);
    run_until(fixture, PROTECTION_BLOCKED);
    expect(fixture, PROTECTION_BLOCKED, "cert-untrusted");
    g_assert_null(route_of(fixture, "time.example"));
}

static void test_clock_set_is_proven_at_once(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    be_ahead(fixture, YEAR_S);
    join(fixture);
    run_until(fixture, PROTECTION_BLOCKED);
    run(fixture, 100000000); /* it looks seldom by now */
    expect(fixture, PROTECTION_BLOCKED, "clock-wrong");
    set_clock(fixture, -YEAR_S);
    be_right(fixture);
    run(fixture, 300000);
    expect(fixture, PROTECTION_ON, "");
    g_assert_null(route_of(fixture, "time.example"));
}

static void test_clock_set_wrong_again(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    be_ahead(fixture, YEAR_S);
    join(fixture);
    run_until(fixture, PROTECTION_BLOCKED);
    set_clock(fixture, YEAR_S);
    run_until(fixture, PROTECTION_BLOCKED);
    expect(fixture, PROTECTION_BLOCKED, "clock-wrong");
    assert_only_time_is_open(fixture);
}

static void test_start_with_a_flat_battery(Fixture *fixture, gconstpointer unused)
{
    fixture->saved->on = true;
    loop_set_wall(fixture->harness.loop, 3600);
    fake_servers[1].status = STATUS_CERT_NOT_YET_VALID;
    fixture_start(fixture);
    run(fixture, 1000000); /* no search through all its time */
    expect(fixture, PROTECTION_BLOCKED, "clock-wrong");
    assert_only_time_is_open(fixture);
    g_assert_cmpuint(fixture->fake.restores, ==, 0);
    set_clock(fixture, 60 * YEAR_S);
    be_right(fixture);
    run_until(fixture, PROTECTION_ON);
}

static void test_turning_on_with_a_wrong_clock(Fixture *fixture, gconstpointer unused)
{
    loop_set_wall(fixture->harness.loop, 3600);
    fake_servers[1].status = STATUS_CERT_NOT_YET_VALID;
    fixture_start(fixture);
    turn_on(fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    expect(fixture, PROTECTION_OFF, "clock-wrong");
    g_assert_cmpuint(fixture->fake.points, ==, 0);
}

static void test_pause_is_as_long_as_it_was(Fixture *fixture, gconstpointer unused)
{
    ProtectionView view;
    start_on(fixture);
    protection_pause(fixture->protection, "alice", 600, on_done, fixture);
    run_until_answered(fixture);
    set_clock(fixture, YEAR_S);
    protection_view(fixture->protection, &view);
    g_assert_cmpint(llabs(view.until_s - loop_wall_s(fixture->harness.loop) - 600), <=, 1);
    run(fixture, INT64_C(590000000));
    expect(fixture, PROTECTION_PAUSED, "");
    run(fixture, INT64_C(12000000));
    expect(fixture, PROTECTION_ON, "");
}

#define ADD(path, test)                                                                            \
    g_test_add("/protection-clock/" path, Fixture, NULL, set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("wrong-clock-is-named", test_wrong_clock_is_named);
    ADD("only-time-servers-are-let-out", test_only_time_servers_are_let_out);
    ADD("expired-certificate-is-not-the-clock", test_expired_certificate_is_not_the_clock);
    ADD("other-trouble-opens-nothing", test_other_trouble_opens_nothing);
    ADD("clock-set-is-proven-at-once", test_clock_set_is_proven_at_once);
    ADD("clock-set-wrong-again", test_clock_set_wrong_again);
    ADD("start-with-a-flat-battery", test_start_with_a_flat_battery);
    ADD("turning-on-with-a-wrong-clock", test_turning_on_with_a_wrong_clock);
    ADD("pause-is-as-long-as-it-was", test_pause_is_as_long_as_it_was);
    return g_test_run();
}
