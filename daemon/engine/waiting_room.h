/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list.h"
#include "listener.h"
#include "loop.h"
#include "message.h"
#include "shares.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Engine Engine;

/** Queries that wait for a place among those in flight, since nothing comes back from resolvers.
 * Embedded in the engine. */
typedef struct WaitingRoom {
    Engine *engine;
    List waiting; /* in the order they came */
    unsigned count;
    Shares shares;         /* of the room */
    int64_t open_until_us; /* nobody is let in after that */
    LoopDefer call;
    LoopTimer patience; /* of the first */
} WaitingRoom;

void waiting_room_init(WaitingRoom *room, Engine *engine);
/** Drops everyone without an answer. */
void waiting_room_clear(WaitingRoom *room);

/** Holds the client, which is answered once, by the time the plan gives it. `tied`: it is for a
 * server of the network at hand. False: there is no reason to wait, or no room. */
bool waiting_room_enter(WaitingRoom *room, const Client *client, const Message *message,
                        bool tied) must_check;
/** A place is free. */
void waiting_room_call(WaitingRoom *room);
