/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moves the state of protection without anybody asking, and what is routed and allowed then.
 */
#include "protection_scene.h"
#include "routes.h"

/* --- holding --- */

static void fail_questions(Fixture *fixture)
{
    for (unsigned i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("q%u.example", i);
        const Ask ask = {.name = name, .type = RRTYPE_A, .id = (uint16_t)(i + 1)};
        harness_send(&fixture->harness, &ask);
        run(fixture, 2000000);
    }
}

static void test_failures_block_and_an_answer_lifts(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fake_servers[1].status = STATUS_TIMEOUT;
    fail_questions(fixture);
    run_until(fixture, PROTECTION_BLOCKED);
    expect(fixture, PROTECTION_BLOCKED, "timeout");
    g_assert_cmpuint(fixture->fake.restores, ==, 0); /* nothing leaves in clear */
    g_assert_true(fixture->saved->on);

    fake_servers[1].status = STATUS_OK;
    const Ask ask = {.name = "again.example", .type = RRTYPE_A, .id = 9};
    harness_send(&fixture->harness, &ask);
    run_until(fixture, PROTECTION_ON);
    expect(fixture, PROTECTION_ON, "");
}

static void test_block_ends_by_itself(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fake_servers[1].status = STATUS_TIMEOUT;
    fail_questions(fixture);
    expect(fixture, PROTECTION_STARTING, "searching");
    run_until(fixture, PROTECTION_BLOCKED);
    fake_servers[1].status = STATUS_OK;
    run(fixture, 60000000); /* it is looked again, ever more seldom */
    expect(fixture, PROTECTION_ON, "");
}

/* An answer kept from better times comes at once, and is no sign of life. */
static void test_stale_answer_does_not_lift(Fixture *fixture, gconstpointer unused)
{
    const Ask kept = {.name = "kept.example", .type = RRTYPE_A, .id = 7};
    Message answer;

    start_on(fixture);
    fake_servers[1].ttl_s = 5;
    harness_send(&fixture->harness, &kept);
    run(fixture, 20000000);
    fake_servers[1].status = STATUS_TIMEOUT;
    fail_questions(fixture);
    run_until(fixture, PROTECTION_BLOCKED);
    for (int i = 0; i < 3; i++) {
        harness_send(&fixture->harness, &kept);
        run(fixture, 3000000);
    }
    while (harness_receive(&fixture->harness, &answer))
        ;
    g_assert_cmpuint(answer.id, ==, kept.id);
    g_assert_cmpuint(answer.answer_count, ==, 1);
    expect(fixture, PROTECTION_BLOCKED, "timeout");
}

static void test_restart_goes_on_held(Fixture *fixture, gconstpointer unused)
{
    fixture->saved->on = true;
    fake_servers[1].status = STATUS_REFUSED;
    fixture_start(fixture);
    expect(fixture, PROTECTION_STARTING, "");
    run_until(fixture, PROTECTION_BLOCKED);
    expect(fixture, PROTECTION_BLOCKED, "refused");
    g_assert_cmpuint(fixture->fake.points, ==, 1);
    g_assert_cmpuint(fixture->fake.restores, ==, 0);
    fake_servers[1].status = STATUS_OK;
    turn_on(fixture); /* "try again" */
    expect(fixture, PROTECTION_ON, "");
}

static void test_offline_and_back(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    change_network(fixture, false, "");
    run(fixture, 1000000);
    expect(fixture, PROTECTION_ON, ""); /* roaming takes a moment */
    run(fixture, 2000000);
    expect(fixture, PROTECTION_OFFLINE, "offline");
    unsigned changes = fake_servers[1].network_changes;
    change_network(fixture, true, "two");
    run_until(fixture, PROTECTION_ON);
    g_assert_cmpuint(fake_servers[1].network_changes, ==, changes + 1);
    g_assert_cmpuint(fixture->fake.restores, ==, 0);
}

static void test_lost_settings_are_an_error(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fixture->fake.network.facts.pointed = false;
    change_network(fixture, true, "one");
    run(fixture, 7000000);
    expect(fixture, PROTECTION_ERROR, "not-pointed");
    fixture->fake.network.facts.pointed = true;
    change_network(fixture, true, "one");
    run_until(fixture, PROTECTION_ON);
}

