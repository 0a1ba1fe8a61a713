/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rich rows are slow to build (500 take half a second), and the public lists have a thousand
 * resolvers. So a row is built when there is a reason to see it: at once for the machine's own and
 * the built-in resolvers, else when its operator is unfolded, when a search finds it, or when it is
 * chosen. And always in batches, headings too, between which the window stays alive.
 *
 * The box sorts and filters by what resolver_entries.c knows.
 */
#include "resolver_list.h"

#include "resolver_entries.h"
#include "resolver_words.h"
#include "spoken_row.h"

#include <glib/gi18n.h>

#define BATCH_US      8000
#define PAGE_US       25000 /* of rows amid others, which each frame moves: fewer frames, then */
#define SEARCH_BUILDS 200   /* more hits than that are not looked through by eye */

struct ResolverList {
    GtkListBox *box;
    const ResolverListHandlers *handlers;
    gpointer data;
    SottoResolverRow *automatic;
    ResolverEntries entries;
    char *chosen_id;
    char **words;
    ResolverTraits traits;
    guint matches;
    guint build_source;
    gboolean unfolding; /* a page of an operator's resolvers is being built */
    char *focus_id;     /* the resolver whose row is to have the focus; NULL */
    guint focus_source;
};

/* --- order and visibility ------------------------------------------------------------------ */

/* What a row of the box stands for: an entry, a group, or (both NULL) Automatic. */
static ResolverEntry *entry_of(GtkListBoxRow *row)
{
    return g_object_get_data(G_OBJECT(row), "entry");
}

static ResolverGroup *group_of(GtkListBoxRow *row)
{
    return g_object_get_data(G_OBJECT(row), "group");
}

/* The group that a row shows some more of; NULL. */
static ResolverGroup *more_of(GtkListBoxRow *row)
{
    return g_object_get_data(G_OBJECT(row), "more");
}

/* Automatic, which stands for nothing, is first. */
static int compare_with_automatic(GtkListBoxRow *a, GtkListBoxRow *b, const ResolverList *list)
{
    return (a == GTK_LIST_BOX_ROW(list->automatic) ? 0 : 1) -
           (b == GTK_LIST_BOX_ROW(list->automatic) ? 0 : 1);
}

static ResolverGroup *any_group_of(GtkListBoxRow *row)
{
    ResolverGroup *group = group_of(row);

    return group != NULL ? group : more_of(row);
}

/* A heading stands before its resolvers, the row that shows some more after them. */
static int sort_rows(GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
    const ResolverEntry *left = entry_of(a), *right = entry_of(b);
    const ResolverGroup *left_group = any_group_of(a), *right_group = any_group_of(b);
    int order;

    if (left != NULL && right != NULL)
        return resolver_entry_compare(left, right);
    if (left != NULL && right_group != NULL)
        return resolver_entry_compare_with_group(left, right_group, more_of(b) != NULL);
    if (left_group != NULL && right != NULL)
        return -resolver_entry_compare_with_group(right, left_group, more_of(a) != NULL);
    if (left_group == NULL || right_group == NULL)
        return compare_with_automatic(a, b, data);
    order = g_utf8_collate(left_group->operator_name, right_group->operator_name);
    return order != 0 ? order : (more_of(a) != NULL) - (more_of(b) != NULL);
}

static gboolean is_folded(const ResolverEntry *entry)
{
    return resolver_group_has_heading(entry->group) &&
           (entry->group->row == NULL || !sotto_fold_row_is_open(entry->group->row));
}

static gboolean has_more(const ResolverGroup *group)
{
    return group->row != NULL && sotto_fold_row_is_open(group->row) &&
           group->matching > group->shown;
}

static gboolean is_chosen(const ResolverList *list, const ResolverEntry *entry)
{
    return g_strcmp0(sotto_resolver_id(entry->resolver), list->chosen_id) == 0;
}

/* A search looks below every operator; a filter alone leaves the list the order it has. */
static gboolean is_wanted(const ResolverList *list, const ResolverEntry *entry)
{
    if (!entry->matching)
        return FALSE;
    if (list->words != NULL || is_chosen(list, entry))
        return TRUE;
    return !is_folded(entry) &&
           (!resolver_group_has_heading(entry->group) || entry->place < entry->group->shown);
}

static gboolean is_automatic_wanted(const ResolverList *list)
{
    g_autofree char *haystack = g_utf8_casefold(_("Automatic"), -1);

    return list->traits == 0 && (list->words == NULL ||
                                 resolver_words_match(haystack, (const char *const *)list->words));
}

