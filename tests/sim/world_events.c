/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens in a schedule. All of it is drawn before it begins, as a list of times; what exactly
 * happens then is drawn at its time.
 */
#include "chronicle.h"
#include "list.h"
#include "nat64.h"
#include "scope.h"
#include "truth.h"
#include "world.h"

#define MS     1000
#define YEAR_S (365 * 86400)
#define SECOND (1000 * MS)

typedef struct Event {
    Deed deed;
    World *world;
    void (*happen)(World *world);
} Event;

/* ---- plans ---- */

static Resolver *draw_resolver(World *world, unsigned number, unsigned first, unsigned count)
{
    g_autofree char *id = g_strdup_printf("r%u", number);
    Resolver *resolver = resolver_new(id, id);

    for (unsigned i = 0; i < count; i++)
        resolver_add_endpoint(
            resolver, nameserver_endpoint(world->servers[(first + i) % world->server_count]));
    return resolver;
}

static void draw_resolvers(World *world, Plan *plan)
{
    unsigned first = dice_below(&world->dice, world->server_count), taken = 0;

    while (taken < world->server_count) {
        unsigned count = 1 + dice_below(&world->dice, world->server_count - taken);
        g_autoptr(Resolver) resolver = draw_resolver(world, first + taken, first + taken, count);

        plan_add_resolver(plan, resolver);
        taken += count;
        if (dice_chance(&world->dice, 200))
            return; /* the others are not in use */
    }
}

static void add_route(World *world, Plan *plan)
{
    const Nameserver *gateway = world->gateways[world->ether.place - 1];
    g_autoptr(Resolver) resolver = resolver_new("network", "network");
    Name suffix;

    resolver_add_endpoint(resolver, nameserver_endpoint(gateway));
    g_assert_cmpint(name_parse("home.arpa", &suffix), ==, STATUS_OK);
    plan_add_route(plan, &suffix, ROUTE_NETWORK, resolver);
}

static void draw_limits(World *world, Plan *plan)
{
    static const size_t cache_sizes[] = {0, 4096, 16384, 65536};

    plan->cache_bytes = cache_sizes[dice_below(&world->dice, G_N_ELEMENTS(cache_sizes))];
    if (world->trouble.tight)
        plan->max_queries = 2 + dice_below(&world->dice, 12);
    world->most_queries = MAX(world->most_queries, plan->max_queries);
    world->most_cache = MAX(world->most_cache, plan->cache_bytes);
}

void world_apply_plan(World *world)
{
    static const uint16_t payloads[] = {0, 512, 1232, 4096};
    Plan *plan = plan_new();

    draw_resolvers(world, plan);
    add_route(world, plan);
    draw_limits(world, plan);
    plan->strategy = (Strategy)dice_below(&world->dice, STRATEGY_SPREAD + 1);
    plan->cache_stale_s = dice_chance(&world->dice, 500) ? 3600 : 0;
    plan->cache_prefetch = dice_chance(&world->dice, 500);
    plan->cache_keep = dice_chance(&world->dice, 500);
    plan->edns_payload = payloads[dice_below(&world->dice, G_N_ELEMENTS(payloads))];
    plan->transport.edns_payload = payloads[1 + dice_below(&world->dice, 3)];
    plan->transport.tcp_only = dice_chance(&world->dice, 150);
    plan->transport.fresh_keys = dice_chance(&world->dice, 30);
    plan->transport.idle_close_us = dice_between(&world->dice, 1, 30) * SECOND;
    world->stub.in_clear |= scope_is_in_clear(plan->resolvers, plan->resolver_count);
    engine_apply(world->engine, plan);
    plan_unref(world->plan);
    world->plan = plan;
}

/* ---- questions ---- */

static void draw_name(World *world, Name *name)
{
    static const char letters[] = "aaaaaaaaccnnxxllsff";
    char letter = letters[dice_below(&world->dice, sizeof letters - 1)];
    g_autofree char *own = g_strdup_printf("net%u.home.arpa", world->ether.place);
    unsigned zone = dice_below(&world->dice, 100);

    truth_name(letter, dice_below(&world->dice, world->names),
               zone < 60   ? "example"
               : zone < 75 ? own
               : zone < 95 ? "home.arpa"
                           : "blocked.test",
               name);
}

