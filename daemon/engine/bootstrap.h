/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine_state.h"
#include "resolution.h"

#define BOOTSTRAP_MAX 8 /* addresses of one host that are of use */

typedef struct Bootstrap Bootstrap;

/** STATUS_OK: the addresses are there, or have changed; STATUS_NO_ADDRESS: none could be found. May
 * come twice for one refresh: the two families are looked up at once. Never from inside a call. */
typedef void (*BootstrapDone)(Bootstrap *bootstrap, Status status);

/** One of the two questions. */
typedef struct BootstrapQuery {
    Resolution resolution;
    Bootstrap *bootstrap;
    bool live;
    Address found[BOOTSTRAP_MAX];
    size_t count;
} BootstrapQuery;

/** The addresses of one host name, looked up through encrypted resolvers. Embedded. */
struct Bootstrap {
    Engine *engine;
    Name name;
    LoopDefer start, empty;
    BootstrapQuery queries[2]; /* A, AAAA */
    int64_t fresh_until_us;    /* 0: nothing found, or not to be relied on any more */
    BootstrapDone done;
};

/** STATUS_MALFORMED for no host name. */
Status bootstrap_init(Bootstrap *bootstrap, Engine *engine, const char *host,
                      BootstrapDone done) must_check;
void bootstrap_clear(Bootstrap *bootstrap);

/** Looks the addresses up, unless that is under way; those known stay until others are found. */
void bootstrap_refresh(Bootstrap *bootstrap);
/** Whether what was found still counts. */
bool bootstrap_is_fresh(const Bootstrap *bootstrap);
/** From now on it does not. */
void bootstrap_expire(Bootstrap *bootstrap);
/** Copies what was found, the families in turn, IPv4 first, with this port. */
size_t bootstrap_addresses(const Bootstrap *bootstrap, uint16_t port,
                           Address addresses[BOOTSTRAP_MAX]);

/** Appends an Upstream of what such questions may go through of `resolver`: endpoints that are
 * encrypted and have an address. None, and nothing is appended. */
void bootstrap_add(GPtrArray *upstreams, ChannelPool *pool, const Resolver *resolver,
                   const TransportSettings *settings);
