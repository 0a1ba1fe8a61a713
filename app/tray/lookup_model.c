/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows are numbers of lookups, in a ring of their own: new ones are put on at its high end, which
 * is the top of the list, older ones at its low end, where the forgotten ones are taken off, too. A
 * row's place in that ring, its ordinal, is the same as long as it lives, and an iterator is
 * nothing else. So a row is found, added and removed in no time, however many there are.
 *
 * [judged_first, judged_end) are the numbers that were put to the filter. It grows at both ends in
 * turns of BUDGET_US, below the priority of drawing, until it is all that the log holds: a hundred
 * thousand lookups take a moment to come in, in which the window lives on, and the first page of
 * them is there at once.
 */
#include "lookup_model.h"

#include "lookup_words.h"

#define BUDGET_US 3000
#define A_LOOK    16                            /* rows between two looks at the clock */
#define ORIGIN    (G_GUINT64_CONSTANT(1) << 62) /* ordinals go both ways from here */

struct _SottoLookupModel {
    GObject parent_instance;
    SottoLookupLog *log;
    gulong log_handler;
    LookupFilter *filter;
    guint64 *ring; /* number of the lookup with ordinal O, at O % capacity */
    guint capacity;
    guint64 low, high; /* ordinals; the newest is the one before high */
    guint64 judged_first, judged_end;
    guint work_source;
    int stamp;
    gboolean frozen;
};

