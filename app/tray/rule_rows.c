/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * There may be a thousand rules of the user's own and thousands of the configuration's, and a row
 * costs some milliseconds where assistive technology listens: rows are made in small batches when
 * nothing else is to be done, and beyond the limit only when somebody asks. A row stays with its
 * rule, so that the keyboard's focus is where it was when the list is told anew; a rule that reads
 * otherwise now is another one.
 */
#include "rule_rows.h"

#include "rule_words.h"

#include <string.h>

#define BATCH 6
#define PLACE "sotto-place" /* from 1, in the order of the list; 0: not to be seen */

typedef struct Entry {
    SottoRule *rule;
    char *key;      /* all that it says */
    char *haystack; /* what is searched */
} Entry;

struct RuleRows {
    GtkListBox *box;
    GCallback unwanted;
    gpointer data;
    guint limit, step;
    GPtrArray *entries; /* Entry, in their order */
    GPtrArray *wanted;  /* those of them that are to be seen, borrowed */
    guint built;        /* so many of `wanted` have their rows */
    guint matches;
    GHashTable *rows; /* key → row, borrowed from the box */
    char **words;
    char *focus; /* a name that waits for its row; NULL */
    guint build_source;
};

/* --- entries --------------------------------------------------------------------------------- */

static void entry_free(gpointer data)
{
    Entry *entry = data;

    g_object_unref(entry->rule);
    g_free(entry->key);
    g_free(entry->haystack);
    g_free(entry);
}

static Entry *entry_new(SottoRule *rule)
{
    Entry *entry = g_new0(Entry, 1);
    g_autofree char *words = rule_describe(rule);
    g_autofree char *all = g_strconcat(sotto_rule_bare_name(rule), " ", words, NULL);

    entry->rule = g_object_ref(rule);
    entry->key =
        g_strdup_printf("%d %s %s %d %s", (int)sotto_rule_kind(rule), sotto_rule_name(rule),
                        sotto_rule_target(rule), sotto_rule_is_own(rule), words);
    entry->haystack = g_utf8_casefold(all, -1);
    return entry;
}

static gboolean matches(const Entry *entry, char **words)
{
    for (; words != NULL && *words != NULL; words++)
        if (strstr(entry->haystack, *words) == NULL)
            return FALSE;
    return TRUE;
}

/* --- rows ------------------------------------------------------------------------------------ */

static guint place_of(gpointer row)
{
    return GPOINTER_TO_UINT(g_object_get_data(row, PLACE));
}

static void set_place(gpointer row, guint place)
{
    g_object_set_data(row, PLACE, GUINT_TO_POINTER(place));
}

static int compare_rows(GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
    guint place_a = place_of(a), place_b = place_of(b);

    return (place_a > place_b) - (place_a < place_b);
}

static gboolean filter_row(GtkListBoxRow *row, gpointer data)
{
    return place_of(row) > 0;
}

static void give_focus(RuleRows *list, SottoRuleRow *row)
{
    SottoRule *rule = sotto_rule_row_rule(row);

    if (!sotto_rule_is_own(rule) || g_strcmp0(sotto_rule_name(rule), list->focus) != 0)
        return;
    g_clear_pointer(&list->focus, g_free);
    sotto_rule_row_focus(row);
}

static void show_row(RuleRows *list, const Entry *entry, guint place)
{
    SottoRuleRow *row = g_hash_table_lookup(list->rows, entry->key);

    if (row == NULL) {
        row = sotto_rule_row_new(entry->rule);
        g_hash_table_insert(list->rows, g_strdup(entry->key), row);
        if (list->unwanted != NULL)
            g_signal_connect(row, "unwanted", list->unwanted, list->data);
        set_place(row, place);
        gtk_container_add(GTK_CONTAINER(list->box), GTK_WIDGET(row));
    }
    set_place(row, place);
    if (list->focus != NULL)
        give_focus(list, row);
}

/* FALSE when all are there. */
static gboolean build_batch(RuleRows *list)
{
    guint end = MIN(list->built + BATCH, list->wanted->len);

    for (; list->built < end; list->built++)
        show_row(list, g_ptr_array_index(list->wanted, list->built), list->built + 1);
    return list->built < list->wanted->len;
}

static gboolean on_batch(gpointer data)
{
    RuleRows *list = data;

    if (build_batch(list))
        return G_SOURCE_CONTINUE;
    list->build_source = 0;
    return G_SOURCE_REMOVE;
}

static void choose_wanted(RuleRows *list)
{
    list->matches = 0;
    g_ptr_array_set_size(list->wanted, 0);
    for (guint i = 0; i < list->entries->len; i++) {
        Entry *entry = g_ptr_array_index(list->entries, i);

        if (!matches(entry, list->words))
            continue;
        list->matches++;
        if (list->wanted->len < list->limit)
            g_ptr_array_add(list->wanted, entry);
    }
}

