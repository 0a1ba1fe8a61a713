/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a resolver says of itself, as filters. Promises add up: who wants no logs and DNSSEC wants
 * both. Protocols are ways there, of which one is enough.
 */
#include "resolver_traits.h"

#include <glib/gi18n.h>

#define PROTOCOL_TRAITS (~0U << RESOLVER_TRAIT_DNSCRYPT)

static const struct {
    const char *label;
    SottoResolverFlags flag;  /* 0: none stands for it */
    const char *protocols[2]; /* words of the contract; NULL */
} traits[RESOLVER_TRAITS_COUNT] = {
    [RESOLVER_TRAIT_NO_LOGS] = {N_("No logs"), SOTTO_RESOLVER_NOLOG, {NULL}},
    [RESOLVER_TRAIT_BLOCKS_MALWARE] = {N_("Blocks malware"), SOTTO_RESOLVER_BLOCKS_MALWARE, {NULL}},
    [RESOLVER_TRAIT_BLOCKS_ADS] = {N_("Blocks ads"), SOTTO_RESOLVER_BLOCKS_ADS, {NULL}},
    [RESOLVER_TRAIT_DNSSEC] = {N_("DNSSEC"), SOTTO_RESOLVER_DNSSEC, {NULL}},
    [RESOLVER_TRAIT_UNFILTERED] = {N_("Not filtering"), 0, {NULL}},
    [RESOLVER_TRAIT_DNSCRYPT] = {"DNSCrypt", 0, {"dnscrypt", "relay"}},
    [RESOLVER_TRAIT_DOT] = {"DNS over TLS", 0, {"dot"}},
    [RESOLVER_TRAIT_DOH] = {"DNS over HTTPS", 0, {"doh"}},
    [RESOLVER_TRAIT_DOQ] = {"DNS over QUIC", 0, {"doq"}},
    [RESOLVER_TRAIT_ODOH] = {"Oblivious DoH", 0, {"odoh"}},
};

const char *resolver_trait_label(ResolverTrait trait)
{
    return _(traits[trait].label);
}

static gboolean speaks(ResolverTrait trait, SottoResolver *resolver)
{
    const char *const *spoken = sotto_resolver_protocols(resolver);

    for (size_t i = 0; i < G_N_ELEMENTS(traits[trait].protocols); i++)
        if (traits[trait].protocols[i] != NULL &&
            g_strv_contains(spoken, traits[trait].protocols[i]))
            return TRUE;
    return FALSE;
}

gboolean resolver_traits_match(ResolverTraits wanted, SottoResolver *resolver)
{
    const SottoResolverFlags filtering = SOTTO_RESOLVER_BLOCKS_MALWARE | SOTTO_RESOLVER_BLOCKS_ADS |
                                         SOTTO_RESOLVER_BLOCKS_ADULT | SOTTO_RESOLVER_FILTERS;
    SottoResolverFlags flags = sotto_resolver_flags(resolver);
    gboolean spoken = (wanted & PROTOCOL_TRAITS) == 0;

    if ((wanted & 1U << RESOLVER_TRAIT_UNFILTERED) != 0 && (flags & filtering) != 0)
        return FALSE;
    for (guint i = 0; i < RESOLVER_TRAIT_DNSCRYPT; i++)
        if ((wanted & 1U << i) != 0 && (flags & traits[i].flag) != traits[i].flag)
            return FALSE;
    for (guint i = RESOLVER_TRAIT_DNSCRYPT; !spoken && i < RESOLVER_TRAITS_COUNT; i++)
        spoken = (wanted & 1U << i) != 0 && speaks((ResolverTrait)i, resolver);
    return spoken;
}

char *resolver_traits_describe(ResolverTraits wanted)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < RESOLVER_TRAITS_COUNT; i++)
        if ((wanted & 1U << i) != 0)
            g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "",
                                   resolver_trait_label((ResolverTrait)i));
    return g_string_free(text, FALSE);
}
