/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The leak counter in words and on the bus. Both take their numbers from the kernel's packet socket
 * alone (leak.h), so that what the engine believes to have sent is not what proves it.
 */
#include "clear_report.h"

#include <inttypes.h>

#define PROGRAMS_MAX    3                 /* in one sentence */
#define FIRST_PERMITTED CLEAR_CERTIFICATE /* before it: leaks, and what is not counted */

typedef struct Words {
    const char *one, *several;
} Words;

static const Words flow_words[CLEAR_FLOWS] = {
    [CLEAR_CERTIFICATE] = {"certificate request", "certificate requests"},
    [CLEAR_DISCOVERY] = {"question for encrypted endpoints", "questions for encrypted endpoints"},
    [CLEAR_NETWORK] = {"name of this network", "names of this network"},
    [CLEAR_VPN] = {"name of a VPN", "names of a VPN"},
    [CLEAR_PORTAL_CHECK] = {"check for a sign-in page", "checks for a sign-in page"},
    [CLEAR_SIGN_IN] = {"lookup of a sign-in", "lookups of a sign-in"},
    [CLEAR_NAT64] = {"question for this network's IPv6 prefix",
                     "questions for this network's IPv6 prefix"},
    [CLEAR_TIME] = {"lookup of a time server", "lookups of time servers"},
    [CLEAR_CONSENT] = {"lookup by your consent", "lookups by your consent"},
};

GVariant *clear_report_flows(const uint64_t *counts)
{
    GVariantBuilder flows;
    g_variant_builder_init(&flows, G_VARIANT_TYPE("a{st}"));
    for (int flow = FIRST_PERMITTED; counts != NULL && flow < CLEAR_FLOWS; flow++) {
        uint64_t count = counts[flow];
        if (count > 0)
            g_variant_builder_add(&flows, "{st}", clear_flow_name((ClearFlow)flow), count);
    }
    return g_variant_builder_end(&flows);
}

/* "3 names of this network, 1 lookup of a sign-in and 2 certificate requests"; "" none.
 * (transfer full) */
static char *list_permitted(const uint64_t *counts, uint64_t *sum)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
    GString *text = g_string_new(NULL);
    *sum = 0;
    for (int flow = FIRST_PERMITTED; flow < CLEAR_FLOWS; flow++) {
        uint64_t count = counts[flow];
        const Words *words = &flow_words[flow];
        if (count > 0)
            g_ptr_array_add(parts, g_strdup_printf("%" PRIu64 " %s", count,
                                                   count == 1 ? words->one : words->several));
        *sum += count;
    }
    for (guint i = 0; i < parts->len; i++) {
        const char *joint = i == 0 ? "" : i + 1 < parts->len ? ", " : " and ";
        g_string_append_printf(text, "%s%s", joint, (const char *)g_ptr_array_index(parts, i));
    }
    return g_string_free(text, FALSE);
}

/* "firefox", "a program of alice"; NULL: nothing is known. (transfer full) */
static char *name_entry(const AroundEntry *entry)
{
    if (*entry->program != '\0')
        return g_strdup(entry->program);
    return *entry->user != '\0' ? g_strdup_printf("a program of %s", entry->user) : NULL;
}

/* "firefox, cups and others", "" nobody is known. (transfer full) */
static char *list_programs(const GPtrArray *around)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    bool more = false;
    for (guint i = 0; around != NULL && i < around->len; i++) {
        g_autofree char *name = name_entry(g_ptr_array_index(around, i));
        if (name == NULL || g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
            continue;
        more = names->len == PROGRAMS_MAX;
        if (!more)
            g_ptr_array_add(names, g_steal_pointer(&name));
    }
    if (names->len == 0)
        return g_strdup("");
    g_ptr_array_add(names, NULL);
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    return g_strconcat(list, more ? " and others" : "", NULL);
}

/* Whole sentences, and no other words: clients translate them (app/client/wording.c).
 * (transfer full) */
static char *describe_leaks(uint64_t leaked, const GPtrArray *around)
{
    g_autofree char *programs = leaked > 0 ? list_programs(around) : g_strdup("");
    if (leaked == 0)
        return g_strdup("No lookup of a program went around Sotto.");
    if (*programs == '\0')
        return g_strdup_printf(leaked == 1 ? "%" PRIu64 " lookup of a program went around Sotto."
                                           : "%" PRIu64 " lookups of programs went around Sotto.",
                               leaked);
    return g_strdup_printf(leaked == 1 ? "%" PRIu64 " lookup of a program went around Sotto (%s)."
                                       : "%" PRIu64 " lookups of programs went around Sotto (%s).",
                           leaked, programs);
}

char *clear_report_sentence(const uint64_t *counts, const GPtrArray *around)
{
    if (counts == NULL)
        return g_strdup("Packets that leave cannot be watched on this machine.");
    uint64_t leaked = counts[CLEAR_LEAK], permitted;
    g_autofree char *list = list_permitted(counts, &permitted);
    g_autofree char *leaks = describe_leaks(leaked, around);
    if (permitted == 0)
        return leaked == 0 ? g_strdup("None was seen.") : g_steal_pointer(&leaks);
    return g_strdup_printf(permitted == 1 ? "%s left in clear, as it may. %s"
                                          : "%s left in clear, as they may. %s",
                           list, leaks);
}

static GVariant *describe_entry(const AroundEntry *entry)
{
    char host[ADDRESS_MAX_TEXT];
    GVariantDict all;
    g_variant_dict_init(&all, NULL);
    g_variant_dict_insert(&all, "program", "s", entry->program);
    g_variant_dict_insert(&all, "user", "s", entry->user);
    g_variant_dict_insert(&all, "destination", "s", address_format_host(&entry->destination, host));
    g_variant_dict_insert(&all, "protocol", "s", entry->tcp ? "tcp" : "udp");
    g_variant_dict_insert(&all, "count", "t", entry->count);
    g_variant_dict_insert(&all, "last", "x", entry->last_s);
    return g_variant_dict_end(&all);
}

GVariant *clear_report_around(const GPtrArray *around)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; around != NULL && i < around->len; i++)
        g_variant_builder_add_value(&list, describe_entry(g_ptr_array_index(around, i)));
    return g_variant_builder_end(&list);
}
