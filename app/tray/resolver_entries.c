/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of the list, and who stays when it is told anew.
 *
 * A list comes as a whole, again and again. Its rows stay with their resolvers: one that is
 * rebuilt, or reordered, under the pointer or the keyboard's focus cannot be used. So a resolver
 * keeps its place when its star is clicked, too, until somebody comes back to the page.
 */
#include "resolver_entries.h"

#include "resolver_words.h"

static void entry_free(gpointer data)
{
    ResolverEntry *entry = data;

    g_object_unref(entry->resolver);
    g_free(entry->haystack);
    g_free(entry);
}

static void group_free(gpointer data)
{
    ResolverGroup *group = data;

    g_free(group->operator_name);
    g_free(group);
}

/* --- order ----------------------------------------------------------------------------------- */

int resolver_entry_compare(const ResolverEntry *a, const ResolverEntry *b)
{
    int order;

    if (a->rank != b->rank)
        return (int)a->rank - (int)b->rank;
    order = a->rank == RANK_LISTED
                ? g_utf8_collate(a->group->operator_name, b->group->operator_name)
                : 0;
    return order != 0
               ? order
               : g_utf8_collate(sotto_resolver_name(a->resolver), sotto_resolver_name(b->resolver));
}

static int compare_in_array(gconstpointer a, gconstpointer b)
{
    return resolver_entry_compare(*(ResolverEntry *const *)a, *(ResolverEntry *const *)b);
}

/* A heading stands before the resolvers of its operator. */
int resolver_entry_compare_with_group(const ResolverEntry *entry, const ResolverGroup *group,
                                      gboolean group_ends)
{
    int order = entry->rank != RANK_LISTED
                    ? -1
                    : g_utf8_collate(entry->group->operator_name, group->operator_name);

    if (order != 0)
        return order;
    return group_ends ? -1 : 1;
}

gboolean resolver_group_has_heading(const ResolverGroup *group)
{
    return group != NULL && group->count > 1;
}

/* --- reading --------------------------------------------------------------------------------- */

/* `before`: the same one in the list until now, whose place among the favourites it keeps; NULL. */
static ResolverRank rank_of(SottoResolver *resolver, const ResolverEntry *before)
{
    SottoResolverFlags flags = sotto_resolver_flags(resolver);
    const char *source = sotto_resolver_source(resolver);
    gboolean favourite =
        before != NULL ? before->rank == RANK_FAVOURITE : (flags & SOTTO_RESOLVER_FAVOURITE) != 0;

    if ((flags & SOTTO_RESOLVER_OWN) != 0)
        return RANK_OWN;
    if (favourite)
        return RANK_FAVOURITE;
    return source[0] == '\0' || g_str_equal(source, "built-in") ? RANK_BUILT_IN : RANK_LISTED;
}

static ResolverGroup *join_group(GHashTable *groups, SottoResolver *resolver)
{
    const char *name = sotto_resolver_operator(resolver);
    ResolverGroup *group;

    if (name[0] == '\0')
        name = sotto_resolver_name(resolver);
    group = g_hash_table_lookup(groups, name);
    if (group == NULL) {
        group = g_new0(ResolverGroup, 1);
        group->shown = RESOLVER_GROUP_PAGE;
        group->operator_name = g_strdup(name);
        g_hash_table_insert(groups, group->operator_name, group);
    }
    group->count++;
    return group;
}

static GHashTable *index_entries(const GPtrArray *entries)
{
    GHashTable *index = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < entries->len; i++) {
        ResolverEntry *entry = entries->pdata[i];
        g_hash_table_insert(index, (char *)sotto_resolver_id(entry->resolver), entry);
    }
    return index;
}

/* Whether its row would show the same. */
static gboolean says_the_same(const ResolverEntry *a, const ResolverEntry *b)
{
    return g_str_equal(a->haystack, b->haystack) &&
           sotto_resolver_flags(a->resolver) == sotto_resolver_flags(b->resolver) &&
           sotto_resolver_latency_us(a->resolver) == sotto_resolver_latency_us(b->resolver) &&
           g_str_equal(sotto_resolver_failure(a->resolver), sotto_resolver_failure(b->resolver));
}

/* Most of a newer list is as it was; a thousand rows that are set anew would be felt. */
static void take_over_row(ResolverEntry *entry, ResolverEntry *before)
{
    entry->row = g_steal_pointer(&before->row);
    if (entry->row == NULL)
        return;
    g_object_set_data(G_OBJECT(entry->row), "entry", entry);
    if (!says_the_same(entry, before) || sotto_resolver_row_is_touched(entry->row))
        sotto_resolver_row_set_resolver(entry->row, entry->resolver);
}

