/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When the path to the resolvers stalls for a moment, questions pile up: at 300 a second one
 * program holds all the places that it may have after 0.6 s, and TCP takes up to as long again as
 * the stall was to notice that it is over. What came in that time was refused, the path being fine
 * again. So while nothing comes back, and for a second after that, until those who have come in
 * time are served, a query may wait for its place, which costs a few hundred bytes. Where answers
 * come, and there are still too many questions, it is refused at once: it would wait in vain.
 *
 * Who is called is judged from the beginning, by the rules, the cache and the plan of that moment;
 * what goes to a network's own server, or would now, only on the network it was asked on.
 * A client has the same part of the room as of the places (shares.c), and is passed over while it
 * holds too many of these, so that nobody waits behind the questions of one program alone.
 */
#include "waiting_room.h"

#include "answer.h"
#include "engine_state.h"
#include "pending.h"
#include "query.h"

#include <string.h>

#define ROOM_TIMES 3       /* as many as places */
#define SILENCE_US 500000  /* longer than answers take to come: nothing comes */
#define RECOVER_US 1000000 /* those who wait are served by then */

typedef struct Waiting {
    ListNode node;
    WaitingRoom *room;
    Client client; /* held */
    uint8_t slot;
    bool tied;      /* it is for a server of the network */
    unsigned epoch; /* of which network */
    size_t length;
    uint8_t bytes[];
} Waiting;

static void leave(Waiting *waiting)
{
    WaitingRoom *room = waiting->room;

    list_remove(&waiting->node);
    room->count--;
    room->shares.held[waiting->slot]--;
    g_free(waiting);
}

static void on_gone(Client *client)
{
    leave(container_of(client, Waiting, client));
}

static int64_t now_us(const WaitingRoom *room)
{
    return loop_now_us(room->engine->loop);
}

static int64_t left_us(const Waiting *waiting)
{
    return waiting->client.asked_us + waiting->room->engine->plan->client_patience_us -
           now_us(waiting->room);
}

/* Names that one network's server was to see are not shown to another's (resolution.h, `tied`). */
static bool is_for_another_network(const Waiting *waiting, const Message *message)
{
    const Engine *engine = waiting->room->engine;
    Verdict verdict;

    if (waiting->epoch == engine->epoch)
        return false;
    query_judge(engine, message, &verdict);
    return waiting->tied || verdict.route >= 0;
}

/* The answer, as far as it can be given at once. */
static size_t answer(Waiting *waiting)
{
    Engine *engine = waiting->room->engine;
    uint8_t *out = engine->composed;
    Message message;

    if (message_parse(&message, waiting->bytes, waiting->length) != STATUS_OK)
        return 0; /* cannot be: it did when it came */
    if (left_us(waiting) <= 0)
        return query_refuse(engine, &message, STATUS_TIMEOUT, out, MESSAGE_MAX);
    if (is_for_another_network(waiting, &message))
        return query_refuse(engine, &message, STATUS_UNREACHABLE, out, MESSAGE_MAX);
    return query_answer(engine, &waiting->client, &message, out, MESSAGE_MAX);
}

/* It is answered, or has its place among those in flight. */
static void serve(Waiting *waiting)
{
    Engine *engine = waiting->room->engine;
    size_t length = answer(waiting);

    if (length > 0)
        client_reply(&waiting->client, engine->composed, length);
    else
        client_release(&waiting->client); /* whoever holds it now has a copy */
    leave(waiting);
}

static bool has_a_place(const Waiting *waiting)
{
    const Engine *engine = waiting->room->engine;

    return shares_allow(&engine->shares, waiting->slot, pending_places_left(engine));
}

static void on_call(void *owner)
{
    WaitingRoom *room = owner;

    list_for_each (node, &room->waiting) {
        Waiting *waiting = container_of(node, Waiting, node);

        if (has_a_place(waiting))
            serve(waiting);
    }
}

static void on_patience_over(void *owner)
{
    WaitingRoom *room = owner;
    Waiting *first;

    while ((first = list_first(&room->waiting, Waiting, node)) != NULL && left_us(first) <= 0)
        serve(first);
    if (first != NULL)
        loop_timer_start(&room->patience, left_us(first));
}

static bool is_open(WaitingRoom *room)
{
    if (pending_silence_us(room->engine) >= SILENCE_US)
        room->open_until_us = now_us(room) + RECOVER_US;
    return now_us(room) < room->open_until_us;
}

bool waiting_room_enter(WaitingRoom *room, const Client *client, const Message *message, bool tied)
{
    Engine *engine = room->engine;
    unsigned capacity = ROOM_TIMES * engine->plan->max_queries;
    uint8_t slot = shares_slot(client, engine->secret);
    Waiting *waiting;

    if (client->asked_us != 0 || !is_open(room) ||
        !shares_allow(&room->shares, slot, capacity > room->count ? capacity - room->count : 0))
        return false;
    waiting = g_malloc0(sizeof *waiting + message->length);
    waiting->room = room;
    waiting->slot = slot;
    waiting->tied = tied;
    waiting->epoch = engine->epoch;
    waiting->length = message->length;
    memcpy(waiting->bytes, message->wire, message->length);
    client_hold(&waiting->client, client, on_gone);
    waiting->client.asked_us = now_us(room);
    list_init(&waiting->node);
    list_append(&room->waiting, &waiting->node);
    room->count++;
    room->shares.held[slot]++;
    if (!loop_timer_is_running(&room->patience))
        loop_timer_start(&room->patience, left_us(waiting));
    return true;
}

void waiting_room_call(WaitingRoom *room)
{
    if (room->count > 0)
        loop_defer_schedule(&room->call);
}

void waiting_room_init(WaitingRoom *room, Engine *engine)
{
    room->engine = engine;
    list_init(&room->waiting);
    loop_defer_init(&room->call, engine->loop, on_call, room);
    loop_timer_init(&room->patience, engine->loop, on_patience_over, room);
}

void waiting_room_clear(WaitingRoom *room)
{
    Waiting *waiting;

    while ((waiting = list_first(&room->waiting, Waiting, node)) != NULL) {
        client_release(&waiting->client);
        leave(waiting);
    }
    loop_defer_cancel(&room->call);
    loop_timer_stop(&room->patience);
}
