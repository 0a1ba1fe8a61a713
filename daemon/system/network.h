/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list.h"

#include <gio/gio.h>
#include <stdbool.h>

/**
 * What protection needs of whoever runs this machine's network: facts, and a switch for its DNS.
 * NetworkManager is the one real implementation; the tests script another.
 */
typedef struct Network Network;

/** A connection of this machine that brought DNS servers along. Lists are empty rather than NULL.
 */
typedef struct NetworkLink {
    char *name;         /* as the user knows it */
    bool open;          /* a Wi-Fi that everybody within reach may join, or imitate */
    bool vpn;           /* a tunnel that the user set up */
    bool takes_all;     /* of a VPN: everything goes by it, or it says that every name is its own */
    GPtrArray *servers; /* Address* */
    char **domains;     /* names that it calls its own; "~" in front where only for routing */
    char **reverse;     /* the zones of its addresses, below in-addr.arpa and ip6.arpa */
} NetworkLink;

/** (transfer none) of the name. */
NetworkLink *network_link_new(const char *name);
void network_link_free(NetworkLink *link);
/** The first link of these that is a VPN and takes all; NULL none. */
const NetworkLink *network_links_find_vpn(const GPtrArray *links);

/** What NetworkManager's own look at the internet says. */
typedef enum Connectivity {
    CONNECTIVITY_UNKNOWN, /* it does not look, or not yet */
    CONNECTIVITY_NONE,
    CONNECTIVITY_PORTAL, /* somebody else answered in the place of its check page */
    CONNECTIVITY_LIMITED,
    CONNECTIVITY_FULL,
} Connectivity;

/** Lists are empty, strings "" rather than NULL. */
typedef struct NetworkFacts {
    bool managed; /* there is somebody who can switch DNS */
    bool online;
    bool pointed;    /* the machine's DNS is us, by what is in force now */
    bool taken;      /* another program's DNS settings are in force in the place of ours */
    bool metered;    /* traffic costs its owner something, or may */
    bool ipv4, ipv6; /* it gave an address of this family that leads beyond the link */
    char *identity;  /* another one whenever a network was joined */
    char *key;       /* the same one whenever this network is joined, and another one for its
                        imitation: of the profile, the SSID and the gateway's hardware address,
                        hashed; "" while not known */
    char *name;      /* as the user knows it */
    char *ssid;      /* of a Wi-Fi */
    Connectivity connectivity;
    char *check_url;  /* of NetworkManager's check page, when it has one */
    char *portal_api; /* where the network tells of its sign-in page (RFC 8910) */
    GPtrArray *links; /* NetworkLink*, what gave DNS servers: the network itself first, then other
                         networks and VPNs (transfer none) */
} NetworkFacts;

/** `error` NULL: it is done. Called once, never from inside the call it answers. */
typedef void (*NetworkDone)(void *owner, const GError *error);

typedef struct NetworkClass {
    /**
     * Points DNS at us, and keeps it there until network_restore: what others undo (networking
     * turned off and on, NetworkManager restarted) is done again as soon as it can be. `done` says
     * how the first attempt ended; a failure does not end the wish. A `done` that still waits is
     * answered with G_IO_ERROR_CANCELLED.
     */
    void (*point)(Network *network, NetworkDone done, void *owner);
    /** Gives the network its own DNS back. */
    void (*restore)(Network *network, NetworkDone done, void *owner);
    void (*free)(Network *network);
} NetworkClass;

struct Network {
    const NetworkClass *class;
    NetworkFacts facts;
    List listeners; /* NetworkListener, in the order they came */
};

/** Embedded in whoever wants to know when some fact changed. */
typedef struct NetworkListener {
    ListNode node;
    void (*changed)(void *owner);
    void *owner;
} NetworkListener;

void network_listen(Network *network, NetworkListener *listener);
/** Safe to repeat, and on a zeroed listener; not from inside `changed`. */
void network_unlisten(NetworkListener *listener);
/** For implementations: some fact changed. */
void network_tell(Network *network);

/** "Nothing known". */
void network_facts_init(NetworkFacts *facts);
void network_facts_clear(NetworkFacts *facts);
bool network_facts_equal(const NetworkFacts *a, const NetworkFacts *b);
/** `copy` must be cleared, or never filled. */
void network_facts_copy(const NetworkFacts *facts, NetworkFacts *copy);

static inline void network_point(Network *network, NetworkDone done, void *owner)
{
    network->class->point(network, done, owner);
}

static inline void network_restore(Network *network, NetworkDone done, void *owner)
{
    network->class->restore(network, done, owner);
}

static inline void network_free(Network *network)
{
    if (network != NULL)
        network->class->free(network);
}