/* `before`: the same resolver's until now; NULL: it is new, or is given its place anew. */
static ResolverEntry *entry_new(ResolverEntries *entries, SottoResolver *resolver,
                                const ResolverEntry *before)
{
    ResolverEntry *entry = g_new0(ResolverEntry, 1);

    entry->resolver = g_object_ref(resolver);
    entry->rank = rank_of(resolver, before);
    entry->haystack = resolver_words_search_text(resolver);
    if (entry->rank == RANK_LISTED)
        entry->group = join_group(entries->groups, resolver);
    return entry;
}

static void take_over_heading(ResolverGroup *group, ResolverGroup *before)
{
    group->row = before->row;
    group->more = before->more;
    group->shown = before->shown;
    g_object_set_data(G_OBJECT(group->row), "group", group);
    if (group->more != NULL)
        g_object_set_data(G_OBJECT(group->more), "more", group);
}

static void take_over_headings(GHashTable *groups, GHashTable *before)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, before);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        ResolverGroup *old = value, *group = g_hash_table_lookup(groups, old->operator_name);

        if (old->row == NULL)
            continue;
        if (resolver_group_has_heading(group)) {
            take_over_heading(group, old);
        } else {
            gtk_widget_destroy(GTK_WIDGET(old->row));
            g_clear_pointer(&old->more, gtk_widget_destroy);
        }
    }
}

static void destroy_rows(const GPtrArray *entries)
{
    for (guint i = 0; i < entries->len; i++) {
        ResolverEntry *entry = entries->pdata[i];

        if (entry->row != NULL)
            gtk_widget_destroy(GTK_WIDGET(entry->row));
    }
}

/* What it holds now; `before` (may be NULL) is given up by it. */
static void read_model(ResolverEntries *entries, GListModel *model, GHashTable *before,
                       gboolean anew)
{
    entries->sorted = g_ptr_array_new_with_free_func(entry_free);
    entries->groups = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, group_free);
    for (guint i = 0; model != NULL && i < g_list_model_get_n_items(model); i++) {
        g_autoptr(SottoResolver) resolver = g_list_model_get_item(model, i);
        ResolverEntry *old =
            before != NULL ? g_hash_table_lookup(before, sotto_resolver_id(resolver)) : NULL;
        ResolverEntry *entry = entry_new(entries, resolver, anew ? NULL : old);

        if (old != NULL)
            take_over_row(entry, old);
        g_ptr_array_add(entries->sorted, entry);
    }
    g_ptr_array_sort(entries->sorted, compare_in_array);
}

void resolver_entries_init(ResolverEntries *entries, GListModel *model)
{
    read_model(entries, model, NULL, TRUE);
}

void resolver_entries_clear(ResolverEntries *entries)
{
    g_clear_pointer(&entries->sorted, g_ptr_array_unref);
    g_clear_pointer(&entries->groups, g_hash_table_unref);
}

void resolver_entries_update(ResolverEntries *entries, GListModel *model, gboolean anew)
{
    ResolverEntries before = *entries;
    g_autoptr(GHashTable) index = index_entries(before.sorted);

    read_model(entries, model, index, anew);
    take_over_headings(entries->groups, before.groups);
    destroy_rows(before.sorted); /* of those that are gone */
    resolver_entries_clear(&before);
}

/* --- looking for some ------------------------------------------------------------------------ */

static gboolean matches(const ResolverEntry *entry, const char *const *words, ResolverTraits traits)
{
    return (words == NULL || resolver_words_match(entry->haystack, words)) &&
           resolver_traits_match(traits, entry->resolver);
}

guint resolver_entries_match(ResolverEntries *entries, const char *const *words,
                             ResolverTraits traits)
{
    GHashTableIter iter;
    gpointer value;
    guint count = 0;

    g_hash_table_iter_init(&iter, entries->groups);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((ResolverGroup *)value)->matching = 0;
    for (guint i = 0; i < entries->sorted->len; i++) {
        ResolverEntry *entry = g_ptr_array_index(entries->sorted, i);

        entry->matching = matches(entry, words, traits);
        if (!entry->matching)
            continue;
        count++;
        entry->place = entry->group != NULL ? entry->group->matching++ : 0;
    }
    return count;
}
