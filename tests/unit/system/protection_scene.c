/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protection_scene.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

static Address engine_address; /* for the thread that asks as programs do */
gint system_leads_here;

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

void fixture_start(Fixture *fixture)
{
    const ProtectionParts parts = {
        .loop = fixture->harness.loop,
        .engine = fixture->harness.engine,
        .network = &fixture->fake.network,
        .prober = fixture->prober,
        .saved = fixture->saved,
        .probe = &fake_portal_probe,
        .networks = fixture->networks,
        .clock = fixture->clock,
        .decisions = fixture->decisions,
        .rules = fixture->rules,
    };
    fixture->protection = protection_new(&parts, fixture->settings);
    protection_start(fixture->protection);
}

void scene_set_up(Fixture *fixture, gconstpointer unused)
{
    harness_set_up(&fixture->harness, GUINT_TO_POINTER(0));
    engine_address = fixture->harness.address;
    g_atomic_int_set(&system_leads_here, 1);
    fixture->saved = state_load(NULL);
    set_text(&fixture->saved->resolver, "s1");
    fixture->settings = fake_settings_new();
    fixture->networks = known_networks_new(NULL);
    fixture->prober = prober_new(fixture->harness.loop, fixture->harness.engine, ask_engine);
    fake_network_init(&fixture->fake, fixture->harness.loop);
    fixture->error = -1;
}

void scene_tear_down(Fixture *fixture, gconstpointer unused)
{
    protection_free(fixture->protection);
    clock_free(fixture->clock);
    decisions_free(fixture->decisions);
    own_rules_free(fixture->rules);
    prober_free(fixture->prober);
    fake_network_clear(&fixture->fake);
    settings_unref(fixture->settings);
    known_networks_free(fixture->networks);
    state_free(fixture->saved);
    harness_tear_down(&fixture->harness, NULL);
}

void on_done(void *owner, const GError *error)
{
    Fixture *fixture = owner;
    fixture->answers++;
    fixture->error = error != NULL ? error->code : -1;
}

/* Moves the fake clock by `us`, giving threads their time. */
void run(Fixture *fixture, int64_t us)
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
void run_until_answered(Fixture *fixture)
{
    unsigned before = fixture->answers;
    for (int i = 0; i < 4000 && fixture->answers == before; i++) {
        run(fixture, 10000);
        g_usleep(500);
    }
    g_assert_cmpuint(fixture->answers, ==, before + 1);
}

void run_until(Fixture *fixture, ProtectionState state)
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

void expect(Fixture *fixture, ProtectionState state, const char *code)
{
    ProtectionView view;
    protection_view(fixture->protection, &view);
    g_assert_cmpstr(protection_state_name(view.state), ==, protection_state_name(state));
    g_assert_cmpstr(view.reason_code, ==, code);
    g_assert_cmpint(*view.reason == '\0', ==, *code == '\0');
}

void turn_on(Fixture *fixture)
{
    protection_turn_on(fixture->protection, "alice", on_done, fixture);
    run_until_answered(fixture);
}

void start_on(Fixture *fixture)
{
    fixture_start(fixture);
    turn_on(fixture);
    expect(fixture, PROTECTION_ON, "");
}

void change_network(Fixture *fixture, bool online, const char *identity)
{
    fixture->fake.network.facts.online = online;
    set_text(&fixture->fake.network.facts.identity, identity);
    network_tell(&fixture->fake.network);
}

void give_domains(Fixture *fixture, const char *server, const char *domains)
{
    g_ptr_array_set_size(fixture->fake.network.facts.links, 0);
    fake_network_add_link(&fixture->fake, server, domains);
}

void join_hotel_with_key(Fixture *fixture, const char *key)
{
    give_domains(fixture, "192.0.2.7", "");
    set_text(&fixture->fake.network.facts.key, key);
    fake_servers[1].silent = true;
    fake_portal.verdict = PORTAL_FOUND;
    fake_portal.address = "http://login.hotel.example/";
    change_network(fixture, true, "hotel");
}

void join_hotel(Fixture *fixture)
{
    join_hotel_with_key(fixture, "hotel");
}

const Route *root_route(Fixture *fixture)
{
    const Plan *plan = protection_plan(fixture->protection);
    for (size_t i = 0; i < plan->route_count; i++) {
        if (plan->routes[i].suffix.length == 1)
            return &plan->routes[i];
    }
    return NULL;
}

int64_t until_s(Fixture *fixture)
{
    ProtectionView view;
    protection_view(fixture->protection, &view);
    return view.until_s;
}

int64_t now_s(Fixture *fixture)
{
    return loop_wall_s(fixture->harness.loop);
}