static void sotto_lookup_model_tree_init(GtkTreeModelIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(SottoLookupModel, sotto_lookup_model, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(GTK_TYPE_TREE_MODEL,
                                                    sotto_lookup_model_tree_init))

static guint worked_signal;

/* --- rows ------------------------------------------------------------------------------------ */

static guint64 *slot(SottoLookupModel *self, guint64 ordinal)
{
    return &self->ring[ordinal % self->capacity];
}

guint sotto_lookup_model_rows(SottoLookupModel *self)
{
    return (guint)(self->high - self->low);
}

/* In halves: a pointer may have 32 bits. */
static GtkTreeIter iter_of(SottoLookupModel *self, guint64 ordinal)
{
    return (GtkTreeIter){.stamp = self->stamp,
                         .user_data = GUINT_TO_POINTER((guint)ordinal),
                         .user_data2 = GUINT_TO_POINTER((guint)(ordinal >> 32))};
}

static guint64 ordinal_of(const GtkTreeIter *iter)
{
    return (guint64)GPOINTER_TO_UINT(iter->user_data2) << 32 | GPOINTER_TO_UINT(iter->user_data);
}

static gboolean is_row(SottoLookupModel *self, const GtkTreeIter *iter)
{
    return iter->stamp == self->stamp && ordinal_of(iter) >= self->low &&
           ordinal_of(iter) < self->high;
}

static int index_of(SottoLookupModel *self, guint64 ordinal)
{
    return (int)(self->high - 1 - ordinal);
}

static void tell_inserted(SottoLookupModel *self, guint64 ordinal)
{
    GtkTreeIter iter = iter_of(self, ordinal);
    GtkTreePath *path = gtk_tree_path_new_from_indices(index_of(self, ordinal), -1);

    gtk_tree_model_row_inserted(GTK_TREE_MODEL(self), path, &iter);
    gtk_tree_path_free(path);
}

static void add_newest(SottoLookupModel *self, guint64 number)
{
    *slot(self, self->high) = number;
    self->high++;
    tell_inserted(self, self->high - 1);
}

static void add_oldest(SottoLookupModel *self, guint64 number)
{
    self->low--;
    *slot(self, self->low) = number;
    tell_inserted(self, self->low);
}

static void remove_oldest(SottoLookupModel *self)
{
    GtkTreePath *path = gtk_tree_path_new_from_indices(index_of(self, self->low), -1);

    self->low++;
    gtk_tree_model_row_deleted(GTK_TREE_MODEL(self), path);
    gtk_tree_path_free(path);
}

/* --- work ------------------------------------------------------------------------------------ */

static gboolean matches(SottoLookupModel *self, guint64 number)
{
    const SottoLookup *lookup = sotto_lookup_log_get(self->log, number);

    return lookup != NULL && lookup_filter_matches(self->filter, lookup);
}

/* Judges one more; FALSE when there is none. */
static gboolean judge_next(SottoLookupModel *self)
{
    if (!self->frozen && self->judged_end < sotto_lookup_log_end(self->log)) {
        if (matches(self, self->judged_end++))
            add_newest(self, self->judged_end - 1);
        return TRUE;
    }
    if (self->judged_first > sotto_lookup_log_first(self->log)) {
        if (matches(self, --self->judged_first))
            add_oldest(self, self->judged_first);
        return TRUE;
    }
    return FALSE;
}

static gboolean on_work(gpointer data)
{
    g_autoptr(SottoLookupModel) self = g_object_ref(data); /* who is told may let go of it */
    gint64 end_us = g_get_monotonic_time() + BUDGET_US;
    gboolean more = TRUE;

    while (more && g_get_monotonic_time() < end_us)
        for (guint i = 0; more && i < A_LOOK; i++)
            more = judge_next(self);
    if (!more)
        self->work_source = 0;
    g_signal_emit(self, worked_signal, 0);
    return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

gboolean sotto_lookup_model_is_complete(SottoLookupModel *self)
{
    return self->judged_first <= sotto_lookup_log_first(self->log);
}

guint64 sotto_lookup_model_waiting(SottoLookupModel *self)
{
    return sotto_lookup_log_end(self->log) - self->judged_end;
}

guint64 sotto_lookup_model_arrived(SottoLookupModel *self)
{
    return self->high - ORIGIN;
}

static void schedule_work(SottoLookupModel *self)
{
    gboolean newer = !self->frozen && sotto_lookup_model_waiting(self) > 0;

    if (self->work_source == 0 && (newer || !sotto_lookup_model_is_complete(self)))
        self->work_source = g_idle_add(on_work, self);
}

void sotto_lookup_model_set_frozen(SottoLookupModel *self, gboolean frozen)
{
    self->frozen = frozen;
    schedule_work(self);
}

/* What the log has forgotten must go before anything is drawn. */
static void on_log_changed(SottoLookupLog *log, SottoLookupModel *self)
{
    guint64 first = sotto_lookup_log_first(log);
    guint64 before = self->low;

    while (self->low < self->high && *slot(self, self->low) < first)
        remove_oldest(self);
    self->judged_first = MAX(self->judged_first, first);
    self->judged_end = MAX(self->judged_end, first);
    schedule_work(self);
    if (self->low != before || self->frozen)
        g_signal_emit(self, worked_signal, 0);
}

const SottoLookup *sotto_lookup_model_get(SottoLookupModel *self, GtkTreeIter *row)
{
    return is_row(self, row) ? sotto_lookup_log_get(self->log, *slot(self, ordinal_of(row))) : NULL;
}

const SottoLookup *sotto_lookup_model_nth(SottoLookupModel *self, guint index)
{
    return index < sotto_lookup_model_rows(self)
               ? sotto_lookup_log_get(self->log, *slot(self, self->high - 1 - index))
               : NULL;
}

/* --- GtkTreeModel ---------------------------------------------------------------------------- */

static GtkTreeModelFlags get_flags(GtkTreeModel *model)
{
    return GTK_TREE_MODEL_LIST_ONLY | GTK_TREE_MODEL_ITERS_PERSIST;
}

static int get_n_columns(GtkTreeModel *model)
{
    return LOOKUP_COLUMNS;
}

static GType get_column_type(GtkTreeModel *model, int column)
{
    return G_TYPE_STRING;
}

static gboolean nth_row(GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *parent, int n)
{
    SottoLookupModel *self = SOTTO_LOOKUP_MODEL(model);

    if (parent != NULL || n < 0 || (guint)n >= sotto_lookup_model_rows(self))
        return FALSE;
    *iter = iter_of(self, self->high - 1 - (guint)n);
    return TRUE;
}

static gboolean get_row(GtkTreeModel *model, GtkTreeIter *iter, GtkTreePath *path)
{
    return gtk_tree_path_get_depth(path) == 1 &&
           nth_row(model, iter, NULL, gtk_tree_path_get_indices(path)[0]);
}

static GtkTreePath *get_path(GtkTreeModel *model, GtkTreeIter *iter)
{
    SottoLookupModel *self = SOTTO_LOOKUP_MODEL(model);

    return is_row(self, iter) ? gtk_tree_path_new_from_indices(index_of(self, ordinal_of(iter)), -1)
                              : NULL;
}

/* Some stand out by a shape. */
static const char *icon_of(const SottoLookup *lookup)
{
    switch (lookup->kind) {
    case SOTTO_LOOKUP_BLOCKED:
        return "action-unavailable-symbolic";
    case SOTTO_LOOKUP_FAILED:
    case SOTTO_LOOKUP_REFUSED:
    case SOTTO_LOOKUP_LOST:
    case SOTTO_LOOKUP_GARBLED:
        return "dialog-warning-symbolic";
    case SOTTO_LOOKUP_ROUTED:
        return "network-wireless-symbolic";
    case SOTTO_LOOKUP_CLOAKED:
    case SOTTO_LOOKUP_SPECIAL:
    case SOTTO_LOOKUP_CACHED:
    case SOTTO_LOOKUP_STALE:
    case SOTTO_LOOKUP_RESOLVED:
    case SOTTO_LOOKUP_OTHER:
        return "";
    }
    return "";
}

/* (transfer full) */
static char *cell_words(const SottoLookup *lookup, LookupColumn column)
{
    switch (column) {
    case LOOKUP_COLUMN_TIME:
        return lookup_words_time(lookup);
    case LOOKUP_COLUMN_ICON:
        return g_strdup(icon_of(lookup));
    case LOOKUP_COLUMN_NAME:
        return lookup_words_name(lookup);
    case LOOKUP_COLUMN_TYPE:
        return g_strdup(lookup->type);
    case LOOKUP_COLUMN_ANSWER:
        return lookup_words_answer(lookup);
    case LOOKUP_COLUMN_RESOLVER:
        return g_strdup(lookup->resolver);
    case LOOKUP_COLUMN_LATENCY:
        return lookup_words_latency(lookup);
    case LOOKUP_COLUMNS:
        break;
    }
    return g_strdup("");
}

static void get_value(GtkTreeModel *model, GtkTreeIter *iter, int column, GValue *value)
{
    const SottoLookup *lookup = sotto_lookup_model_get(SOTTO_LOOKUP_MODEL(model), iter);

    g_value_init(value, G_TYPE_STRING);
    if (lookup != NULL)
        g_value_take_string(value, cell_words(lookup, (LookupColumn)column));
}

static gboolean step(GtkTreeModel *model, GtkTreeIter *iter, guint64 ordinal)
{
    SottoLookupModel *self = SOTTO_LOOKUP_MODEL(model);

    *iter = iter_of(self, ordinal);
    if (!is_row(self, iter))
        iter->stamp = 0;
    return iter->stamp != 0;
}

static gboolean next_row(GtkTreeModel *model, GtkTreeIter *iter)
{
    return step(model, iter, ordinal_of(iter) - 1);
}

static gboolean previous_row(GtkTreeModel *model, GtkTreeIter *iter)
{
    return step(model, iter, ordinal_of(iter) + 1);
}

static gboolean first_row(GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *parent)
{
    return nth_row(model, iter, parent, 0);
}

static gboolean has_child(GtkTreeModel *model, GtkTreeIter *iter)
{
    return FALSE;
}

static int count_rows(GtkTreeModel *model, GtkTreeIter *iter)
{
    return iter == NULL ? (int)sotto_lookup_model_rows(SOTTO_LOOKUP_MODEL(model)) : 0;
}

static gboolean get_parent(GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *child)
{
    return FALSE;
}

static void sotto_lookup_model_tree_init(GtkTreeModelIface *iface)
{
    iface->get_flags = get_flags;
    iface->get_n_columns = get_n_columns;
    iface->get_column_type = get_column_type;
    iface->get_iter = get_row;
    iface->get_path = get_path;
    iface->get_value = get_value;
    iface->iter_next = next_row;
    iface->iter_previous = previous_row;
    iface->iter_children = first_row;
    iface->iter_has_child = has_child;
    iface->iter_n_children = count_rows;
    iface->iter_nth_child = nth_row;
    iface->iter_parent = get_parent;
}

/* --- the object ------------------------------------------------------------------------------ */

static void sotto_lookup_model_finalize(GObject *object)
{
    SottoLookupModel *self = SOTTO_LOOKUP_MODEL(object);

    g_clear_handle_id(&self->work_source, g_source_remove);
    g_clear_signal_handler(&self->log_handler, self->log);
    g_clear_object(&self->log);
    g_clear_pointer(&self->filter, lookup_filter_free);
    g_free(self->ring);
    G_OBJECT_CLASS(sotto_lookup_model_parent_class)->finalize(object);
}

static void sotto_lookup_model_class_init(SottoLookupModelClass *class)
{
    G_OBJECT_CLASS(class)->finalize = sotto_lookup_model_finalize;
    worked_signal = g_signal_new("worked", SOTTO_TYPE_LOOKUP_MODEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_lookup_model_init(SottoLookupModel *self)
{
    self->stamp = (int)(g_random_int() | 1); /* never 0: that is no row's */
    self->low = self->high = ORIGIN;
}

SottoLookupModel *sotto_lookup_model_new(SottoLookupLog *log, LookupFilter *filter)
{
    SottoLookupModel *self = g_object_new(SOTTO_TYPE_LOOKUP_MODEL, NULL);

    self->log = g_object_ref(log);
    self->filter = filter;
    self->capacity = sotto_lookup_log_limit(log);
    self->ring = g_new(guint64, self->capacity);
    self->judged_first = self->judged_end = sotto_lookup_log_end(log);
    self->log_handler = g_signal_connect(log, "changed", G_CALLBACK(on_log_changed), self);
    schedule_work(self);
    return self;
}
