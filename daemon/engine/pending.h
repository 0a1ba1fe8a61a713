/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine_state.h"
#include "listener.h"
#include "rules.h"

/** A query that waits for a resolver: from the moment it takes a place among those in flight. */
typedef struct Pending Pending;

/** What must be asked, and how. Everything is borrowed. */
typedef struct Errand {
    const Message *message; /* the client's */
    const Message *asked;   /* the same, or its like about the verdict's alias */
    const Verdict *verdict;
    QuestionKey key;  /* of `asked` */
    CacheState state; /* what the cache has of it */
} Errand;

/** Waits for a client (client_hold), which is answered exactly once unless it goes away. False: it
 * holds too many places already, or there are none. */
bool pending_wait(Engine *engine, const Client *client, const Errand *errand) must_check;
/** How many more may be in flight. The engine has a plan. */
unsigned pending_places_left(const Engine *engine);
/** For how long nothing has come back from anywhere, with something in flight; else 0. */
int64_t pending_silence_us(const Engine *engine);
/** Asks for what the client has been given from the cache, so that the next time it is there as
 * well. It is left out when there is much to do: clients come first. */
void pending_refresh(Engine *engine, const Errand *errand);

/** The answer as the client of `message` is to see it: its own question, by way of the alias if
 * there is one (NULL: none). */
Status pending_compose(const Answer *answer, const Message *message, const Name *alias,
                       const Client *client, uint8_t *out, size_t capacity,
                       size_t *length) must_check;
