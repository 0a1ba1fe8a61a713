/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rich rows are slow to build (500 take 0.4 s), and the public lists have a thousand resolvers. So
 * a row is built when there is a reason to see it: at once for the machine's own and the built-in
 * resolvers, else when its operator is unfolded, when a search finds it, or when it is chosen. And
 * always in batches, between which the window stays alive.
 *
 * The box sorts and filters. A newer list with the same resolvers only changes the rows' text,
 * since a list that is rebuilt under the pointer cannot be used; any other rebuilds them.
 */
#include "resolver_list.h"

#include "operator_row.h"

#define ROWS_A_BATCH  16
#define SEARCH_BUILDS 200 /* more hits than that are not looked through by eye */

typedef enum {
    RANK_AUTOMATIC,
    RANK_OWN,
    RANK_FAVOURITE,
    RANK_BUILT_IN,
    RANK_LISTED,
} Rank;

typedef struct Group {
    char *operator_name;
    guint count;
    SottoOperatorRow *row; /* NULL: one resolver alone needs no heading */
} Group;

typedef struct Entry {
    SottoResolver *resolver;
    Rank rank;
    Group *group; /* NULL unless RANK_LISTED */
    char *haystack;
    SottoResolverRow *row; /* NULL until there is a reason to see it */
    gboolean waiting;      /* for its row */
} Entry;

struct ResolverList {
    GtkListBox *box;
    GCallback chosen;
    gpointer data;
    SottoResolverRow *automatic;
    GPtrArray *entries; /* Entry, sorted */
    GHashTable *groups; /* operator → Group */
    char *chosen_id;
    char **words;
    guint build_source;
};

static void entry_free(gpointer data)
{
    Entry *entry = data;

    g_object_unref(entry->resolver);
    g_free(entry->haystack);
    g_free(entry);
}

static void group_free(gpointer data)
{
    Group *group = data;

    g_free(group->operator_name);
    g_free(group);
}

/* --- order and visibility ------------------------------------------------------------------ */

/* What a row of the box stands for: an entry, a group, or (both NULL) Automatic. */
static Entry *entry_of(GtkListBoxRow *row)
{
    return g_object_get_data(G_OBJECT(row), "entry");
}

static Group *group_of(GtkListBoxRow *row)
{
    return g_object_get_data(G_OBJECT(row), "group");
}

static int compare_entries(const Entry *a, const Entry *b)
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
    return compare_entries(*(Entry *const *)a, *(Entry *const *)b);
}

/* A heading stands before the resolvers of its operator. */
static int compare_with_group(const Entry *entry, const Group *group)
{
    int order = entry->rank != RANK_LISTED
                    ? -1
                    : g_utf8_collate(entry->group->operator_name, group->operator_name);

    return order != 0 ? order : 1;
}

static int sort_rows(GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
    const Entry *left = entry_of(a), *right = entry_of(b);
    const Group *left_group = group_of(a), *right_group = group_of(b);

    if (left != NULL && right != NULL)
        return compare_entries(left, right);
    if (left != NULL && right_group != NULL)
        return compare_with_group(left, right_group);
    if (left_group != NULL && right != NULL)
        return -compare_with_group(right, left_group);
    if (left_group != NULL && right_group != NULL)
        return g_utf8_collate(left_group->operator_name, right_group->operator_name);
    return (left != NULL || left_group != NULL) - (right != NULL || right_group != NULL);
}

static gboolean is_folded(const Entry *entry)
{
    return entry->group != NULL && entry->group->row != NULL &&
           !sotto_operator_row_is_open(entry->group->row);
}

static gboolean is_chosen(const ResolverList *list, const Entry *entry)
{
    return g_strcmp0(sotto_resolver_id(entry->resolver), list->chosen_id) == 0;
}

static gboolean is_wanted(const ResolverList *list, const Entry *entry)
{
    if (list->words != NULL)
        return resolver_words_match(entry->haystack, (const char *const *)list->words);
    return !is_folded(entry) || is_chosen(list, entry);
}

static gboolean filter_row(GtkListBoxRow *row, gpointer data)
{
    const ResolverList *list = data;
    const Entry *entry = entry_of(row);

    if (entry != NULL)
        return is_wanted(list, entry);
    if (list->words == NULL)
        return TRUE;
    return group_of(row) == NULL &&
           sotto_resolver_row_matches(SOTTO_RESOLVER_ROW(row), (const char *const *)list->words);
}

