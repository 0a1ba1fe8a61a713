/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "edns.h"
#include "engine.h"
#include "fake_upstream.h"
#include "message.h"

/** An engine on a fake loop, listening on loopback for real, with fake servers upstream. */
typedef struct Harness {
    Loop *loop;
    Engine *engine;
    Plan *plan; /* of resolvers s1, s2, ... in order, strategy first; not applied yet */
    Address address;
    int client; /* a UDP socket connected to the engine */
} Harness;

void harness_set_up(Harness *harness, gconstpointer resolver_count);
void harness_tear_down(Harness *harness, gconstpointer unused);

/** Listens on one more port, which the client then is connected to. */
void harness_listen(Harness *harness, EngineAdmit admit, void *owner);

/** A query as a client makes it, RD set. EDNS with `udp_size` unless that is 0. */
typedef struct Ask {
    const char *name;
    uint16_t type, id;
    uint16_t flags; /* besides RD; RD here clears it */
    uint16_t udp_size;
    bool dnssec_ok;
    uint16_t option; /* an empty option of this code, if not 0 */
} Ask;

size_t ask_build(const Ask *ask, uint8_t *out, size_t capacity);
/** Sends it by UDP and lets the engine read it. */
void harness_send(Harness *harness, const Ask *ask);
/** The next answer that has come, parsed; false when there is none. */
bool harness_receive(Harness *harness, Message *answer);
/** Turns the loop without moving the clock. */
void harness_turn(Harness *harness);
/** Sends, advances the clock by `us` and expects one answer. */
void harness_ask(Harness *harness, const Ask *ask, int64_t us, Message *answer);

/** The TTL of the first record; fails without one. */
uint32_t answer_ttl(const Message *answer);
/** The last octet of the first address, which is the number of the server; 0 without address. */
unsigned answer_server(const Message *answer);
/** The extended error, -1 none; `text` (may be NULL) takes 256 bytes. */
int answer_ede(const Message *answer, char *text);