static void test_another_programs_settings_are_an_error(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    unsigned points = fixture->fake.points;
    fixture->fake.network.facts.taken = true;
    change_network(fixture, true, "one");
    expect(fixture, PROTECTION_ERROR, "dns-taken");
    run(fixture, 7000000);
    expect(fixture, PROTECTION_ERROR, "dns-taken");
    g_assert_cmpuint(fixture->fake.points, ==, points); /* only the user puts it right */
    fixture->fake.network.facts.taken = false;
    turn_on(fixture);
    run_until(fixture, PROTECTION_ON);
    g_assert_cmpuint(fixture->fake.points, ==, points + 1);
}

static void test_another_programs_settings_may_go(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fixture->fake.network.facts.taken = true;
    change_network(fixture, true, "one");
    fixture->fake.network.facts.taken = false;
    change_network(fixture, true, "one");
    run_until(fixture, PROTECTION_ON);
}

static void test_absent_networkmanager_changes_nothing(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fixture->fake.network.facts.managed = false;
    fixture->fake.network.facts.pointed = false;
    change_network(fixture, false, "");
    run(fixture, 20000000);
    expect(fixture, PROTECTION_ON, "");
}

/* --- the network's names --- */

static void test_networks_names_are_routed(Fixture *fixture, gconstpointer unused)
{
    give_domains(fixture, "192.0.2.7", "com,corp.example,lan,.");
    fixture_start(fixture);
    const Plan *plan = protection_plan(fixture->protection);
    char text[NAME_MAX_TEXT];
    g_assert_cmpuint(plan->route_count, ==, 2);
    g_assert_cmpstr(name_format(&plan->routes[0].suffix, text), ==, "corp.example");
    g_assert_cmpstr(name_format(&plan->routes[1].suffix, text), ==, "lan");
    const NetworkLink *link = g_ptr_array_index(fixture->fake.network.facts.links, 0);
    g_assert_true(address_equal(&plan->routes[0].resolver->endpoints[0]->address,
                                g_ptr_array_index(link->servers, 0)));
}

static unsigned count_routes(Fixture *fixture, NetworkLink *link, const char *domains)
{
    const RoutesPolicy policy = {.local_domains = true, .vpn_lookups = true};
    g_strfreev(link->domains);
    link->domains = g_strsplit(domains, ",", 0);
    g_autoptr(Plan) plan = plan_new();
    Name own;
    Resolver *resolver = resolver_new("Route corp.example", "corp.example");
    g_assert_cmpint(name_parse("corp.example", &own), ==, STATUS_OK);
    plan_add_route(plan, &own, ROUTE_NETWORK, resolver);
    resolver_unref(resolver);
    routes_add(plan, fixture->fake.network.facts.links, &policy);
    return (unsigned)plan->route_count - 1;
}

static void test_networks_claims_are_limited(Fixture *fixture, gconstpointer unused)
{
    NetworkLink *link = fake_network_add_link(&fixture->fake, "192.0.2.7", "");
    g_assert_cmpuint(count_routes(fixture, link, "lan,~Office.INTERNAL,home.arpa"), ==, 3);
    g_assert_cmpuint(count_routes(fixture, link, "fritz.box,ad.contoso.example"), ==, 2);
    g_assert_cmpuint(count_routes(fixture, link, ".,com,CO.UK,com.au,not a name,"), ==, 0);
    g_assert_cmpuint(count_routes(fixture, link, "lan,LAN,printers.lan"), ==, 1);
    g_assert_cmpuint(count_routes(fixture, link, "corp.example,hr.corp.example"), ==,
                     0); /* [Route] */
    link->open = true;
    g_assert_cmpuint(count_routes(fixture, link, "google.com,www.google.com"), ==, 0);
    g_assert_cmpuint(count_routes(fixture, link, "lan,office.internal,home.arpa"), ==, 3);
    fixture_start(fixture);
}

static void test_networks_names_by_consent(Fixture *fixture, gconstpointer unused)
{
    give_domains(fixture, "192.0.2.7", "corp.example");
    fixture->settings->local_domains = false;
    fixture_start(fixture);
    g_assert_cmpuint(protection_plan(fixture->protection)->route_count, ==, 0);
}