static gboolean filter_row(GtkListBoxRow *row, gpointer data)
{
    const ResolverList *list = data;
    const ResolverEntry *entry = entry_of(row);
    const ResolverGroup *group = group_of(row);
    const ResolverGroup *more = more_of(row);

    if (entry != NULL)
        return is_wanted(list, entry);
    if (group != NULL)
        return list->words == NULL && group->matching > 0;
    if (more != NULL)
        return list->words == NULL && has_more(more);
    return is_automatic_wanted(list);
}

/* --- building ------------------------------------------------------------------------------ */

static void add_row(ResolverList *list, GtkWidget *row, const char *kind, gpointer what)
{
    if (kind != NULL)
        g_object_set_data(G_OBJECT(row), kind, what);
    gtk_widget_show(row);
    gtk_container_add(GTK_CONTAINER(list->box), row);
}

static SottoResolverRow *add_resolver_row(ResolverList *list, ResolverEntry *entry)
{
    SottoResolverRow *row =
        sotto_resolver_row_new(entry != NULL ? entry->resolver : NULL, list->automatic);

    g_signal_connect(row, "chosen", G_CALLBACK(list->handlers->chosen), list->data);
    g_signal_connect(row, "starred", G_CALLBACK(list->handlers->starred), list->data);
    g_signal_connect(row, "opened", G_CALLBACK(list->handlers->opened), list->data);
    add_row(list, GTK_WIDGET(row), entry != NULL ? "entry" : NULL, entry);
    return row;
}

/* "12 of 543 resolvers" where a filter is set (transfer full). */
static char *describe_group(const ResolverGroup *group)
{
    if (group->matching == group->count)
        return g_strdup_printf(ngettext("%u resolver", "%u resolvers", group->count), group->count);
    /* Translators: how many resolvers of an operator a filter leaves: “12 of 543 resolvers”. */
    return g_strdup_printf(ngettext("%u of %u resolver", "%u of %u resolvers", group->count),
                           group->matching, group->count);
}

static void build_wanted(ResolverList *list);

static void on_group_toggled(SottoFoldRow *row, gpointer data)
{
    ResolverList *list = data;

    list->unfolding = TRUE;
    build_wanted(list);
}

static void build_heading(ResolverList *list, ResolverGroup *group)
{
    g_autofree char *detail = describe_group(group);

    group->row = sotto_fold_row_new(group->operator_name, detail);
    g_signal_connect(group->row, "toggled", G_CALLBACK(on_group_toggled), list);
    add_row(list, GTK_WIDGET(group->row), "group", group);
}

/* Of those that match (transfer none). */
static ResolverEntry *nth_of_group(const ResolverList *list, const ResolverGroup *group,
                                   guint place)
{
    for (guint i = 0; i < list->entries.sorted->len; i++) {
        ResolverEntry *entry = g_ptr_array_index(list->entries.sorted, i);

        if (entry->group == group && entry->matching && entry->place == place)
            return entry;
    }
    return NULL;
}

/* When all rows are built and have their places: what has none cannot be scrolled to. */
static gboolean give_focus(gpointer data)
{
    ResolverList *list = data;
    SottoResolverRow *row = resolver_list_row(list, list->focus_id);

    list->focus_source = 0;
    if (row != NULL)
        sotto_resolver_row_focus_details(row);
    return G_SOURCE_REMOVE;
}

/* The keyboard goes on at the first that was not seen before. */
static void on_more(GtkButton *button, gpointer data)
{
    ResolverList *list = data;
    GtkWidget *row = gtk_widget_get_ancestor(GTK_WIDGET(button), GTK_TYPE_LIST_BOX_ROW);
    ResolverGroup *group = more_of(GTK_LIST_BOX_ROW(row));

    ResolverEntry *next = nth_of_group(list, group, group->shown);

    group->shown += RESOLVER_GROUP_PAGE;
    list->unfolding = TRUE;
    build_wanted(list);
    if (next == NULL)
        return;
    g_free(list->focus_id);
    list->focus_id = g_strdup(sotto_resolver_id(next->resolver));
    if (list->focus_source == 0)
        list->focus_source = g_idle_add_full(G_PRIORITY_LOW, give_focus, list, NULL);
}

static void build_more(ResolverList *list, ResolverGroup *group)
{
    GtkWidget *button = gtk_button_new_with_mnemonic(_("Show _More"));

    group->more = g_object_new(HDY_TYPE_ACTION_ROW, "activatable-widget", button, NULL);
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_show(button);
    gtk_container_add(GTK_CONTAINER(group->more), button);
    g_signal_connect(button, "clicked", G_CALLBACK(on_more), list);
    add_row(list, group->more, "more", group);
}

static void describe_more(ResolverList *list, ResolverGroup *group)
{
    guint left = has_more(group) ? group->matching - group->shown : 0;
    g_autofree char *text =
        g_strdup_printf(ngettext("%u more resolver", "%u more resolvers", left), left);

    if (left > 0 && group->more == NULL)
        build_more(list, group);
    if (left > 0)
        spoken_row_set(HDY_ACTION_ROW(group->more), text, group->operator_name);
}