/* --- building ------------------------------------------------------------------------------ */

static void add_row(ResolverList *list, GtkWidget *row, const char *kind, gpointer what)
{
    if (kind != NULL)
        g_object_set_data(G_OBJECT(row), kind, what);
    gtk_widget_show(row);
    gtk_container_add(GTK_CONTAINER(list->box), row);
}

static SottoResolverRow *add_resolver_row(ResolverList *list, Entry *entry)
{
    SottoResolverRow *row =
        sotto_resolver_row_new(entry != NULL ? entry->resolver : NULL, list->automatic);

    g_signal_connect(row, "chosen", list->chosen, list->data);
    add_row(list, GTK_WIDGET(row), entry != NULL ? "entry" : NULL, entry);
    return row;
}

static gboolean build_batch(gpointer data)
{
    ResolverList *list = data;
    guint built = 0;

    for (guint i = 0; i < list->entries->len; i++) {
        Entry *entry = g_ptr_array_index(list->entries, i);

        if (!entry->waiting)
            continue;
        if (built++ == ROWS_A_BATCH)
            return G_SOURCE_CONTINUE;
        entry->waiting = FALSE;
        entry->row = add_resolver_row(list, entry);
        if (is_chosen(list, entry))
            sotto_resolver_row_set_active(entry->row, TRUE);
    }
    list->build_source = 0;
    return G_SOURCE_REMOVE;
}

/* Has a row built for every entry that there is now a reason to see. */
static void build_wanted(ResolverList *list)
{
    guint left = list->words != NULL ? SEARCH_BUILDS : G_MAXUINT;
    gboolean any = FALSE;

    for (guint i = 0; i < list->entries->len; i++) {
        Entry *entry = g_ptr_array_index(list->entries, i);

        entry->waiting = entry->row == NULL && left > 0 && is_wanted(list, entry);
        left -= entry->waiting ? 1 : 0;
        any = any || entry->waiting;
    }
    if (any && list->build_source == 0)
        list->build_source = g_idle_add(build_batch, list);
    gtk_list_box_invalidate_filter(list->box);
}

static void on_group_toggled(SottoOperatorRow *row, gpointer data)
{
    build_wanted(data);
}

static void add_headings(ResolverList *list)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, list->groups);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Group *group = value;

        if (group->count < 2)
            continue;
        group->row = sotto_operator_row_new(group->operator_name, group->count);
        g_signal_connect(group->row, "toggled", G_CALLBACK(on_group_toggled), list);
        add_row(list, GTK_WIDGET(group->row), "group", group);
    }
}

/* --- the model ----------------------------------------------------------------------------- */

static Rank rank_of(SottoResolver *resolver)
{
    SottoResolverFlags flags = sotto_resolver_flags(resolver);
    const char *source = sotto_resolver_source(resolver);

    if ((flags & SOTTO_RESOLVER_OWN) != 0)
        return RANK_OWN;
    if ((flags & SOTTO_RESOLVER_FAVOURITE) != 0)
        return RANK_FAVOURITE;
    return source[0] == '\0' || g_str_equal(source, "built-in") ? RANK_BUILT_IN : RANK_LISTED;
}

static Group *join_group(GHashTable *groups, SottoResolver *resolver)
{
    const char *name = sotto_resolver_operator(resolver);
    Group *group;

    if (name[0] == '\0')
        name = sotto_resolver_name(resolver);
    group = g_hash_table_lookup(groups, name);
    if (group == NULL) {
        group = g_new0(Group, 1);
        group->operator_name = g_strdup(name);
        g_hash_table_insert(groups, group->operator_name, group);
    }
    group->count++;
    return group;
}

static GPtrArray *read_entries(GListModel *model, GHashTable *groups)
{
    GPtrArray *entries = g_ptr_array_new_with_free_func(entry_free);

    for (guint i = 0; i < g_list_model_get_n_items(model); i++) {
        Entry *entry = g_new0(Entry, 1);

        entry->resolver = g_list_model_get_item(model, i);
        entry->rank = rank_of(entry->resolver);
        entry->haystack = resolver_search_text(entry->resolver);
        if (entry->rank == RANK_LISTED)
            entry->group = join_group(groups, entry->resolver);
        g_ptr_array_add(entries, entry);
    }
    g_ptr_array_sort(entries, compare_in_array);
    return entries;
}

