/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/** What a resolver says of itself and offers; as many of them as apply. */
typedef enum {
    SOTTO_RESOLVER_DNSSEC = 1 << 0,
    SOTTO_RESOLVER_NOLOG = 1 << 1,
    SOTTO_RESOLVER_BLOCKS_MALWARE = 1 << 2,
    SOTTO_RESOLVER_BLOCKS_ADS = 1 << 3,
    SOTTO_RESOLVER_BLOCKS_ADULT = 1 << 4,
    SOTTO_RESOLVER_FAVOURITE = 1 << 5,
    SOTTO_RESOLVER_OWN = 1 << 6,    /* from the machine's own configuration */
    SOTTO_RESOLVER_FILTERS = 1 << 7 /* answers some names otherwise, and does not say which */
} SottoResolverFlags;

/** The id by which SetResolver and the Resolver property mean "the fastest that fits". */
#define SOTTO_RESOLVER_AUTO "auto"

/** Words beside the ids of relays: picked for each resolver, of another operator than its own; and
 * the direct way. */
#define SOTTO_RELAY_ANY  "*"
#define SOTTO_RELAY_NONE "none"

/** One resolver the helper knows: immutable, so that a row may keep it. Strings are never NULL. */
#define SOTTO_TYPE_RESOLVER (sotto_resolver_get_type())
G_DECLARE_FINAL_TYPE(SottoResolver, sotto_resolver, SOTTO, RESOLVER, GObject)

/** Reads one a{sv} of ListResolvers (transfer full); NULL when it carries no id. */
SottoResolver *sotto_resolver_parse(GVariant *dictionary);

const char *sotto_resolver_id(SottoResolver *resolver);
const char *sotto_resolver_name(SottoResolver *resolver);
const char *sotto_resolver_operator(SottoResolver *resolver);
/** ISO 3166-1 alpha-2, or "". */
const char *sotto_resolver_country(SottoResolver *resolver);
const char *sotto_resolver_description(SottoResolver *resolver);
/** "built-in", "own", or the name of the signed list it comes from; "" unknown. */
const char *sotto_resolver_source(SottoResolver *resolver);
/** A sentence when its list gives another key for it than before; "" none. */
const char *sotto_resolver_key_changed(SottoResolver *resolver);
/** Names of the relays through which it is reached; "" directly. */
const char *sotto_resolver_relay(SottoResolver *resolver);
/** What the user said of this resolver alone: a relay's id, SOTTO_RELAY_ANY or SOTTO_RELAY_NONE; ""
 * nothing. */
const char *sotto_resolver_relay_choice(SottoResolver *resolver);
/** NULL-terminated words of the contract: "dnscrypt", "dot", "doh". */
const char *const *sotto_resolver_protocols(SottoResolver *resolver);
SottoResolverFlags sotto_resolver_flags(SottoResolver *resolver);
/** Measured, in microseconds; 0 when it was not. */
gint64 sotto_resolver_latency_us(SottoResolver *resolver);
/** One sentence on what went wrong last; "" when nothing did. */
const char *sotto_resolver_failure(SottoResolver *resolver);

/**
 * Replaces what is in `store` (of SottoResolver) by the aa{sv} of ListResolvers, in its order and
 * in one "items-changed".
 */
void sotto_resolver_fill_store(GListStore *store, GVariant *list);