static void build_entry(ResolverList *list, ResolverEntry *entry)
{
    entry->waiting = FALSE;
    entry->row = add_resolver_row(list, entry);
    if (is_chosen(list, entry))
        sotto_resolver_row_set_active(entry->row, TRUE);
}

/* In the order of the list, so that what stands on top is there first. */
static gboolean build_batch(gpointer data)
{
    ResolverList *list = data;
    gint64 end_us = g_get_monotonic_time() + (list->unfolding ? PAGE_US : BATCH_US);

    for (guint i = 0; i < list->entries.sorted->len; i++) {
        ResolverEntry *entry = g_ptr_array_index(list->entries.sorted, i);
        gboolean heading = resolver_group_has_heading(entry->group) && entry->group->row == NULL;

        if (!heading && !entry->waiting)
            continue;
        if (g_get_monotonic_time() >= end_us)
            return G_SOURCE_CONTINUE;
        if (heading)
            build_heading(list, entry->group);
        if (entry->waiting)
            build_entry(list, entry);
    }
    list->build_source = 0;
    list->unfolding = FALSE;
    return G_SOURCE_REMOVE;
}

static void describe_groups(ResolverList *list)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, list->entries.groups);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        ResolverGroup *group = value;
        g_autofree char *detail = group->row != NULL ? describe_group(group) : NULL;

        if (detail != NULL)
            sotto_fold_row_set_detail(group->row, detail);
        describe_more(list, group);
    }
}

/* Has a row built for every entry that there is now a reason to see. */
static void build_wanted(ResolverList *list)
{
    guint left = list->words != NULL ? SEARCH_BUILDS : G_MAXUINT;
    gboolean any = FALSE;

    list->matches =
        resolver_entries_match(&list->entries, (const char *const *)list->words, list->traits);
    describe_groups(list);
    for (guint i = 0; i < list->entries.sorted->len; i++) {
        ResolverEntry *entry = g_ptr_array_index(list->entries.sorted, i);

        entry->waiting = entry->row == NULL && left > 0 && is_wanted(list, entry);
        left -= entry->waiting ? 1 : 0;
        any = any || entry->waiting ||
              (resolver_group_has_heading(entry->group) && entry->group->row == NULL);
    }
    if (any && list->build_source == 0)
        list->build_source = g_idle_add(build_batch, list);
    gtk_list_box_invalidate_filter(list->box);
}

/* --- what is asked of it ------------------------------------------------------------------- */

void resolver_list_update(ResolverList *list, GListModel *model, gboolean anew)
{
    resolver_entries_update(&list->entries, model, anew);
    gtk_list_box_invalidate_sort(list->box);
    build_wanted(list);
}

void resolver_list_filter(ResolverList *list, char **words, ResolverTraits traits)
{
    g_strfreev(list->words);
    list->words = g_strdupv(words);
    list->traits = traits;
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
    for (guint i = 0; i < list->entries.sorted->len; i++) {
        ResolverEntry *entry = list->entries.sorted->pdata[i];

        if (entry->row != NULL && is_chosen(list, entry))
            sotto_resolver_row_set_active(entry->row, TRUE);
    }
    if (another)
        build_wanted(list);
}

guint resolver_list_matches(const ResolverList *list)
{
    return list->matches + (is_automatic_wanted(list) ? 1 : 0);
}

guint resolver_list_shown_at_most(const ResolverList *list)
{
    return list->words != NULL ? SEARCH_BUILDS : G_MAXUINT;
}

SottoResolverRow *resolver_list_row(ResolverList *list, const char *id)
{
    for (guint i = 0; i < list->entries.sorted->len; i++) {
        const ResolverEntry *entry = list->entries.sorted->pdata[i];

        if (g_str_equal(sotto_resolver_id(entry->resolver), id))
            return entry->row;
    }
    return NULL;
}

/* --- life ---------------------------------------------------------------------------------- */

ResolverList *resolver_list_new(GtkListBox *box, const ResolverListHandlers *handlers,
                                gpointer data)
{
    ResolverList *list = g_new0(ResolverList, 1);

    list->box = box;
    list->handlers = handlers;
    list->data = data;
    resolver_entries_init(&list->entries, NULL);
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
    g_clear_handle_id(&list->focus_source, g_source_remove);
    gtk_list_box_set_sort_func(list->box, NULL, NULL, NULL);
    gtk_list_box_set_filter_func(list->box, NULL, NULL, NULL);
    resolver_entries_clear(&list->entries);
    g_free(list->chosen_id);
    g_free(list->focus_id);
    g_strfreev(list->words);
    g_free(list);
}