/* Rows that are there take their places at once, so that nothing jumps; the others follow. */
static void show(RuleRows *list)
{
    GHashTableIter iter;
    gpointer row;

    g_clear_handle_id(&list->build_source, g_source_remove);
    choose_wanted(list);
    g_hash_table_iter_init(&iter, list->rows);
    while (g_hash_table_iter_next(&iter, NULL, &row))
        set_place(row, 0);
    for (guint i = 0; i < list->wanted->len; i++) {
        const Entry *entry = g_ptr_array_index(list->wanted, i);

        row = g_hash_table_lookup(list->rows, entry->key);
        if (row != NULL)
            set_place(row, i + 1);
    }
    gtk_list_box_invalidate_sort(list->box);
    gtk_list_box_invalidate_filter(list->box);
    list->built = 0;
    if (build_batch(list))
        list->build_source = g_idle_add(on_batch, list);
}

/* --- rules that are gone --------------------------------------------------------------------- */

/* The nearest row that can be seen, from `index` on or else before it; NULL. */
static SottoRuleRow *neighbour(RuleRows *list, int index)
{
    GtkListBoxRow *row;

    for (int i = index; (row = gtk_list_box_get_row_at_index(list->box, i)) != NULL; i++)
        if (gtk_widget_get_child_visible(GTK_WIDGET(row)))
            return SOTTO_RULE_ROW(row);
    for (int i = index - 1; i >= 0; i--) {
        row = gtk_list_box_get_row_at_index(list->box, i);
        if (row != NULL && gtk_widget_get_child_visible(GTK_WIDGET(row)))
            return SOTTO_RULE_ROW(row);
    }
    return NULL;
}

/* FALSE: it had the focus, and there is no other row. */
static gboolean remove_row(RuleRows *list, GtkWidget *row)
{
    gboolean focused = gtk_container_get_focus_child(GTK_CONTAINER(list->box)) == row;
    int index = gtk_list_box_row_get_index(GTK_LIST_BOX_ROW(row));
    SottoRuleRow *next;

    gtk_widget_destroy(row);
    next = focused ? neighbour(list, index) : NULL;
    if (next != NULL)
        sotto_rule_row_focus(next);
    return !focused || next != NULL;
}

static gboolean remove_rows_of_others(RuleRows *list, GHashTable *keys)
{
    gboolean kept = TRUE;
    GHashTableIter iter;
    gpointer key, row;

    g_hash_table_iter_init(&iter, list->rows);
    while (g_hash_table_iter_next(&iter, &key, &row)) {
        if (g_hash_table_contains(keys, key))
            continue;
        kept = remove_row(list, row) && kept;
        g_hash_table_iter_remove(&iter);
    }
    return kept;
}

/* --- what is shown --------------------------------------------------------------------------- */

gboolean rule_rows_update(RuleRows *list, const GPtrArray *rules)
{
    g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
    gboolean kept;

    g_clear_handle_id(&list->build_source, g_source_remove);
    g_ptr_array_set_size(list->wanted, 0);
    g_ptr_array_set_size(list->entries, 0);
    for (guint i = 0; i < rules->len; i++) {
        Entry *entry = entry_new(g_ptr_array_index(rules, i));

        if (g_hash_table_contains(keys, entry->key)) { /* said twice */
            entry_free(entry);
            continue;
        }
        g_hash_table_add(keys, entry->key);
        g_ptr_array_add(list->entries, entry);
    }
    kept = remove_rows_of_others(list, keys);
    show(list);
    return kept;
}

void rule_rows_search(RuleRows *list, char **words)
{
    g_strfreev(list->words);
    list->words = words != NULL && words[0] != NULL ? g_strdupv(words) : NULL;
    list->limit = list->step;
    show(list);
}

void rule_rows_show_more(RuleRows *list)
{
    list->limit += list->step;
    show(list);
}

guint rule_rows_matches(const RuleRows *list)
{
    return list->matches;
}

guint rule_rows_left(const RuleRows *list)
{
    return list->matches - list->wanted->len;
}

void rule_rows_focus(RuleRows *list, const char *name)
{
    g_free(list->focus);
    list->focus = g_strdup(name);
}

/* --- life ------------------------------------------------------------------------------------ */

RuleRows *rule_rows_new(GtkListBox *box, guint limit, GCallback unwanted, gpointer data)
{
    RuleRows *list = g_new0(RuleRows, 1);

    list->box = box;
    list->unwanted = unwanted;
    list->data = data;
    list->limit = list->step = limit;
    list->entries = g_ptr_array_new_with_free_func(entry_free);
    list->wanted = g_ptr_array_new();
    list->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gtk_list_box_set_sort_func(box, compare_rows, NULL, NULL);
    gtk_list_box_set_filter_func(box, filter_row, NULL, NULL);
    return list;
}

/* The rows go with the box. */
void rule_rows_free(RuleRows *list)
{
    if (list == NULL)
        return;
    g_clear_handle_id(&list->build_source, g_source_remove);
    g_ptr_array_unref(list->wanted);
    g_ptr_array_unref(list->entries);
    g_hash_table_unref(list->rows);
    g_strfreev(list->words);
    g_free(list->focus);
    g_free(list);
}
