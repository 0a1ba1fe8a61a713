/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A schedule: trouble for a while, then good weather, in which everything must come right.
 *
 * Time goes from event to event, the program's timers or the world's deeds, whichever is due first.
 * After each the program turns until it has nothing to do; a program that always has is a fault.
 *
 * When the trouble is over every back-off ends within a minute, so two minutes later names of both
 * kinds must be answered (a server that has changed its keys is noticed by a question that fails,
 * hence up to three of them). Then nobody asks any more, and after a quarter of an hour an idle
 * program has no timer, no query, and no descriptor but those that it listens on.
 *
 * A tenth of all schedules end while the trouble lasts: then nothing may be left either.
 */
#include "world.h"

#include "chronicle.h"
#include "stream.h"
#include "truth.h"
#include "udp.h"

#include <arpa/inet.h>
#include <string.h>

#define MS             1000
#define SECOND         (1000 * MS)
#define ANSWERED_BY_US (4500 * MS + 50 * MS)
#define STALE_S        3600
#define SLACK_S        12 /* an answer is on its way, or waits to be asked again */
#define GOOD_SLACK_S   2
#define ABRUPT_ENDS    100 /* of 1000 */
#define TURNS_MAX      10000
#define LAST_ATTEMPTS  3
#define BEGIN_US       INT64_C(1000000000)

/* ---- time ---- */

static void check_limits(const World *world)
{
    Stats stats;

    engine_stats(world->engine, &stats);
    if (stats.in_flight > world->most_queries)
        chronicle_fault("%u queries are in flight where %u may be", stats.in_flight,
                        world->most_queries);
    if (stats.cache_bytes > world->most_cache)
        chronicle_fault("the cache has %zu bytes where %zu may be", stats.cache_bytes,
                        world->most_cache);
}

/* Lets the program work until it waits. */
static void settle(World *world)
{
    unsigned turns = 0;

    while (kernel_is_ready() || loop_wait_us(world->loop) == 0) {
        if (++turns > TURNS_MAX)
            chronicle_fault("the program turns and turns without getting anywhere");
        loop_turn(world->loop, 0);
    }
    check_limits(world);
}

static void set_clock(World *world, int64_t now_us)
{
    world->agenda.now_us = now_us;
    chronicle_set_time(now_us - BEGIN_US);
}

static void live_until(World *world, int64_t until_us)
{
    for (;;) {
        int64_t now_us, wait_us, next_us;

        settle(world);
        now_us = loop_now_us(world->loop);
        wait_us = loop_wait_us(world->loop);
        next_us = MIN(agenda_next_us(&world->agenda), wait_us < 0 ? INT64_MAX : now_us + wait_us);
        if (next_us > until_us)
            break;
        set_clock(world, next_us);
        loop_advance(world->loop, next_us - now_us);
        settle(world);
        agenda_run(&world->agenda, next_us);
        stub_check(&world->stub, next_us);
    }
    set_clock(world, until_us);
    loop_advance(world->loop, until_us - loop_now_us(world->loop));
    stub_check(&world->stub, until_us);
}

static void live_for(World *world, int64_t us)
{
    live_until(world, loop_now_us(world->loop) + us);
}

/* ---- beginning ---- */

static Address make_address(uint32_t host, uint16_t port)
{
    return (Address){.socket.v4 = {.sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr.s_addr = htonl(host)}};
}

static void make_servers(World *world)
{
    static const EndpointKind kinds[] = {ENDPOINT_DNSCRYPT, ENDPOINT_DNSCRYPT, ENDPOINT_DOT,
                                         ENDPOINT_DOT, ENDPOINT_PLAIN};
    bool same_gateway = dice_chance(&world->dice, 500);

    world->server_count = 1 + dice_below(&world->dice, WORLD_SERVERS);
    for (unsigned i = 0; i < world->server_count; i++) {
        EndpointKind kind = kinds[dice_below(&world->dice, G_N_ELEMENTS(kinds))];
        Address address = make_address(0x09090900 + i, kind == ENDPOINT_DOT ? 853 : 53);

        world->servers[i] = nameserver_new(&world->ether, kind, &address, dice_throw(&world->dice));
        world->servers[i]->host.distance_us = dice_between(&world->dice, 0, 30 * MS);
        world->servers[i]->manners = world->trouble.manners;
    }
    for (unsigned i = 0; i < WORLD_PLACES; i++) {
        Address address = make_address(0xc0a80001 + (same_gateway ? 0 : i << 8), 53);

        world->gateways[i] =
            nameserver_new(&world->ether, ENDPOINT_PLAIN, &address, dice_throw(&world->dice));
        world->gateways[i]->host.place = i + 1;
        world->gateways[i]->manners = world->trouble.manners;
    }
}

static Ruleset *make_rules(void)
{
    Ruleset *rules = ruleset_new();
    RuleList *list = rule_list_new("blocked.txt");
    NameKey key;
    Name name;

    g_assert_cmpint(name_parse("blocked.test", &name), ==, STATUS_OK);
    name_key_init(&key, &name);
    list->block = name_set_new();
    g_assert_cmpint(name_set_add(list->block, &key, true, 1), ==, STATUS_OK);
    name_set_seal(list->block);
    g_ptr_array_add(rules->lists, list);
    return rules;
}

