/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ledger.h"
#include "loop.h"
#include "message.h"
#include "nat64.h"
#include "plan.h"
#include "record.h"
#include "ruleset.h"
#include "stats.h"
#include "tls.h"

/**
 * The engine: listen → rules → cache → choose → transport → reply, on one loop and one thread.
 */
typedef struct Engine Engine;

/** `tls` is borrowed and outlives the engine. It answers SERVFAIL ("not ready") until a plan is
 * applied. */
Engine *engine_new(Loop *loop, TlsContext *tls);
/** Cancels lookups, drops clients' queries and closes what it listens on. Not from inside a
 * callback of the engine. NULL is allowed. */
void engine_free(Engine *engine);

/** How transports are opened; `transport_open` unless a test or a simulation sets its own, before
 * the first plan. */
typedef Status (*TransportOpener)(const TransportEnvironment *environment, Endpoint *endpoint,
                                  Transport **transport);
void engine_set_opener(Engine *engine, TransportOpener opener);

/** Takes a reference. Transports of endpoints that stay keep their connections; live queries keep
 * their plan. Answers of other resolvers than the plan's are not used (see cache.h). */
void engine_apply(Engine *engine, Plan *plan);

/** Takes a reference; NULL: none. Judges queries that come from now on, whatever the plan. */
void engine_set_rules(Engine *engine, Ruleset *rules);

/** Decides by the index of the arrival link whether a query is one of this machine's. */
typedef bool (*EngineAdmit)(void *owner, int interface);

/** Serves on bound descriptors (taken over, closed also on failure; -1 for none). `admit` NULL:
 * everybody who can reach the socket. May be called for each address. STATUS_IO. */
Status engine_listen(Engine *engine, int udp_fd, int tcp_fd, EngineAdmit admit,
                     void *owner) must_check;

/** Takes no more queries in, so that another process finds them in the sockets; those under way are
 * answered. */
void engine_stop_listening(Engine *engine);

/** Sockets, connections, keys and back-offs of the old network go, and answers that are true on it
 * alone; queries under way are asked again, but those that go in clear by a route end. What gets
 * through on a network, and such answers, are remembered by `network_id`: any word without white
 * space that is the same whenever this network is joined; NULL: not to be remembered. */
void engine_network_changed(Engine *engine, const char *network_id);
/** The network joined last is that one: it became known only after it was joined. */
void engine_network_known(Engine *engine, const char *network_id);
/** What got through on that network is remembered no more. */
void engine_forget_network(Engine *engine, const char *network_id);
/** That memory as text, to be kept across restarts. (transfer full) */
char *engine_save_networks(const Engine *engine);
/** Brings it back; at best before the first network is joined. */
void engine_load_networks(Engine *engine, const char *text);

/** This network has no IPv4, but a translator with this prefix (NULL: it has none). Endpoints with
 * an IPv4 address are reached through it, and names with IPv4 addresses alone are given such as it
 * translates (dns64.h). With a new one connections go and queries under way are asked again, so
 * engine_network_changed comes first. Not from inside `done` of a Lookup. */
void engine_set_nat64(Engine *engine, const Nat64Prefix *prefix);
/** That prefix; not set: none. Valid until it is set again. */
const Nat64Prefix *engine_nat64(const Engine *engine);
/** Where to connect to on this network in order to reach `address` (reach.h). */
Address engine_reach(const Engine *engine, const Address *address);

/** The machine falls asleep: sockets, connections and keys go; queries under way wait. */
void engine_disconnect(Engine *engine);
/** It is awake: whatever was opened meanwhile goes too, and queries under way are asked again. */
void engine_reconnect(Engine *engine);

/** Forgets the cached answers of `name` and everything below it, NULL: all. Returns how many. */
size_t engine_flush(Engine *engine, const Name *name);

/** A question of Sotto's own, not counted as a client's and past the cache. */
typedef struct Lookup Lookup;
/** `reply` (borrowed) with STATUS_OK, any RCODE but SERVFAIL and REFUSED; with
 * STATUS_SERVER_FAILED one of those two. `resolver_id` says who answered or failed last, NULL when
 * nobody was asked, `detail` by what: "quad9 dot". */
typedef void (*LookupDone)(void *owner, Status status, const Message *reply,
                           const char *resolver_id, const char *detail);
/** What is asked; only name and type need be set. */
typedef struct LookupQuestion {
    Name name;
    uint16_t type, qclass; /* 0: IN */
    bool nsid;             /* also asks which server it is (RFC 5001) */
    bool curious; /* whatever is answered will do: SERVFAIL and REFUSED come with STATUS_OK,
                     and are not held against the resolver */
} LookupQuestion;
/** Asks through the resolver with this id (any that `plan` holds; `plan` need not be the one
 * applied), or as the plan chooses when NULL. `done` exactly once, later, unless cancelled;
 * STATUS_NO_SERVERS for an unknown id. The lookup is gone when `done` returns. */
Lookup *engine_lookup_question(Engine *engine, Plan *plan, const char *resolver_id,
                               const LookupQuestion *question, int64_t budget_us, LookupDone done,
                               void *owner);
/** The same for a usual question. */
Lookup *engine_lookup(Engine *engine, Plan *plan, const char *resolver_id, const Name *name,
                      uint16_t type, int64_t budget_us, LookupDone done, void *owner);
/** Frees it; `done` will not be called. NULL is allowed; from its own `done` it does nothing. */
void engine_lookup_cancel(Lookup *lookup);

/** Shows the observer (record.h) what becomes of clients' queries from now on; Lookups are not
 * among them. Borrowed until engine_unobserve. */
void engine_observe(Engine *engine, EngineObserver *observer);
/** Safe to repeat, on a zeroed observer, and from inside `observed`. */
void engine_unobserve(Engine *engine, EngineObserver *observer);

void engine_stats(const Engine *engine, Stats *stats);

/** Tally* (ledger.h) of each resolver and protocol asked so far. (transfer none) */
const GPtrArray *engine_tallies(Engine *engine);

/** A transport that is open; all borrowed. */
typedef struct EngineConnection {
    const char *resolver_id, *resolver_name; /* that it was used for last */
    const Transport *transport;
    int64_t latency_us; /* smoothed; 0 not measured */
} EngineConnection;
/** Shows every one; `visit` changes nothing. */
void engine_visit_connections(const Engine *engine,
                              void (*visit)(void *owner, const EngineConnection *connection),
                              void *owner);

/** How one resolver of the plan fares. */
typedef struct ResolverHealth {
    int64_t latency_us; /* smoothed; 0 not measured */
    uint64_t answers, failures;
    Status last_failure;   /* STATUS_OK: none since the last answer */
    EndpointKind endpoint; /* in use */
    TransportFacts facts;
} ResolverHealth;
/** False for an id that is neither in the plan nor was looked up through of late. */
bool engine_resolver_health(const Engine *engine, const char *resolver_id, ResolverHealth *health);
/** The id of the resolver that gave the last answer, or NULL. Valid until the next turn. */
const char *engine_last_resolver(const Engine *engine);