static gboolean same_entries(const GPtrArray *a, const GPtrArray *b)
{
    gboolean same = a->len == b->len;

    for (guint i = 0; same && i < a->len; i++) {
        const Entry *left = a->pdata[i], *right = b->pdata[i];

        same = left->rank == right->rank &&
               g_str_equal(sotto_resolver_id(left->resolver), sotto_resolver_id(right->resolver));
        same = same && g_strcmp0(sotto_resolver_operator(left->resolver),
                                 sotto_resolver_operator(right->resolver)) == 0;
    }
    return same;
}

/* The same resolvers say something else. */
static void renew_entries(ResolverList *list, const GPtrArray *newer)
{
    for (guint i = 0; i < newer->len; i++) {
        Entry *entry = list->entries->pdata[i], *from = newer->pdata[i];
        char *haystack = entry->haystack;

        g_set_object(&entry->resolver, from->resolver);
        entry->haystack = from->haystack;
        from->haystack = haystack;
        if (entry->row != NULL)
            sotto_resolver_row_set_resolver(entry->row, entry->resolver);
    }
}

static void clear_rows(ResolverList *list)
{
    g_clear_handle_id(&list->build_source, g_source_remove);
    for (guint i = 0; i < list->entries->len; i++) {
        Entry *entry = list->entries->pdata[i];

        if (entry->row != NULL)
            gtk_widget_destroy(GTK_WIDGET(entry->row));
    }
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, list->groups);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((Group *)value)->row != NULL)
            gtk_widget_destroy(GTK_WIDGET(((Group *)value)->row));
}

void resolver_list_update(ResolverList *list, GListModel *model)
{
    g_autoptr(GHashTable) groups = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, group_free);
    g_autoptr(GPtrArray) entries = read_entries(model, groups);

    if (same_entries(list->entries, entries)) {
        renew_entries(list, entries);
    } else {
        clear_rows(list);
        g_ptr_array_unref(list->entries);
        g_hash_table_unref(list->groups);
        list->entries = g_steal_pointer(&entries);
        list->groups = g_steal_pointer(&groups);
        add_headings(list);
    }
    build_wanted(list);
}

void resolver_list_search(ResolverList *list, char **words)
{
    g_strfreev(list->words);
    list->words = words != NULL && words[0] != NULL ? g_strdupv(words) : NULL;
    build_wanted(list);
}

void resolver_list_choose(ResolverList *list, const char *id)
{
    gboolean another = g_strcmp0(id, list->chosen_id) != 0;

    if (another) {
        g_free(list->chosen_id);
        list->chosen_id = g_strdup(id);
    }
    sotto_resolver_row_set_active(list->automatic, g_str_equal(id, SOTTO_RESOLVER_AUTO));
    for (guint i = 0; i < list->entries->len; i++) {
        Entry *entry = list->entries->pdata[i];

        if (entry->row != NULL && is_chosen(list, entry))
            sotto_resolver_row_set_active(entry->row, TRUE);
    }
    if (another)
        build_wanted(list);
}

/* --- life ---------------------------------------------------------------------------------- */

ResolverList *resolver_list_new(GtkListBox *box, GCallback chosen, gpointer data)
{
    ResolverList *list = g_new0(ResolverList, 1);

    list->box = box;
    list->chosen = chosen;
    list->data = data;
    list->entries = g_ptr_array_new_with_free_func(entry_free);
    list->groups = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, group_free);
    gtk_list_box_set_sort_func(box, sort_rows, list, NULL);
    gtk_list_box_set_filter_func(box, filter_row, list, NULL);
    list->automatic = add_resolver_row(list, NULL);
    return list;
}

/* The rows go with the box; until then they stand for nothing. */
void resolver_list_free(ResolverList *list)
{
    if (list == NULL)
        return;
    g_clear_handle_id(&list->build_source, g_source_remove);
    gtk_list_box_set_sort_func(list->box, NULL, NULL, NULL);
    gtk_list_box_set_filter_func(list->box, NULL, NULL, NULL);
    g_ptr_array_unref(list->entries);
    g_hash_table_unref(list->groups);
    g_free(list->chosen_id);
    g_strfreev(list->words);
    g_free(list);
}
