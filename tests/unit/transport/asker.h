/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fake_relay.h"
#include "fake_resolver.h"
#include "transport.h"

/* Microseconds. */
#define MS     1000
#define SECOND (1000 * MS)
#define BUDGET (5 * SECOND) /* of a question, where a test wants no other */

/* What the tests of datagram transports share: a loop whose clock the test moves, a fake resolver
 * in it, a transport to that, and questions put to it. */

typedef struct Bench {
    Loop *loop;
    FakeResolver *resolver;
    FakeRelay *relay; /* NULL without one */
    TransportEnvironment environment;
    Endpoint *endpoint;
    Transport *transport;
} Bench;

typedef struct Ask Ask;
struct Ask {
    Exchange exchange;
    uint8_t query[5120];
    unsigned done; /* how often */
    Status status;
    uint8_t reply[4096];
    size_t reply_length;
    void (*then)(Ask *ask); /* called from `done` */
    Bench *bench;
};

/** The transport is opened by the first ask_send, so settings may be changed before. */
Bench *bench_new(EndpointKind kind);
/** Puts a relay between a DNSCrypt transport and the resolver. */
void bench_add_relay(Bench *bench);
void bench_free(Bench *bench);
/** Handles all that is ready, without moving the clock. */
void bench_settle(Bench *bench);
/** Moves the clock in small steps, handling what comes. */
void bench_pass(Bench *bench, int64_t us);
TransportCounters *bench_counters(const Bench *bench);
/** The resolver answers nothing from now on. */
void bench_silence(Bench *bench);

/** Writes a question without OPT, as ask_send does where there is none yet. */
void ask_prepare(Ask *ask);
/** Puts a question of its own. */
void ask_send(Bench *bench, Ask *ask, int64_t budget_us);
/** Passes time until it is done, `limit_us` at most. Returns how much. */
int64_t ask_wait(Ask *ask, int64_t limit_us);
/** Sends, waits, and asserts the right answer. */
void ask_answered(Bench *bench);
void ask_assert_answer(const Ask *ask);
