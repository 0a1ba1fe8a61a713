/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three tables of what tells an operator: the domain it owns, an address it answers on, and the
 * first part of the names its entries bear in lists ("cs-berlin"; a relay's stamp holds an address
 * and nothing else, so there the name is all there is).
 *
 * A domain is owned at its last two labels, or three where the second is one under which a country
 * sells names (co.uk). That is not the Public Suffix List, whose megabyte would here only decide
 * under which heading an entry stands.
 */
#include "operators.h"

#include <string.h>

#define PROVIDER_PREFIX "dnscrypt"

static const char *const shared_labels[] = {"ac",  "co",  "com", "edu", "gov", "ne",
                                            "net", "nom", "or",  "org", NULL};
/* What a list puts before the name of a relay or target. */
static const char *const name_prefixes[] = {"anon-", "odohrelay-", "odoh-", "dnscrypt-", "doh-"};

struct Operators {
    GHashTable *domains, *addresses, *parts; /* text → operator */
};

static GHashTable *table_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

Operators *operators_new(void)
{
    Operators *operators = g_new0(Operators, 1);

    operators->domains = table_new();
    operators->addresses = table_new();
    operators->parts = table_new();
    return operators;
}

void operators_free(Operators *operators)
{
    if (operators == NULL)
        return;
    g_hash_table_unref(operators->domains);
    g_hash_table_unref(operators->addresses);
    g_hash_table_unref(operators->parts);
    g_free(operators);
}

/* Letters alone, two at least: what is at the end of a name, and of no address. */
static bool is_top_level(const char *label)
{
    size_t length = strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    return length >= 2 && label[length] == '\0';
}

/* "2.dnscrypt-cert.quad9.net" and "dns9.quad9.net" → "quad9.net"; NULL for what is no domain, as
 * some provider names and every address. (transfer full) */
static char *domain_of(const char *host)
{
    g_autofree char *lower = g_ascii_strdown(host, -1);
    g_auto(GStrv) labels = g_strsplit(lower, ".", -1);
    size_t count = g_strv_length(labels);
    size_t owned = count >= 3 && strlen(labels[count - 1]) == 2 &&
                           g_strv_contains(shared_labels, labels[count - 2])
                       ? 3
                       : 2;

    if (count < 2 || !is_top_level(labels[count - 1]) ||
        g_str_has_prefix(labels[count - owned], PROVIDER_PREFIX "-cert"))
        return NULL;
    return g_strjoinv(".", labels + count - owned);
}

static char *endpoint_domain(const Endpoint *endpoint)
{
    const char *name = endpoint->host != NULL ? endpoint->host : endpoint->provider_name;

    return name != NULL ? domain_of(name) : NULL;
}

/* NULL when there is none. (transfer full) */
static char *endpoint_address(const Endpoint *endpoint)
{
    char text[ADDRESS_MAX_TEXT];

    if (!address_is_set(&endpoint->address))
        return NULL;
    return g_strdup(address_format_host(&endpoint->address, text));
}

/* "anon-cs-berlin6" → "cs" (transfer full) */
static char *first_part(const char *name)
{
    const char *end;

    for (size_t i = 0; i < G_N_ELEMENTS(name_prefixes); i++)
        if (g_str_has_prefix(name, name_prefixes[i]) && strlen(name) > strlen(name_prefixes[i]))
            name += strlen(name_prefixes[i]);
    end = strchr(name, '-');
    return end != NULL && end > name ? g_strndup(name, (size_t)(end - name)) : g_strdup(name);
}

/* (transfer full) of `key`; what was learnt first stays */
static void learn(GHashTable *table, char *key, const char *operator_name)
{
    if (key == NULL || g_hash_table_contains(table, key))
        g_free(key);
    else
        g_hash_table_insert(table, key, g_strdup(operator_name));
}

void operators_learn(Operators *operators, const Resolver *resolver)
{
    if (resolver->operator_name == NULL)
        return;
    for (size_t i = 0; i < resolver->endpoint_count; i++) {
        const Endpoint *endpoint = resolver->endpoints[i];

        learn(operators->domains, endpoint_domain(endpoint), resolver->operator_name);
        learn(operators->addresses, endpoint_address(endpoint), resolver->operator_name);
    }
    learn(operators->parts, first_part(resolver->name), resolver->operator_name);
}

static const char *look_up(const GHashTable *table, const char *key)
{
    return key != NULL ? g_hash_table_lookup((GHashTable *)table, key) : NULL;
}

char *operators_find(const Operators *operators, const Resolver *resolver)
{
    g_autofree char *part = first_part(resolver->name), *domain = NULL;
    const char *known = NULL;

    for (size_t i = 0; known == NULL && i < resolver->endpoint_count; i++) {
        g_autofree char *own = endpoint_domain(resolver->endpoints[i]);
        g_autofree char *address = endpoint_address(resolver->endpoints[i]);

        known = look_up(operators->domains, own);
        if (known == NULL)
            known = look_up(operators->addresses, address);
        if (domain == NULL)
            domain = g_steal_pointer(&own);
    }
    if (known == NULL && domain != NULL)
        return g_steal_pointer(&domain);
    if (known == NULL)
        known = look_up(operators->parts, part);
    return known != NULL ? g_strdup(known) : g_steal_pointer(&part);
}
