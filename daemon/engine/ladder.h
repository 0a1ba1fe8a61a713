/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define LADDER_NETWORKS 32 /* remembered; the one not visited for the longest time goes first */

/** One thing that a network may not let through: a protocol, or an address family. */
typedef struct Rung {
    bool answered;   /* somebody, on this network */
    unsigned losses; /* in a row, while nobody ever answered */
    int64_t shut_until_us;
} Rung;

typedef enum Family { FAMILY_IPV4, FAMILY_IPV6, FAMILIES } Family;

/** What this network lets through, and what is remembered of others. */
typedef struct Ladder {
    Rung kinds[ENDPOINT_KINDS], families[FAMILIES];
    int64_t shut_until_us; /* none is shut for longer; 0: none is at all */
    GQueue networks;       /* NetworkMemory*, the latest first */
    bool known;            /* the first of them is the one we are on */
} Ladder;

void ladder_init(Ladder *ladder);
void ladder_clear(Ladder *ladder);

/** Another network: nothing is known of it but what `network_id` (NULL: a network that is not to be
 * remembered) brings back. */
void ladder_join(Ladder *ladder, const char *network_id, int64_t now_us);

/** Nothing is remembered of that network any more; of the one we are on, what comes from now on. */
void ladder_forget_network(Ladder *ladder, const char *network_id);

/** Addresses are reached in another way from now on: which family gets through is to be seen. */
void ladder_forget_families(Ladder *ladder);

/** Something came from there. */
void ladder_note_answer(Ladder *ladder, const Endpoint *endpoint);
/** `loser`, never heard on this network, was silent while `winner` answered. */
void ladder_note_loss(Ladder *ladder, const Endpoint *loser, const Endpoint *winner,
                      int64_t now_us);
/** The network has no route there. */
void ladder_note_no_route(Ladder *ladder, const Endpoint *endpoint, int64_t now_us);
/** Whether its protocol or its address family did not get through for whoever tried. */
bool ladder_is_shut(const Ladder *ladder, const Endpoint *endpoint, int64_t now_us);

/** By which protocol this resolver answered on this network. */
void ladder_remember(Ladder *ladder, const char *resolver_id, EndpointKind kind);
/** False when it is not remembered. */
bool ladder_recall(const Ladder *ladder, const char *resolver_id, EndpointKind *kind);

/**
 * All memory as text, to be kept across restarts: a line a network, the latest first,
 * "ID shut=dnscrypt,doq quad9=doh mullvad=dot". (transfer full)
 */
char *ladder_save(const Ladder *ladder);
/** Replaces the memory; what it does not understand is left out. The network we are on keeps what
 * was learned on it. */
void ladder_load(Ladder *ladder, const char *text);
