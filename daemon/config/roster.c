/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes of lists and own entries:
 *
 *     own entries ────────────────────┐
 *     lists of resolvers and targets ─┴→ Settings.added → ListResolvers, choosing by id
 *     lists of relays ──────────────────→ Settings.relays, for resolvers that are reached by them
 *
 * An id that is taken gets the list's name in front of it.
 */
#include "roster.h"

#include "choice.h"
#include "entries.h"
#include "operators.h"

typedef struct Roster {
    GPtrArray *added;  /* Resolver */
    GHashTable *taken; /* ids, borrowed, and CHOICE_AUTO, which means another thing */
    Operators *operators;
} Roster;

static bool is_relays(const Source *source)
{
    return source->spec->kind == LIST_RELAYS || source->spec->kind == LIST_ODOH_RELAYS;
}

/* Ids are unique within a list, and its entries come after those this machine's files have. */
static void settle_id(Resolver *entry, const char *list, GHashTable *taken)
{
    g_autofree char *longer = NULL;

    if (!g_hash_table_contains(taken, entry->id))
        return;
    longer = g_strdup_printf("%s.%s", list, entry->id);
    if (entry_id_is_valid(longer)) {
        g_free(entry->id);
        entry->id = g_steal_pointer(&longer);
    }
}

/* An entry belongs to us alone before it is in `added` for the first time, and gets then what its
 * list does not say. */
static void introduce(Roster *roster, const Source *source, Resolver *entry)
{
    if (entry->source == NULL) {
        entry->source = g_strdup(source->spec->name);
        settle_id(entry, source->spec->name, roster->taken);
        entry->operator_name = operators_find(roster->operators, entry);
    }
    operators_learn(roster->operators, entry);
}

static void add_entry(Roster *roster, Resolver *entry)
{
    if (!entry_is_usable(entry) || g_hash_table_contains(roster->taken, entry->id))
        return;
    g_hash_table_add(roster->taken, entry->id);
    g_ptr_array_add(roster->added, resolver_ref(entry));
}

/* Relays are named last: their stamps tell nothing, what resolvers are called tells most. */
static void name_relays(const Roster *roster, const GPtrArray *lists)
{
    for (guint i = 0; i < lists->len; i++) {
        const Source *source = lists->pdata[i];

        if (!is_relays(source) || source->copy == NULL)
            continue;
        for (guint j = 0; j < source->copy->list->entries->len; j++) {
            Relay *relay = source->copy->list->entries->pdata[j];

            g_free(relay->operator_name);
            relay->operator_name = operators_find(roster->operators, relay);
            if (relay->source == NULL)
                relay->source = g_strdup(source->spec->name);
        }
    }
}

static void give_relays(Settings *settings, const GPtrArray *lists)
{
    g_autoptr(GPtrArray) listed = g_ptr_array_new();

    for (guint i = 0; i < lists->len; i++) {
        const Source *source = lists->pdata[i];

        if (is_relays(source) && source->copy != NULL)
            g_ptr_array_extend(listed, source->copy->list->entries, NULL, NULL);
    }
    relays_set_listed(settings->relays, listed);
}

static void add_list(Roster *roster, const Source *source)
{
    if (source->copy == NULL || is_relays(source))
        return;
    for (guint i = 0; i < source->copy->list->entries->len; i++) {
        introduce(roster, source, source->copy->list->entries->pdata[i]);
        add_entry(roster, source->copy->list->entries->pdata[i]);
    }
}

void roster_assemble(Settings *settings, const GPtrArray *own, const GPtrArray *lists)
{
    g_autoptr(GPtrArray) added = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    g_autoptr(GHashTable) taken = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(Operators) operators = operators_new();
    Roster roster = {.added = added, .taken = taken, .operators = operators};

    g_hash_table_add(taken, (char *)CHOICE_AUTO);
    for (guint i = 0; i < settings->catalogue->len; i++) {
        Resolver *known = settings->catalogue->pdata[i];

        g_hash_table_add(taken, known->id);
        operators_learn(operators, known);
    }
    for (guint i = 0; i < own->len; i++)
        add_entry(&roster, own->pdata[i]);
    for (guint i = 0; i < lists->len; i++)
        add_list(&roster, lists->pdata[i]);
    name_relays(&roster, lists);
    give_relays(settings, lists);
    settings_set_added(settings, added);
}
