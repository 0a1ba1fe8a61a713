/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resolver_item.h"

/** What the list of resolvers can be narrowed to. */
typedef enum {
    RESOLVER_TRAIT_NO_LOGS,
    RESOLVER_TRAIT_BLOCKS_MALWARE,
    RESOLVER_TRAIT_BLOCKS_ADS,
    RESOLVER_TRAIT_DNSSEC,
    RESOLVER_TRAIT_UNFILTERED,
    RESOLVER_TRAIT_DNSCRYPT, /* from here on: protocols */
    RESOLVER_TRAIT_DOT,
    RESOLVER_TRAIT_DOH,
    RESOLVER_TRAIT_DOQ,
    RESOLVER_TRAIT_ODOH,
    RESOLVER_TRAITS_COUNT,
} ResolverTrait;

/** A set of them, bit 1 << ResolverTrait each. */
typedef guint ResolverTraits;

/** "No logs" (transfer none) */
const char *resolver_trait_label(ResolverTrait trait);

/** Whether it has every trait wanted, and one of the protocols where some are. */
gboolean resolver_traits_match(ResolverTraits wanted, SottoResolver *resolver);

/** "No logs, DNSSEC" (transfer full) */
char *resolver_traits_describe(ResolverTraits traits);