static void ask(World *world)
{
    static const uint16_t types[] = {RRTYPE_A, RRTYPE_A, RRTYPE_AAAA, RRTYPE_TXT};
    Dice *dice = &world->dice;
    StubWay way = {.stream = dice_chance(dice, 250), .client = dice_below(dice, 6)};
    Name name;

    draw_name(world, &name);
    if (way.stream) {
        way.quits = dice_chance(dice, world->trouble.quitters);
        way.half_closes = dice_chance(dice, world->trouble.quitters / 2);
        way.slow = dice_chance(dice, world->trouble.quitters / 2);
        way.in_pieces = dice_chance(dice, 100);
    }
    /* what is read late could be read, and then asked, on another network */
    if (truth_place(&name) != 0 && (way.in_pieces || world->trouble.tight))
        way.stream = false;
    stub_ask(&world->stub, &name, types[dice_below(dice, G_N_ELEMENTS(types))], &way);
    if (dice_chance(dice, world->trouble.quitters / 4))
        stub_babble(&world->stub, dice_below(dice, 6));
}

static void on_looked_up(void *owner, Status status, const Message *reply, const char *resolver_id,
                         const char *detail)
{
    OwnLookup *own = owner;

    if (!own->lookup)
        chronicle_fault("a lookup ended twice");
    own->lookup = NULL;
}

static void look_up(World *world)
{
    OwnLookup *own = &world->lookups[dice_below(&world->dice, WORLD_LOOKUPS)];
    Name name;

    if (own->lookup) {
        engine_lookup_cancel(g_steal_pointer(&own->lookup));
        return;
    }
    truth_name('a', dice_below(&world->dice, 8), "example", &name);
    own->world = world;
    own->lookup = engine_lookup(world->engine, world->plan, NULL, &name, RRTYPE_A,
                                dice_between(&world->dice, 100, 5000) * MS, on_looked_up, own);
}

/* ---- disturbances ---- */

static Nameserver *draw_server(World *world)
{
    unsigned number = dice_below(&world->dice, world->server_count + WORLD_PLACES);

    return number < world->server_count ? world->servers[number]
                                        : world->gateways[number - world->server_count];
}

static void change_state(World *world)
{
    Nameserver *server = draw_server(world);
    HostState state = (HostState)dice_below(&world->dice, HOST_SILENT + 1);

    chronicle_note(NULL, 0, "a server changes to state %d", state);
    host_set_state(&server->host, world->healed ? HOST_UP : state);
}

static void rotate(World *world)
{
    nameserver_rotate(draw_server(world));
}

void world_join(World *world, const char *network_id)
{
    bool nat64 = world->ether.place == world->stub.translator;

    engine_network_changed(world->engine, network_id);
    engine_set_nat64(world->engine, nat64 ? &nat64_well_known : NULL);
}

static void move(World *world)
{
    static const char *const names[] = {"net1", "net2", "net3"};
    unsigned place = 1 + dice_below(&world->dice, WORLD_PLACES);
    bool plan_first = dice_chance(&world->dice, 500);

    chronicle_note(NULL, 0, "the machine moves to network %u", place);
    ether_move(&world->ether, place);
    if (plan_first)
        world_apply_plan(world);
    world_join(world, dice_chance(&world->dice, 800) ? names[place - 1] : NULL);
    if (!plan_first)
        world_apply_plan(world);
}

static void reload(World *world)
{
    chronicle_note(NULL, 0, "a new plan");
    world_apply_plan(world);
}

static void flush(World *world)
{
    Name name;

    draw_name(world, &name);
    engine_flush(world->engine, dice_chance(&world->dice, 500) ? NULL : &name);
}

static void fall_asleep(World *world)
{
    chronicle_note(NULL, 0, "asleep");
    kernel_set_online(world->healed);
    engine_disconnect(world->engine);
}

static void wake_up(World *world)
{
    chronicle_note(NULL, 0, "awake");
    kernel_set_online(true);
    engine_reconnect(world->engine);
}

