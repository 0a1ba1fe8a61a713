/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine_state.h"
#include "question.h"

/** A question in flight and the queries of clients that wait for its answer. */
typedef struct Flight Flight;

/** A place among those who wait. Embedded in the query; zeroed when new. */
typedef struct Passenger {
    ListNode node;
    Flight *flight; /* NULL: waits for nothing */
    /** The answer came (borrowed), or why none did. The passenger is off the flight already. */
    void (*landed)(struct Passenger *passenger, Status status, const Answer *answer);
} Passenger;

/** Where a question goes: to these resolvers, chosen in this way. */
typedef struct Destination {
    const GPtrArray *upstreams;
    Strategy strategy;
} Destination;

/** Joins the same question in flight, or begins a new flight of it. `landed` comes later, once. */
void flight_board(Engine *engine, const QuestionKey *key, const Message *query,
                  const Destination *destination, Passenger *passenger);
/** Gives up; the flight of nobody is cancelled. Returns why there is no answer so far. */
Status flight_leave(Passenger *passenger);