static LeakPacket packet_for(const char *destination, const char *name)
{
    LeakPacket packet = {.interface = 9};
    g_assert_cmpint(address_parse(destination, 53, &packet.destination), ==, STATUS_OK);
    g_assert_cmpint(name_parse(name, &packet.name), ==, STATUS_OK);
    return packet;
}

static void test_clear_flows(Fixture *fixture, gconstpointer unused)
{
    give_domains(fixture, "192.0.2.7", "corp.example");
    LeakPacket own = packet_for("192.0.2.7", "printer.corp.example");
    LeakPacket other = packet_for("192.0.2.7", "www.example");
    LeakPacket elsewhere = packet_for("192.0.2.8", "printer.corp.example");
    LeakPacket certificate = packet_for("192.0.2.9", "2.dnscrypt-cert.dns.example");
    LeakPacket discovery = packet_for("192.0.2.9", "_dns.resolver.arpa");
    fixture_start(fixture);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &other), ==,
                    CLEAR_NONE); /* nothing promised */
    turn_on(fixture);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &own), ==, CLEAR_NETWORK);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &certificate), ==,
                    CLEAR_CERTIFICATE);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &discovery), ==, CLEAR_DISCOVERY);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &other), ==, CLEAR_LEAK);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &elsewhere), ==, CLEAR_LEAK);
}

static void test_clear_flow_is_known_a_moment_longer(Fixture *fixture, gconstpointer unused)
{
    give_domains(fixture, "192.0.2.7", "corp.example");
    LeakPacket own = packet_for("192.0.2.7", "printer.corp.example");
    start_on(fixture);
    give_domains(fixture, "192.0.2.8", "other.example");
    network_tell(&fixture->fake.network);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &own), ==, CLEAR_NETWORK);
    run(fixture, G_USEC_PER_SEC);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &own), ==, CLEAR_LEAK);
}

static void test_opening_is_no_leak(Fixture *fixture, gconstpointer unused)
{
    LeakPacket any = packet_for("192.0.2.7", "www.example");
    start_on(fixture);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &any), ==, CLEAR_LEAK);
    fixture->fake.slow = true;
    protection_pause(fixture->protection, "alice", 60, on_done, fixture);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &any), ==, CLEAR_CONSENT);
    protection_turn_off(fixture->protection, "alice", on_done, fixture);
    g_assert_cmpint(protection_judge_clear(fixture->protection, &any), ==, CLEAR_CONSENT);
}

static void test_networkmanager_that_stops(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fixture->fake.network.facts.pointed = false;
    change_network(fixture, false, "");
    fixture->fake.network.facts.managed = false; /* within the graces of what it took away first */
    change_network(fixture, false, "");
    run(fixture, 20000000);
    expect(fixture, PROTECTION_ON, "");
}

#define ADD(path, test)                                                                            \
    g_test_add("/protection/" path, Fixture, NULL, scene_set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("failures-block-and-an-answer-lifts", test_failures_block_and_an_answer_lifts);
    ADD("block-ends-by-itself", test_block_ends_by_itself);
    ADD("stale-answer-does-not-lift", test_stale_answer_does_not_lift);
    ADD("restart-goes-on-held", test_restart_goes_on_held);
    ADD("offline-and-back", test_offline_and_back);
    ADD("lost-settings-are-an-error", test_lost_settings_are_an_error);
    ADD("another-programs-settings-are-an-error", test_another_programs_settings_are_an_error);
    ADD("another-programs-settings-may-go", test_another_programs_settings_may_go);
    ADD("absent-networkmanager-changes-nothing", test_absent_networkmanager_changes_nothing);
    ADD("names-of-the-network-are-routed", test_networks_names_are_routed);
    ADD("claims-of-the-network-are-limited", test_networks_claims_are_limited);
    ADD("names-of-the-network-by-consent", test_networks_names_by_consent);
    ADD("clear-flows-are-one-list", test_clear_flows);
    ADD("clear-flow-is-known-a-moment-longer", test_clear_flow_is_known_a_moment_longer);
    ADD("opening-is-no-leak", test_opening_is_no_leak);
    ADD("networkmanager-that-stops-changes-nothing", test_networkmanager_that_stops);
    return g_test_run();
}