static void unplug(World *world)
{
    kernel_set_online(world->healed);
}

static void plug_in(World *world)
{
    kernel_set_online(true);
}

/* To a time for which no certificate is. */
static void set_clock_wrong(World *world)
{
    int64_t years = dice_chance(&world->dice, 500) ? 8 : -8;

    loop_set_wall(world->loop, loop_wall_s(world->loop) + years * YEAR_S);
}

static void set_clock_right(World *world)
{
    loop_set_wall(world->loop, WORLD_WALL_S);
}

static void run_out_of_files(World *world)
{
    kernel_limit_files(kernel_open_count() + dice_below(&world->dice, 3));
}

static void have_files(World *world)
{
    kernel_limit_files(0);
}

/* ---- the list ---- */

static void on_time(Deed *deed)
{
    Event *event = container_of(deed, Event, deed);
    World *world = event->world;
    void (*happen)(World *) = event->happen;

    g_free(event);
    if (!world->ended)
        happen(world);
}

void world_cancel_events(World *world)
{
    world->ended = true;
}

static void plan_event(World *world, int64_t after_us, void (*happen)(World *))
{
    Event *event = g_new0(Event, 1);

    event->world = world;
    event->happen = happen;
    agenda_add(&world->agenda, &event->deed, loop_now_us(world->loop) + after_us, on_time);
}

static void plan_some(World *world, unsigned most, int64_t span_us, void (*happen)(World *))
{
    unsigned count = most > 0 ? dice_below(&world->dice, most + 1) : 0;

    for (unsigned i = 0; i < count; i++)
        plan_event(world, dice_between(&world->dice, 0, span_us), happen);
}

static void plan_pairs(World *world, unsigned most, int64_t span_us, void (*begin)(World *),
                       void (*end)(World *))
{
    unsigned count = most > 0 ? dice_below(&world->dice, most + 1) : 0;

    for (unsigned i = 0; i < count; i++) {
        int64_t at_us = dice_between(&world->dice, 0, span_us);

        plan_event(world, at_us, begin);
        plan_event(world, at_us + dice_between(&world->dice, 0, 3 * SECOND), end);
    }
}

/* In bursts and alone. */
static void plan_questions(World *world, int64_t span_us)
{
    unsigned count = 5 + dice_below(&world->dice, world->trouble.tight ? 50 : 25);
    int64_t at_us = 0;

    for (unsigned i = 0; i < count; i++) {
        if (dice_chance(&world->dice, 600))
            at_us = dice_between(&world->dice, 0, span_us);
        plan_event(world, at_us, ask);
    }
}

void world_plan_events(World *world, int64_t span_us)
{
    const Trouble *trouble = &world->trouble;

    plan_questions(world, span_us);
    plan_some(world, trouble->lookups, span_us, look_up);
    plan_some(world, trouble->deaths, span_us, change_state);
    plan_some(world, trouble->rotations, span_us, rotate);
    plan_some(world, trouble->moves, span_us, move);
    plan_some(world, trouble->reloads, span_us, reload);
    plan_some(world, trouble->flushes, span_us, flush);
    plan_pairs(world, trouble->naps, span_us, fall_asleep, wake_up);
    plan_pairs(world, trouble->naps, span_us, unplug, plug_in);
    plan_pairs(world, trouble->clocks, span_us, set_clock_wrong, set_clock_right);
    if (trouble->tight)
        plan_pairs(world, 2, span_us, run_out_of_files, have_files);
}

void world_heal(World *world)
{
    static const Manners good = {0};

    chronicle_note(NULL, 0, "all is well from here");
    world->healed = true;
    world->ether.weather = (Weather){.latency_us = 10 * MS};
    for (unsigned i = 0; i < world->server_count + WORLD_PLACES; i++) {
        Nameserver *server =
            i < world->server_count ? world->servers[i] : world->gateways[i - world->server_count];

        server->manners = good;
        host_set_state(&server->host, HOST_UP);
    }
    kernel_set_online(true);
    kernel_limit_files(0);
    loop_set_wall(world->loop, WORLD_WALL_S);
}
