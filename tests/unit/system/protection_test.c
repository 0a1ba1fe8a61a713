/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state machine on a fake clock, with fake resolvers and a network that does as it is told. */
#include "protection.h"

#include "fake_network.h"
#include "harness.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- the fixture --- */

typedef struct Fixture {
    Harness harness;
    FakeNetwork fake;
    State *saved;
    Settings *settings;
    Prober *prober;
    Protection *protection;
    unsigned answers; /* of protection_turn_on and the like */
    int error;        /* G_IO_ERROR code of the last one; -1 none */
} Fixture;

static Address engine_address; /* for the thread that asks as programs do */
static gint system_leads_here;

static int ask_engine(const char *name)
{
    uint8_t bytes[512];
    if (!g_atomic_int_get(&system_leads_here))
        return EAI_NONAME;
    const Ask ask = {.name = name, .type = RRTYPE_A, .id = 7};
    size_t length = ask_build(&ask, bytes, sizeof(bytes));
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {.tv_sec = 1};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sendto(fd, bytes, length, 0, &engine_address.socket.any, address_length(&engine_address));
    gssize answered = recv(fd, bytes, sizeof(bytes), 0);
    close(fd);
    return answered > 3 && (bytes[3] & MESSAGE_RCODE) != RCODE_SERVFAIL ? 0 : EAI_AGAIN;
}

static void fixture_start(Fixture *fixture)
{
    const ProtectionParts parts = {
        .loop = fixture->harness.loop,
        .engine = fixture->harness.engine,
        .network = &fixture->fake.network,
        .prober = fixture->prober,
        .saved = fixture->saved,
    };
    fixture->protection = protection_new(&parts, fixture->settings);
    protection_start(fixture->protection);
}

static void set_up(Fixture *fixture, gconstpointer unused)
{
    harness_set_up(&fixture->harness, GUINT_TO_POINTER(0));
    engine_address = fixture->harness.address;
    g_atomic_int_set(&system_leads_here, 1);
    fixture->saved = state_load(NULL);
    set_text(&fixture->saved->resolver, "s1");
    fixture->settings = fake_settings_new();
    fixture->prober = prober_new(fixture->harness.loop, fixture->harness.engine, ask_engine);
    fake_network_init(&fixture->fake, fixture->harness.loop);
    fixture->error = -1;
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    protection_free(fixture->protection);
    prober_free(fixture->prober);
    fake_network_clear(&fixture->fake);
    settings_unref(fixture->settings);
    state_free(fixture->saved);
    harness_tear_down(&fixture->harness, NULL);
}

static void on_done(void *owner, const GError *error)
{
    Fixture *fixture = owner;
    fixture->answers++;
    fixture->error = error != NULL ? error->code : -1;
}

/* Moves the fake clock by `us`, giving threads their time. */
static void run(Fixture *fixture, int64_t us)
{
    for (int64_t passed = 0; passed < us; passed += 10000) {
        loop_turn(fixture->harness.loop, 0);
        g_main_context_iteration(NULL, FALSE);
        loop_advance(fixture->harness.loop, 10000);
        if (passed % 100000 == 0)
            g_usleep(500);
    }
}

/* Runs until somebody was answered; the threads' time is real. */
static void run_until_answered(Fixture *fixture)
{
    unsigned before = fixture->answers;
    for (int i = 0; i < 4000 && fixture->answers == before; i++) {
        run(fixture, 10000);
        g_usleep(500);
    }
    g_assert_cmpuint(fixture->answers, ==, before + 1);
}

static void run_until(Fixture *fixture, ProtectionState state)
{
    ProtectionView view;
    for (int i = 0; i < 4000; i++) {
        protection_view(fixture->protection, &view);
        if (view.state == state)
            return;
        run(fixture, 10000);
        g_usleep(500);
    }
    g_assert_cmpstr(protection_state_name(view.state), ==, protection_state_name(state));
}

static void expect(Fixture *fixture, ProtectionState state, const char *code)
{
    ProtectionView view;
    protection_view(fixture->protection, &view);
    g_assert_cmpstr(protection_state_name(view.state), ==, protection_state_name(state));
    g_assert_cmpstr(view.reason_code, ==, code);
    g_assert_cmpint(*view.reason == '\0', ==, *code == '\0');
}

static void turn_on(Fixture *fixture)
{
    protection_turn_on(fixture->protection, "alice", on_done, fixture);
    run_until_answered(fixture);
}

