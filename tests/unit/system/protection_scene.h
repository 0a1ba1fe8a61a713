/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fake_network.h"
#include "harness.h"
#include "protection.h"

/** The state machine on a fake clock, with fake resolvers and a network that does as it is told. */
typedef struct Fixture {
    Harness harness;
    FakeNetwork fake;
    State *saved;
    Settings *settings;
    KnownNetworks *networks;
    Prober *prober;
    Clock *clock;         /* NULL unless the test makes one */
    Decisions *decisions; /* the same */
    OwnRules *rules;      /* the same */
    Protection *protection;
    unsigned answers; /* of protection_turn_on and the like */
    int error;        /* G_IO_ERROR code of the last one; -1 none */
} Fixture;

/** Whether what programs ask reaches the engine; a thread reads it. */
extern gint system_leads_here;

void scene_set_up(Fixture *fixture, gconstpointer unused);
void scene_tear_down(Fixture *fixture, gconstpointer unused);
void fixture_start(Fixture *fixture);

/** A ProtectionDone that counts and keeps the error's code. */
void on_done(void *owner, const GError *error);

/** Moves the fake clock by `us`, giving threads their time. */
void run(Fixture *fixture, int64_t us);
void run_until_answered(Fixture *fixture);
void run_until(Fixture *fixture, ProtectionState state);
void expect(Fixture *fixture, ProtectionState state, const char *code);
/** As alice; waits until it is answered. */
void turn_on(Fixture *fixture);
void start_on(Fixture *fixture);
void change_network(Fixture *fixture, bool online, const char *identity);
/** The network announces one DNS server, and domains separated by commas. */
void give_domains(Fixture *fixture, const char *server, const char *domains);

/** To a hotel, whose network has this key or "hotel": nothing gets through, and a page stands in
 * for all others. */
void join_hotel_with_key(Fixture *fixture, const char *key);
void join_hotel(Fixture *fixture);

/** Where every name goes; NULL: not to the network. */
const Route *root_route(Fixture *fixture);

/** When the state ends by itself, and what the clock says. */
int64_t until_s(Fixture *fixture);
int64_t now_s(Fixture *fixture);
