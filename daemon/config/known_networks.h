/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list.h"
#include "network_settings.h"

/**
 * The networks that were joined and what the user wants on them, kept in one small key file below
 * /var/lib/sotto (mode 0600), replaced atomically. What gets through on them is network_memory.h's,
 * under the same id.
 */
typedef struct KnownNetworks KnownNetworks;

/** The one not seen for longest goes first, those that were decided about last. */
#define KNOWN_NETWORKS_MAX 256

typedef struct KnownNetwork {
    char *id; /* NetworkFacts.key: lower-case letters and digits, 64 at most */
    char *name, *ssid;
    bool decided;         /* the user said so */
    NetworkPolicy policy; /* where decided */
    bool portal;          /* it asked for a sign-in before */
    int64_t last_seen_s;  /* seconds since 1970 */
} KnownNetwork;

/** Reads `path` (NULL: kept in memory only). Never fails: damage is logged, what is whole is kept.
 */
KnownNetworks *known_networks_new(const char *path);
void known_networks_free(KnownNetworks *networks);

/** A network was joined: it is known from now on. No write when nothing but a few hours differ. */
void known_networks_joined(KnownNetworks *networks, const char *id, const char *name,
                           const char *ssid, int64_t now_s);
/** (transfer none), valid until the next change; NULL for an id that is not known. */
const KnownNetwork *known_networks_find(const KnownNetworks *networks, const char *id);
/** Newest first. (transfer container) of const KnownNetwork*. */
GPtrArray *known_networks_list(const KnownNetworks *networks);
/** FALSE: CONFIG_ERROR_NOT_FOUND, or the sentence why it was not saved. */
gboolean known_networks_decide(KnownNetworks *networks, const char *id, NetworkPolicy policy,
                               GError **error);
gboolean known_networks_forget(KnownNetworks *networks, const char *id, GError **error);
/** Whether it asked for a sign-in. */
void known_networks_set_portal(KnownNetworks *networks, const char *id, bool portal);

/** Embedded in whoever follows the policies. */
typedef struct KnownNetworksListener {
    ListNode node;
    void (*changed)(void *owner);
    void *owner;
} KnownNetworksListener;
void known_networks_listen(KnownNetworks *networks, KnownNetworksListener *listener);
/** Safe to repeat, and on a zeroed listener. */
void known_networks_unlisten(KnownNetworksListener *listener);
