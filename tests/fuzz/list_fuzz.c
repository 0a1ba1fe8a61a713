/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The public lists: their text, and what is made of it. Input: the kind of list (1), its text.
 */
#include "entries.h"
#include "fuzz.h"
#include "operators.h"
#include "relays.h"
#include "signed_list.h"

/* Texts go on the bus and to screens, ids into files. */
static void check_entry(const Resolver *entry)
{
    g_assert_true(entry_id_is_valid(entry->id));
    g_assert_true(g_utf8_validate(entry->name, -1, NULL));
    g_assert_true(g_utf8_validate(entry->description, -1, NULL));
    g_assert_cmpuint(entry->endpoint_count, >, 0);
    for (size_t i = 0; i < entry->endpoint_count; i++) {
        g_autofree char *described = endpoint_describe(entry->endpoints[i]);
        const Address *address = &entry->endpoints[i]->address;

        g_assert_true(g_utf8_validate(described, -1, NULL));
        g_assert_true(!address_is_set(address) || address_is_remote(address));
    }
}

static void check_operators(const GPtrArray *entries)
{
    g_autoptr(Operators) operators = operators_new();

    for (guint i = 0; i < entries->len; i++)
        operators_learn(operators, g_ptr_array_index(entries, i));
    for (guint i = 0; i < entries->len; i++) {
        g_autofree char *found = operators_find(operators, g_ptr_array_index(entries, i));

        g_assert_true(g_utf8_validate(found, -1, NULL));
    }
}

/* Never the resolver's own operator, and none twice. */
static void check_relays(GPtrArray *entries, EndpointKind kind)
{
    static const uint8_t key[PLAN_SPREAD_KEY] = {7};
    g_autoptr(Relays) relays = relays_new(key);
    g_autoptr(Resolver) resolver = resolver_new("one", "One");
    Relay *picked[RELAY_PICKS];

    resolver->operator_name = g_strdup("One");
    relays_set_listed(relays, entries);
    size_t count = relay_pick(relays, resolver, kind, picked);
    g_assert_cmpuint(count, <=, RELAY_PICKS);
    for (size_t i = 0; i < count; i++) {
        g_assert_cmpstr(picked[i]->operator_name, !=, "One");
        for (size_t other = 0; other < i; other++)
            g_assert_true(picked[i] != picked[other]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    ListKind kind = fuzz_take_u8(&input) % LIST_KINDS;
    g_autoptr(GBytes) text = fuzz_take_rest(&input);
    g_autoptr(GError) error = NULL;
    g_autoptr(SignedList) list = signed_list_parse(text, kind, &error);
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);

    g_assert_true((list == NULL) == (error != NULL));
    if (list == NULL)
        return 0;
    g_assert_cmpuint(list->entries->len, >, 0);
    for (guint i = 0; i < list->entries->len; i++) {
        Resolver *entry = g_ptr_array_index(list->entries, i);

        check_entry(entry);
        g_assert_true(g_hash_table_add(ids, entry->id));
    }
    check_operators(list->entries);
    if (kind == LIST_RELAYS || kind == LIST_ODOH_RELAYS)
        check_relays(list->entries, kind == LIST_RELAYS ? ENDPOINT_DNSCRYPT : ENDPOINT_DOH);
    return 0;
}