static void start_on(Fixture *fixture)
{
    fixture_start(fixture);
    turn_on(fixture);
    expect(fixture, PROTECTION_ON, "");
}

static void change_network(Fixture *fixture, bool online, const char *identity)
{
    fixture->fake.network.facts.online = online;
    set_text(&fixture->fake.network.facts.identity, identity);
    fixture->fake.network.changed(fixture->fake.network.owner);
}

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
    run(fixture, 60000000); /* shunning ends */
    expect(fixture, PROTECTION_BLOCKED, "timeout");
    const Ask ask = {.name = "again.example", .type = RRTYPE_A, .id = 9};
    harness_send(&fixture->harness, &ask);
    run_until(fixture, PROTECTION_ON);
    expect(fixture, PROTECTION_ON, "");
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
    run(fixture, 60000000);
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

static void test_absent_networkmanager_changes_nothing(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    fixture->fake.network.facts.managed = false;
    fixture->fake.network.facts.pointed = false;
    change_network(fixture, false, "");
    run(fixture, 20000000);
    expect(fixture, PROTECTION_ON, "");
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

/* --- the network's names --- */

static void test_networks_names_are_routed(Fixture *fixture, gconstpointer unused)
{
    NetworkFacts *facts = &fixture->fake.network.facts;
    Address server;
    g_assert_cmpint(address_parse("192.0.2.7", 53, &server), ==, STATUS_OK);
    g_ptr_array_add(facts->servers, g_memdup2(&server, sizeof(server)));
    g_strfreev(facts->domains);
    facts->domains = g_strsplit("com,corp.example,lan,.", ",", 0);
    fixture_start(fixture);
    const Plan *plan = protection_plan(fixture->protection);
    char text[NAME_MAX_TEXT];
    g_assert_cmpuint(plan->route_count, ==, 2);
    g_assert_cmpstr(name_format(&plan->routes[0].suffix, text), ==, "corp.example");
    g_assert_cmpstr(name_format(&plan->routes[1].suffix, text), ==, "lan");
    g_assert_true(address_equal(&plan->routes[0].resolver->endpoints[0]->address, &server));
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
    NetworkFacts *facts = &fixture->fake.network.facts;
    Address server;
    g_assert_cmpint(address_parse("192.0.2.7", 53, &server), ==, STATUS_OK);
    g_ptr_array_add(facts->servers, g_memdup2(&server, sizeof(server)));
    g_strfreev(facts->domains);
    facts->domains = g_strsplit("corp.example", ",", 0);
    LeakPacket own = packet_for("192.0.2.7", "printer.corp.example");
    LeakPacket other = packet_for("192.0.2.7", "www.example");
    LeakPacket elsewhere = packet_for("192.0.2.8", "printer.corp.example");
    LeakPacket certificate = packet_for("192.0.2.9", "2.dnscrypt-cert.dns.example");
    fixture_start(fixture);
    g_assert_true(protection_allows_clear(fixture->protection, &other)); /* nothing promised */
    turn_on(fixture);
    g_assert_true(protection_allows_clear(fixture->protection, &own));
    g_assert_true(protection_allows_clear(fixture->protection, &certificate));
    g_assert_false(protection_allows_clear(fixture->protection, &other));
    g_assert_false(protection_allows_clear(fixture->protection, &elsewhere));
}

#define ADD(path, test) g_test_add("/protection/" path, Fixture, NULL, set_up, test, tear_down)

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
    ADD("failures-block-and-an-answer-lifts", test_failures_block_and_an_answer_lifts);
    ADD("restart-goes-on-held", test_restart_goes_on_held);
    ADD("offline-and-back", test_offline_and_back);
    ADD("lost-settings-are-an-error", test_lost_settings_are_an_error);
    ADD("absent-networkmanager-changes-nothing", test_absent_networkmanager_changes_nothing);
    ADD("pause-ends-by-itself", test_pause_ends_by_itself);
    ADD("pause-needs-on", test_pause_needs_on);
    ADD("resume-goes-on", test_resume);
    ADD("choice-is-proven-first", test_choice_is_proven_first);
    ADD("unknown-choice-is-refused", test_unknown_choice);
    ADD("names-of-the-network-are-routed", test_networks_names_are_routed);
    ADD("clear-flows-are-one-list", test_clear_flows);
    return g_test_run();
}
