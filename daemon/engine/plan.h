/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "name.h"
#include "transport.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * A Plan is an immutable, counted snapshot of the settings the engine works by. A reload makes a
 * new one and swaps it; queries under way keep theirs.
 */

/** A resolver: one operator's service, reached by one or more endpoints, best first. Immutable,
 * counted. */
typedef struct Resolver {
    unsigned references;
    char *id;                                    /* "quad9"; unique within the list it comes from */
    char *name;                                  /* "Quad9" */
    char *operator_name, *country, *description; /* may be NULL; country ISO 3166-1 alpha-2 */
    bool dnssec, no_log, blocks_malware, blocks_ads, blocks_adult;
    bool filters; /* it answers some names otherwise than their owners do, and does not say which */
    char *source; /* the name of the list it comes from; NULL: from a file of this machine */
    char *relay;  /* its entry's Relay=, how it is to be reached; NULL: as all are */
    char *via;    /* names of the relays that it is reached through; NULL: directly */
    char *key_changed; /* a sentence when that list gives another key than before; NULL: none */
    Endpoint **endpoints;
    size_t endpoint_count;
} Resolver;

Resolver *resolver_new(const char *id, const char *name);
Resolver *resolver_ref(Resolver *resolver);
/** Another with all but the endpoints. (transfer full) */
Resolver *resolver_derive(const Resolver *resolver);
/** NULL is allowed. */
void resolver_unref(Resolver *resolver);
/** Before the resolver is shared only. (transfer full) of the endpoint. */
void resolver_add_endpoint(Resolver *resolver, Endpoint *endpoint);
/** Whether both have the same id and equal endpoints in the same order. */
bool resolver_equal(const Resolver *a, const Resolver *b);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Resolver, resolver_unref)

typedef enum Strategy {
    STRATEGY_FASTEST,     /* two drawn, the faster the likelier; the better of both */
    STRATEGY_P2,          /* power of two choices: two drawn, all alike; the better of both */
    STRATEGY_FIRST,       /* in the order given; the next only when one fails */
    STRATEGY_ROUND_ROBIN, /* in turn */
    STRATEGY_RANDOM,      /* any, all alike */
    STRATEGY_SPREAD,      /* each site's names always to the same one, for privacy */
} Strategy;

/** What a route is for: it tells of what kind the lookups are that leave by it in clear. */
typedef enum RouteKind {
    ROUTE_SETTINGS,    /* a [Route] of the administrator's */
    ROUTE_OWN_SERVERS, /* a rule of the user's, made while Sotto runs */
    ROUTE_OWN_NETWORK, /* the same, for the network's own DNS */
    ROUTE_NETWORK,     /* the network's own names */
    ROUTE_VPN,
    ROUTE_PORTAL,  /* the names by which a sign-in page is found */
    ROUTE_TIME,    /* time servers', while the clock is wrong */
    ROUTE_SIGN_IN, /* everything, while somebody signs in */
    ROUTE_CONSENT, /* everything, since the user wants this network's own DNS */
} RouteKind;

/** Names at or under `suffix` go to this resolver instead, and nowhere else (LAN and VPN names,
 * plain DNS allowed). The longest suffix wins; of the same suffix, what the user said of it, and
 * then the first. */
typedef struct Route {
    Name suffix;
    bool exact; /* that name alone */
    RouteKind kind;
    Resolver *resolver;
    bool searched; /* programs may put it behind names that failed: see search_guard.h */
    unsigned rank; /* what wins, as plan_find_route() compares it */
} Route;

#define PLAN_SPREAD_KEY 16

typedef struct Plan {
    unsigned references;
    Resolver **resolvers;
    size_t resolver_count;
    Resolver *
        *bootstrap; /* asked for the addresses of resolvers that are known by name alone, beside
                       those of `resolvers` that have one; only their encrypted endpoints */
    size_t bootstrap_count;
    Strategy strategy;
    uint8_t spread_key[PLAN_SPREAD_KEY]; /* of STRATEGY_SPREAD; the same for as long as the
                                            resolvers are to know no more than their share */
    Route *routes;
    size_t route_count;
    bool searched; /* some route is */
    TransportSettings transport;
    uint16_t edns_payload; /* as configured, 0..4096; 512 or less: off unless the client sent OPT */
    unsigned max_queries;  /* in flight; default 250 */
    size_t cache_bytes;    /* 0: no cache; default 4 MiB */
    uint32_t cache_min_ttl_s, cache_max_ttl_s; /* default 0 and a day */
    uint32_t cache_stale_s; /* kept so long for bad times, once expired; default a day, 0: not */
    bool cache_prefetch;    /* ask for popular names before they expire; default true */
    bool cache_keep;        /* over a change of network; default true */
    int64_t stale_after_us; /* a stale answer is given when none came by then; default 1.8 s */
    int64_t client_patience_us; /* answer by then, if only with SERVFAIL; default 4.5 s (clients'
                                   own is 5 s) */
    int64_t attempt_us;         /* before the next resolver is tried as well; default 1.2 s */
} Plan;

/** A plan with the defaults and no resolver. */
Plan *plan_new(void);
Plan *plan_ref(Plan *plan);
/** NULL is allowed. */
void plan_unref(Plan *plan);
/** While the plan is being made only. Takes a reference of its own. */
void plan_add_resolver(Plan *plan, Resolver *resolver);
void plan_add_bootstrap(Plan *plan, Resolver *resolver);
void plan_add_route(Plan *plan, const Name *suffix, RouteKind kind, Resolver *resolver);
/** A rule of the user's, ROUTE_OWN_SERVERS or ROUTE_OWN_NETWORK; `exact`: for that name alone. */
void plan_add_own_route(Plan *plan, const Name *name, bool exact, RouteKind kind,
                        Resolver *resolver);
/** ROUTE_NETWORK, for a domain that the network put into the search list. */
void plan_add_searched_route(Plan *plan, const Name *suffix, Resolver *resolver);
/** The index of the route that a name takes; -1 none. */
int plan_find_route(const Plan *plan, const Name *name);
/** Whether the route is for that name, among others. */
bool route_takes(const Route *route, const Name *name);
/** The resolver with this id, routes' resolvers included. (transfer none), NULL for none. */
Resolver *plan_find_resolver(const Plan *plan, const char *id);
/** Whether both send every question to the same endpoints, so that answers may be shared. */
bool plan_same_sources(const Plan *a, const Plan *b);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_unref)
