/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "keys.h"
#include "signed_list.h"

/**
 * The relays that are known, and by which of them a resolver is reached: those of Anonymized
 * DNSCrypt, and those of Oblivious DoH. A relay learns who asks and not what, the resolver what and
 * not who; so the two must not be in the same hands.
 *
 * Relays come from [Relay ID] groups of the settings and of the built-in list, and from signed
 * lists. What is chosen is written as people write it in Relay=: an id, a relay's stamp, RELAY_ANY
 * or RELAY_NONE.
 */
typedef struct Relays Relays;

#define RELAY_ANY  "*"
#define RELAY_NONE "none"

/** `key` decides which relays are picked: the same key, the same relays. */
Relays *relays_new(const uint8_t key[PLAN_SPREAD_KEY]);
void relays_free(Relays *relays);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Relays, relays_free)

/** Adds one, unless one of that id is known already, or the id is RELAY_NONE; takes a reference. */
void relays_add(Relays *relays, Relay *relay);
/** Replaces what came from signed lists by `listed` (Relay*), in whose ids the others win. */
void relays_set_listed(Relays *relays, GPtrArray *listed);
/** Adds a Relay for every [Relay ID] group; `source` is what they will say of themselves. FALSE
 * with a sentence that names the place. */
gboolean relays_read(Relays *relays, const Keys *keys, const char *source, GError **error);
/** All that the settings say of relays: [Sotto] Relay=, their own relays, which win, and the
 * built-in ones. The same error. (transfer full) */
Relays *relays_load(const Keys *keys, const Keys *builtin, const uint8_t key[PLAN_SPREAD_KEY],
                    GError **error);

/** (transfer none), NULL for an id that is not known. */
Relay *relays_find(const Relays *relays, const char *id);
/** Relay*, in the order they were added. (transfer container) */
GPtrArray *relays_all(const Relays *relays);
/** "dnscrypt" or "odoh": whose queries it carries. */
const char *relay_kind_name(const Relay *relay);

/** A nameless relay from its stamp, which is its id. CONFIG_ERROR_INVALID_ARGUMENT. (transfer full)
 */
Relay *relay_anonymous(const char *stamp, GError **error);

/** What is chosen for resolvers that say nothing themselves: [Sotto] Relay=. NULL: RELAY_NONE. */
void relays_choose(Relays *relays, const char *choice);
/**
 * What users decided at run time (decisions.h), which wins over what is written: for the resolver
 * `id`, or with "" for all that have no choice of their own. `choice` is an id, RELAY_ANY,
 * RELAY_NONE or "", nothing any more.
 */
void relays_decide(Relays *relays, const char *id, const char *choice);
void relays_forget_decisions(Relays *relays);
/** "" nothing; borrowed until the next decision. */
const char *relays_decision(const Relays *relays, const char *id);
/** What counts for resolvers that have no choice of their own. Never NULL. */
const char *relays_choice(const Relays *relays);
/** Whether it is RELAY_ANY, RELAY_NONE or the id of a known relay. CONFIG_ERROR_NOT_FOUND. */
gboolean relays_know(const Relays *relays, const char *choice, GError **error);
/** The name of the relay that an endpoint goes through: its host or address where it is none of
 * the known ones. (transfer full) */
char *relays_name(const Relays *relays, const Endpoint *relay);
/** Whether `choice` is written as it may be; whether such a relay is known is another matter.
 * CONFIG_ERROR_INVALID_ARGUMENT with a sentence. */
gboolean relay_choice_check(const char *choice, GError **error);

#define RELAY_PICKS 3

/**
 * The best relays of a kind (ENDPOINT_DNSCRYPT; ENDPOINT_DOH for Oblivious DoH) for a resolver:
 * never of its own operator, of another country where both are known and there is one, of several
 * operators where there are. The order depends on the key and the resolver, and stays when relays
 * come or go. Returns how many. (transfer none)
 */
size_t relay_pick(const Relays *relays, const Resolver *resolver, EndpointKind kind,
                  Relay *picked[RELAY_PICKS]);

/**
 * The resolver as it is to be reached: itself, or with the endpoints that a relay carries, each
 * through one of several relays, and no others, since a direct connection would show who asks.
 * Endpoints of Oblivious DoH get relays in any case: they are of no use without.
 * CONFIG_ERROR_NOT_FOUND: no such relay, or none that is in other hands;
 * CONFIG_ERROR_NOT_SUPPORTED: no relay carries any of its endpoints. (transfer full)
 */
Resolver *relays_reach(const Relays *relays, Resolver *resolver, GError **error);
