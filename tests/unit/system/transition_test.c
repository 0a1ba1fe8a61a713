/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From one state of protection to another, as somebody asked for. */
#include "protection_scene.h"

#include <glib/gstdio.h>

/* --- turning on --- */

static void test_turn_on(Fixture *fixture, gconstpointer unused)
{
    ProtectionView view;
    fixture_start(fixture);
    expect(fixture, PROTECTION_OFF, "");
    protection_turn_on(fixture->protection, "alice", on_done, fixture);
    expect(fixture, PROTECTION_STARTING, "");
    g_assert_cmpuint(fixture->fake.points, ==, 0); /* proves first */
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, -1);
    expect(fixture, PROTECTION_ON, "");
    g_assert_cmpuint(fixture->fake.points, ==, 1);
    g_assert_true(fixture->saved->on);
    protection_view(fixture->protection, &view);
    g_assert_cmpstr(view.changed_by, ==, "alice");
    g_assert_cmpstr(view.network, ==, "Hotel");
    g_assert_cmpstr(view.resolver, ==, "s1");
}

static void test_bad_resolver_never_switches(Fixture *fixture, gconstpointer unused)
{
    fake_servers[1].status = STATUS_CERT_EXPIRED;
    fixture_start(fixture);
    turn_on(fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    expect(fixture, PROTECTION_OFF, "cert-expired");
    g_assert_cmpuint(fixture->fake.points, ==, 0);
    g_assert_false(fixture->saved->on);
}

static void test_refused_switch_rolls_back(Fixture *fixture, gconstpointer unused)
{
    fixture->fake.refuse = true;
    fixture_start(fixture);
    turn_on(fixture);
    expect(fixture, PROTECTION_OFF, "networkmanager");
    g_assert_cmpuint(fixture->fake.restores, ==, 1);
}

static void test_other_path_rolls_back(Fixture *fixture, gconstpointer unused)
{
    g_atomic_int_set(&system_leads_here, 0);
    fixture_start(fixture);
    turn_on(fixture);
    expect(fixture, PROTECTION_OFF, "system-elsewhere");
    g_assert_cmpuint(fixture->fake.points, ==, 1);
    g_assert_cmpuint(fixture->fake.restores, ==, 1);
    g_assert_false(fixture->saved->on);
}

static void test_needs_a_network(Fixture *fixture, gconstpointer unused)
{
    fixture->fake.network.facts.online = false;
    fixture_start(fixture);
    protection_turn_on(fixture->protection, "alice", on_done, fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    expect(fixture, PROTECTION_OFF, "");
}

static void test_off_ends_turning_on(Fixture *fixture, gconstpointer unused)
{
    fake_servers[1].silent = true;
    fixture_start(fixture);
    protection_turn_on(fixture->protection, "alice", on_done, fixture);
    run(fixture, 500000);
    protection_turn_off(fixture->protection, "bob", NULL, NULL);
    g_assert_cmpuint(fixture->answers, ==, 1);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_CANCELLED);
    run(fixture, 10000000);
    expect(fixture, PROTECTION_OFF, "");
    g_assert_cmpuint(fixture->fake.points, ==, 0);
}

static void test_off_restores(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    protection_turn_off(fixture->protection, "bob", on_done, fixture);
    run_until_answered(fixture);
    expect(fixture, PROTECTION_OFF, "");
    g_assert_cmpuint(fixture->fake.restores, ==, 1);
    g_assert_false(fixture->saved->on);
    g_assert_cmpstr(fixture->saved->changed_by, ==, "bob");
}

/* --- pause --- */

static void test_pause_ends_by_itself(Fixture *fixture, gconstpointer unused)
{
    ProtectionView view;
    start_on(fixture);
    protection_pause(fixture->protection, "alice", 60, on_done, fixture);
    run_until_answered(fixture);
    expect(fixture, PROTECTION_PAUSED, "");
    protection_view(fixture->protection, &view);
    g_assert_cmpint(view.until_s, ==, loop_wall_s(fixture->harness.loop) + 60);
    g_assert_cmpuint(fixture->fake.restores, ==, 1);
    run(fixture, 59000000);
    expect(fixture, PROTECTION_PAUSED, "");
    run(fixture, 2000000);
    run_until(fixture, PROTECTION_ON);
    g_assert_cmpuint(fixture->fake.points, ==, 2);
}

static void test_pause_needs_on(Fixture *fixture, gconstpointer unused)
{
    fixture_start(fixture);
    protection_pause(fixture->protection, "alice", 60, on_done, fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    protection_pause(fixture->protection, "alice", 59, on_done, fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_INVALID_ARGUMENT);
}

static void test_resume(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    protection_pause(fixture->protection, "alice", 3600, on_done, fixture);
    run_until_answered(fixture);
    protection_resume(fixture->protection, "bob", on_done, fixture);
    run_until_answered(fixture);
    expect(fixture, PROTECTION_ON, "");
}

/* --- the choice --- */

static void test_choice_is_proven_first(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fake_servers[2].status = STATUS_CERT_NAME;
    protection_set_resolver(fixture->protection, "alice", "s2", on_done, fixture);
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    g_assert_cmpstr(fixture->saved->resolver, ==, "s1");
    expect(fixture, PROTECTION_ON, "");

    protection_set_resolver(fixture->protection, "alice", "s3", on_done, fixture);
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, -1);
    g_assert_cmpstr(fixture->saved->resolver, ==, "s3");
    g_assert_cmpstr(protection_plan(fixture->protection)->resolvers[0]->id, ==, "s3");
}

static void test_unknown_choice(Fixture *fixture, gconstpointer unused)
{
    fixture_start(fixture);
    protection_set_resolver(fixture->protection, "alice", "nobody", on_done, fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_NOT_FOUND);
    g_assert_cmpstr(fixture->saved->resolver, ==, "s1");
}

/* --- what changes meanwhile --- */

static void expect_route(Fixture *fixture, const char *domain)
{
    const Plan *plan = protection_plan(fixture->protection);
    char text[NAME_MAX_TEXT];
    g_assert_cmpuint(plan->route_count, ==, 1);
    g_assert_cmpstr(name_format(&plan->routes[0].suffix, text), ==, domain);
}

static void test_routes_are_the_new_networks(Fixture *fixture, gconstpointer unused)
{
    fake_servers[1].silent = true;
    give_domains(fixture, "192.0.2.7", "old.example");
    fixture_start(fixture);
    protection_turn_on(fixture->protection, "alice", on_done, fixture);
    run(fixture, 500000);
    fake_servers[1].silent = false;
    give_domains(fixture, "192.0.2.8", "new.example");
    change_network(fixture, true, "two");
    run_until_answered(fixture);
    expect(fixture, PROTECTION_ON, "");
    expect_route(fixture, "new.example");
}

static void test_choice_takes_the_new_networks_routes(Fixture *fixture, gconstpointer unused)
{
    give_domains(fixture, "192.0.2.7", "old.example");
    start_on(fixture);
    fake_servers[2].silent = true;
    protection_set_resolver(fixture->protection, "alice", "s2", on_done, fixture);
    run(fixture, 500000);
    fake_servers[2].silent = false;
    give_domains(fixture, "192.0.2.8", "new.example");
    change_network(fixture, true, "two");
    run_until_answered(fixture);
    g_assert_cmpstr(fixture->saved->resolver, ==, "s2");
    expect_route(fixture, "new.example");
}

static void test_network_back_while_choosing(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fake_servers[2].silent = true;
    fixture->settings->probe_budget_us = 8000000;
    protection_set_resolver(fixture->protection, "alice", "s2", on_done, fixture);
    change_network(fixture, false, "");
    run(fixture, 3000000);
    expect(fixture, PROTECTION_OFFLINE, "offline");
    change_network(fixture, true, "two");
    run_until_answered(fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    run_until(fixture, PROTECTION_ON);
}

static void test_network_lost_while_rolling_back(Fixture *fixture, gconstpointer unused)
{
    g_atomic_int_set(&system_leads_here, 0);
    fixture_start(fixture);
    protection_turn_on(fixture->protection, "alice", on_done, fixture);
    while (fixture->fake.points == 0)
        run(fixture, 10000);
    run(fixture, 10000); /* it has answered */
    fixture->fake.slow = true;
    for (int i = 0; i < 4000 && fixture->fake.restores == 0; i++) {
        run(fixture, 10000);
        g_usleep(500);
    }
    change_network(fixture, false, "");
    expect(fixture, PROTECTION_STARTING, ""); /* until the network has its DNS back */
    g_assert_cmpuint(fixture->fake.restores, ==, 1);
    fake_network_answer(&fixture->fake);
    run_until_answered(fixture);
    expect(fixture, PROTECTION_OFF, "system-elsewhere");
}

static void test_stopping_ends_turning_on(Fixture *fixture, gconstpointer unused)
{
    fake_servers[1].silent = true;
    fixture_start(fixture);
    protection_turn_on(fixture->protection, "alice", on_done, fixture);
    run(fixture, 500000);
    protection_release(fixture->protection, on_done, fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_CANCELLED);
    fake_servers[1].silent = false;
    change_network(fixture, true, "two");
    run(fixture, 10000000);
    g_assert_cmpint(fixture->error, ==, -1);
    g_assert_cmpuint(fixture->fake.points, ==, 0);
    g_assert_cmpuint(fixture->fake.restores, ==, 1);
}

static void test_wanted_stays_wanted(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fixture->fake.network.facts.pointed = false;
    change_network(fixture, true, "one");
    run(fixture, 7000000);
    expect(fixture, PROTECTION_ERROR, "not-pointed");
    fixture->fake.refuse = true;
    turn_on(fixture); /* "Turn On Again" */
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
    expect(fixture, PROTECTION_ERROR, "networkmanager");
    g_assert_cmpuint(fixture->fake.restores, ==, 0);
    g_assert_true(fixture->saved->on);
}

/* --- who --- */

static void expect_who(Fixture *fixture, const char *who)
{
    ProtectionView view;
    protection_view(fixture->protection, &view);
    g_assert_cmpstr(view.changed_by, ==, who);
}

static void test_who_changed_nothing_is_not_named(Fixture *fixture, gconstpointer unused)
{
    fixture->fake.network.facts.online = false;
    fixture_start(fixture);
    protection_turn_on(fixture->protection, "bob", on_done, fixture);
    expect_who(fixture, "");

    fixture->fake.network.facts.online = true;
    turn_on(fixture);
    expect_who(fixture, "alice");
    fake_servers[2].status = STATUS_CERT_NAME;
    protection_set_resolver(fixture->protection, "bob", "s2", on_done, fixture);
    run_until_answered(fixture);
    expect_who(fixture, "alice");
    protection_set_resolver(fixture->protection, "bob", "s3", on_done, fixture);
    run_until_answered(fixture);
    expect_who(fixture, "bob");
    protection_pause(fixture->protection, "carol", 60, on_done, fixture);
    run_until_answered(fixture);
    expect_who(fixture, "carol");
}

/* --- keeping --- */

/* As where a disk is full: protection is more than its memory. */
static void test_unsaved_choice_is_in_force_and_saved_later(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    g_autofree char *place = g_build_filename(folder, "later", NULL);
    g_autofree char *path = g_build_filename(place, "state.conf", NULL);
    set_text(&fixture->saved->path, path);
    start_on(fixture);
    g_assert_nonnull(protection_unsaved(fixture->protection));
    g_assert_cmpint(g_mkdir(place, 0700), ==, 0);
    run(fixture, 6000000);
    g_assert_null(protection_unsaved(fixture->protection));
    g_autoptr(State) kept = state_load(path);
    g_assert_true(kept->on);
    g_unlink(path);
    g_rmdir(place);
    g_rmdir(folder);
}

static void test_lost_choice_is_told(Fixture *fixture, gconstpointer unused)
{
    fixture->saved->lost = true;
    fixture_start(fixture);
    expect(fixture, PROTECTION_OFF, "choice-lost");
    turn_on(fixture);
    expect(fixture, PROTECTION_ON, "");
}

#define ADD(path, test)                                                                            \
    g_test_add("/protection/" path, Fixture, NULL, scene_set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("turn-on-proves-switches-proves", test_turn_on);
    ADD("bad-resolver-never-switches", test_bad_resolver_never_switches);
    ADD("refused-switch-rolls-back", test_refused_switch_rolls_back);
    ADD("other-path-rolls-back", test_other_path_rolls_back);
    ADD("needs-a-network", test_needs_a_network);
    ADD("off-ends-turning-on", test_off_ends_turning_on);
    ADD("off-restores", test_off_restores);
    ADD("pause-ends-by-itself", test_pause_ends_by_itself);
    ADD("pause-needs-on", test_pause_needs_on);
    ADD("resume-goes-on", test_resume);
    ADD("choice-is-proven-first", test_choice_is_proven_first);
    ADD("unknown-choice-is-refused", test_unknown_choice);
    ADD("routes-are-the-new-networks", test_routes_are_the_new_networks);
    ADD("choice-takes-the-new-networks-routes", test_choice_takes_the_new_networks_routes);
    ADD("network-back-while-choosing", test_network_back_while_choosing);
    ADD("network-lost-while-rolling-back", test_network_lost_while_rolling_back);
    ADD("stopping-ends-turning-on", test_stopping_ends_turning_on);
    ADD("wanted-stays-wanted-when-turned-on-again", test_wanted_stays_wanted);
    ADD("unsaved-choice-is-in-force-and-saved-later",
        test_unsaved_choice_is_in_force_and_saved_later);
    ADD("lost-choice-is-told", test_lost_choice_is_told);
    ADD("who-changed-nothing-is-not-named", test_who_changed_nothing_is_not_named);
    return g_test_run();
}