static void listen_here(World *world)
{
    int udp_fd, tcp_fd;

    world->address = make_address(INADDR_LOOPBACK, 53);
    g_assert_cmpint(udp_bind(&world->address, 0, &udp_fd), ==, STATUS_OK);
    g_assert_cmpint(tcp_bind(&world->address, 0, &tcp_fd), ==, STATUS_OK);
    g_assert_cmpint(engine_listen(world->engine, udp_fd, tcp_fd, NULL, NULL), ==, STATUS_OK);
    world->idle_files = kernel_open_count();
}

static void begin(World *world, uint64_t seed, const Trouble *trouble)
{
    world->trouble = *trouble;
    world->dice.state = seed;
    agenda_init(&world->agenda);
    ether_init(&world->ether, &world->agenda, dice_throw(&world->dice));
    world->ether.weather = trouble->weather;
    kernel_boot(&ether_events, &world->ether, dice_throw(&world->dice));
    ether_move(&world->ether, 1);
    world->loop = loop_new_fake(BEGIN_US, WORLD_WALL_S);
    set_clock(world, BEGIN_US);
    world->engine = engine_new(world->loop, NULL);
    make_servers(world);
    listen_here(world);
    stub_init(&world->stub, &world->ether, &world->address, dice_throw(&world->dice));
    world->stub.patience_us = ANSWERED_BY_US;
    world->stub.stale_s = STALE_S;
    world->stub.failures_are_ok = trouble->failures_show;
    world->stub.lenient = trouble->tight;
    world->stub.slack_s = trouble->failures_show ? SLACK_S : GOOD_SLACK_S;
    world->stub.translator = dice_below(&world->dice, WORLD_PLACES + 1);
    world->names = 1 + dice_below(&world->dice, 8);
    world->rules = make_rules();
    engine_set_rules(world->engine, world->rules);
    world_join(world, "net1");
    world_apply_plan(world);
}

/* ---- the end ---- */

static bool ask_and_see(World *world, const char *zone, unsigned number)
{
    StubWay way = {.client = 60 + number};
    const Question *question;
    Name name;

    truth_name('a', 1000 + number, zone, &name);
    question = stub_ask(&world->stub, &name, RRTYPE_A, &way);
    live_for(world, 6 * SECOND);
    return question && question->fate == QUESTION_RIGHT;
}

static void see_it_well(World *world, const char *zone)
{
    for (unsigned i = 0; i < LAST_ATTEMPTS; i++) {
        if (ask_and_see(world, zone, i))
            return;
        live_for(world, 10 * SECOND);
    }
    chronicle_fault("names of %s are not answered though all is well again", zone);
}

static void see_it_idle(const World *world)
{
    Stats stats;

    engine_stats(world->engine, &stats);
    if (world->stub.waiting > 0)
        chronicle_fault("%u questions are still waiting", world->stub.waiting);
    if (stats.in_flight > 0)
        chronicle_fault("%u queries are in flight in an idle program", stats.in_flight);
    if (loop_wait_us(world->loop) >= 0)
        chronicle_fault("a timer runs in an idle program");
    if (kernel_open_count() != world->idle_files)
        chronicle_fault("an idle program has %u descriptors open where %u were at first",
                        kernel_open_count(), world->idle_files);
    if (agenda_next_us(&world->agenda) != INT64_MAX)
        chronicle_fault("something is still under way");
}

/* The program ends; in the middle of everything, sometimes. */
static void end(World *world)
{
    world_cancel_events(world);
    stub_clear(&world->stub);
    engine_free(world->engine);
    loop_free(world->loop);
    if (kernel_open_count() > 0)
        chronicle_fault("%u descriptors are left behind", kernel_open_count());
    while (agenda_next_us(&world->agenda) != INT64_MAX)
        agenda_run(&world->agenda, agenda_next_us(&world->agenda));
    plan_unref(world->plan);
    ruleset_unref(world->rules);
    for (unsigned i = 0; i < world->server_count; i++)
        nameserver_free(world->servers[i]);
    for (unsigned i = 0; i < WORLD_PLACES; i++)
        nameserver_free(world->gateways[i]);
    ether_clear(&world->ether);
    agenda_clear(&world->agenda);
}

/* All is well again, and stays so. */
static void recover(World *world)
{
    world_heal(world);
    live_for(world, 130 * SECOND);
    see_it_well(world, "example");
    see_it_well(world, "home.arpa");
    stub_close_calls(&world->stub);
    live_for(world, 900 * SECOND);
    see_it_idle(world);
}

void world_run(uint64_t seed, const Trouble *trouble, WorldTally *tally)
{
    World *world = g_new0(World, 1);
    int64_t span_us;

    begin(world, seed, trouble);
    span_us = dice_between(&world->dice, 1, 20) * SECOND;
    world_plan_events(world, span_us);
    if (dice_chance(&world->dice, ABRUPT_ENDS)) {
        live_for(world, dice_between(&world->dice, 0, span_us));
    } else {
        live_for(world, span_us);
        recover(world);
    }
    tally->asked += world->stub.asked;
    tally->right += world->stub.right;
    tally->failed += world->stub.failed;
    end(world);
    g_free(world);
}
