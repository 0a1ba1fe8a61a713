/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows are numbers of lookups, in a ring of their own: new ones are put on at its high end, which
 * is the top of the list, older ones at its low end, where the forgotten ones are taken off, too.
 *
 * [judged_first, judged_end) are the numbers that were put to the filter. It grows at both ends in
 * turns of BUDGET_US, below the priority of drawing, until it is all that the log holds: a hundred
 * thousand lookups take a moment to come in, in which the window lives on, and the first page of
 * them is there at once.
 */
#include "lookup_model.h"

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
    gboolean frozen;
};

G_DEFINE_FINAL_TYPE(SottoLookupModel, sotto_lookup_model, G_TYPE_OBJECT)

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

guint64 sotto_lookup_model_number(SottoLookupModel *self, guint row)
{
    return *slot(self, self->high - 1 - row);
}

/* Numbers grow with the ordinals. */
gboolean sotto_lookup_model_find(SottoLookupModel *self, guint64 number, guint *row)
{
    guint64 from = self->low, to = self->high;

    while (from < to) {
        guint64 middle = from + (to - from) / 2;
        if (*slot(self, middle) < number)
            from = middle + 1;
        else
            to = middle;
    }
    if (from == self->high || *slot(self, from) != number)
        return FALSE;
    *row = (guint)(self->high - 1 - from);
    return TRUE;
}

const SottoLookup *sotto_lookup_model_get(SottoLookupModel *self, guint64 number)
{
    return sotto_lookup_log_get(self->log, number);
}

static void add_newest(SottoLookupModel *self, guint64 number)
{
    *slot(self, self->high) = number;
    self->high++;
}

static void add_oldest(SottoLookupModel *self, guint64 number)
{
    self->low--;
    *slot(self, self->low) = number;
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
        self->low++;
    self->judged_first = MAX(self->judged_first, first);
    self->judged_end = MAX(self->judged_end, first);
    schedule_work(self);
    if (self->low != before || self->frozen)
        g_signal_emit(self, worked_signal, 0);
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
