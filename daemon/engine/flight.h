/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine_state.h"
#include "question.h"

/** A question in flight and the queries of clients that wait for its answer. */
typedef struct Flight Flight;

/** How a flight ended, or stands. */
typedef struct Landing {
    Status status;
    const Answer *answer;     /* NULL: none came, `status` says why. With a failure: a stale one
                                 that stands in */
    const Resolver *resolver; /* that answered or failed last; NULL: none was asked */
    const Endpoint *endpoint; /* of it, by which */
} Landing;

/** A place among those who wait. Embedded in the query; zeroed when new. */
typedef struct Passenger {
    ListNode node;
    Flight *flight; /* NULL: waits for nothing */
    bool joined;    /* a flight that others had begun */
    /** It ended (all borrowed). The passenger is off the flight already. */
    void (*landed)(struct Passenger *passenger, const Landing *landing);
} Passenger;

/** Where a question goes: to these resolvers, chosen in this way. */
typedef struct Destination {
    const GPtrArray *upstreams;
    Strategy strategy;
    bool local; /* what comes from there is true on this network alone */
    bool dns64; /* its answer may have to be made (dns64.h) */
    bool tied;  /* and it is asked on this network alone, being asked in clear */
} Destination;

/** Joins the same question in flight, or begins a new flight of it. `landed` comes later, once. */
void flight_board(Engine *engine, const QuestionKey *key, const Message *query,
                  const Destination *destination, Passenger *passenger);
/** Why there is no answer so far; borrowed while aboard. */
Landing flight_failure(const Passenger *passenger);
/** The stale answer that may be used while the flight goes on (borrowed until the cache is used
 * next); false when there is none. */
bool flight_stale(const Passenger *passenger, Answer *answer);
/** A passenger aboard has so long from now on. */
void flight_extend(const Passenger *passenger, int64_t patience_us);
/** How long the question has been under way. */
int64_t flight_time_us(const Passenger *passenger);
/** Leaves because it took too long, which is a failure to the cache. */
void flight_give_up(Passenger *passenger);
/** Leaves; the flight of nobody is cancelled. */
void flight_leave(Passenger *passenger);
