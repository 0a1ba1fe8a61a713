/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agenda.h"
#include "dice.h"
#include "engine.h"
#include "ether.h"
#include "nameserver.h"
#include "stub.h"

/* One schedule's world: the program's engine on a fake clock, its servers, its clients, and what is
 * going to happen to them (world_events.c), all of it from one seed. */

enum { WORLD_SERVERS = 4, WORLD_PLACES = 3, WORLD_LOOKUPS = 8 };
#define WORLD_WALL_S INT64_C(2500000000) /* later than any build */

/** How bad a schedule gets. */
typedef struct Trouble {
    Weather weather;
    Manners manners;
    unsigned deaths, moves, reloads, flushes, naps, rotations, lookups,
        clocks;         /* at most so many */
    unsigned quitters;  /* of 1000 TCP clients, and who babbles */
    bool tight;         /* small limits, many questions, descriptors run out */
    bool failures_show; /* SERVFAIL is to be expected */
} Trouble;

/** A question of the program's own. */
typedef struct OwnLookup {
    struct World *world;
    Lookup *lookup; /* NULL: it has ended */
    bool used;
} OwnLookup;

typedef struct World {
    Trouble trouble;
    Dice dice;
    Agenda agenda;
    Ether ether;
    Loop *loop;
    Engine *engine;
    Plan *plan;
    Ruleset *rules;
    Stub stub;
    Address address; /* it listens here */
    Nameserver *servers[WORLD_SERVERS];
    unsigned server_count;
    Nameserver *gateways[WORLD_PLACES]; /* each network's own DNS */
    OwnLookup lookups[WORLD_LOOKUPS];
    unsigned idle_files; /* descriptors that an idle program has */
    unsigned most_queries;
    size_t most_cache;
    unsigned names; /* of each kind that are asked for */
    bool healed, ended;
} World;

/** What became of questions. */
typedef struct WorldTally {
    uint64_t asked, right, failed;
} WorldTally;

/** Lives through a whole schedule, and adds to the tally. */
void world_run(uint64_t seed, const Trouble *trouble, WorldTally *tally);

/* For world_events.c. */

/** Draws a plan for where the machine is, and applies it. */
void world_apply_plan(World *world);
/** Puts everything that is going to happen on the agenda. */
void world_plan_events(World *world, int64_t span_us);
/** Tells the program on which network it is. */
void world_join(World *world, const char *network_id);
/** What is on the agenda does not happen any more. */
void world_cancel_events(World *world);
/** Ends all trouble. */
void world_heal(World *world);
