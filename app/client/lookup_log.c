/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ring, filled from a pipe. A lookup that goes for age or for want of room goes in the turn in
 * which "changed" tells of it, and few go in one turn: who shows them can keep up.
 *
 * The timer runs only while something is held, so that lookups go after an hour even when nothing
 * comes after them; at most once a minute.
 */
#include "lookup_log.h"

#include "line_pipe.h"

#define KEPT_S  3600
#define SWEEP_S 60  /* at the most often */
#define A_TURN  500 /* lookups go at once, for age */

struct _SottoLookupLog {
    GObject parent_instance;
    SottoLookup *ring; /* the one with number N at N % limit */
    guint limit;
    guint64 first, end;
    guint64 garbled; /* lines of this piece */
    LinePipe *pipe;  /* NULL: none is read */
    guint sweep_source;
};

G_DEFINE_FINAL_TYPE(SottoLookupLog, sotto_lookup_log, G_TYPE_OBJECT)

static guint changed_signal;

static SottoLookup *slot(SottoLookupLog *self, guint64 number)
{
    return &self->ring[number % self->limit];
}

/* --- coming and going ------------------------------------------------------------------------ */

static void drop_oldest(SottoLookupLog *self)
{
    sotto_lookup_clear(slot(self, self->first));
    self->first++;
}

/* `lookup` is taken over. */
static void add(SottoLookupLog *self, const SottoLookup *lookup)
{
    if (self->end - self->first == self->limit)
        drop_oldest(self);
    *slot(self, self->end) = *lookup;
    self->end++;
}

/* When the oldest lookup was made; gaps have no time of their own, and go with the next one. */
static gint64 oldest_s(SottoLookupLog *self)
{
    for (guint64 number = self->first; number < self->end; number++)
        if (!sotto_lookup_is_gap(slot(self, number)))
            return slot(self, number)->time_s;
    return 0;
}

static gboolean on_sweep(gpointer data)
{
    SottoLookupLog *self = data;

    self->sweep_source = 0;
    sotto_lookup_log_sweep(self);
    return G_SOURCE_REMOVE;
}

static void schedule_sweep(SottoLookupLog *self, guint seconds)
{
    if (self->sweep_source == 0)
        self->sweep_source = seconds > 0 ? g_timeout_add_seconds(seconds, on_sweep, self)
                                         : g_idle_add(on_sweep, self);
}

void sotto_lookup_log_sweep(SottoLookupLog *self)
{
    gint64 limit_s = g_get_real_time() / G_USEC_PER_SEC - KEPT_S;
    guint64 before = self->first, most = before + A_TURN;

    while (self->first < self->end && self->first < most && oldest_s(self) <= limit_s)
        drop_oldest(self);
    if (self->first == most)
        schedule_sweep(self, 0);
    else if (self->first < self->end)
        schedule_sweep(self, (guint)CLAMP(oldest_s(self) - limit_s, SWEEP_S, KEPT_S));
    if (self->first != before)
        g_signal_emit(self, changed_signal, 0);
}

/* --- reading --------------------------------------------------------------------------------- */

static void on_line(const char *line, gpointer data)
{
    SottoLookupLog *self = data;
    SottoLookup lookup;

    if (line != NULL && sotto_lookup_parse(line, &lookup))
        add(self, &lookup);
    else
        self->garbled++;
}

static void on_piece(gpointer data)
{
    SottoLookupLog *self = data;
    SottoLookup gap;

    if (self->garbled > 0) {
        sotto_lookup_init_gap(&gap, SOTTO_LOOKUP_GARBLED, self->garbled);
        add(self, &gap);
        self->garbled = 0;
    }
    schedule_sweep(self, SWEEP_S);
    g_signal_emit(self, changed_signal, 0);
}

static void on_ended(gpointer data)
{
    SottoLookupLog *self = data;

    g_clear_pointer(&self->pipe, line_pipe_free);
    g_signal_emit(self, changed_signal, 0);
}

void sotto_lookup_log_read(SottoLookupLog *self, int fd)
{
    static const LinePipeSink sink = {on_line, on_piece, on_ended};

    g_clear_pointer(&self->pipe, line_pipe_free);
    self->pipe = line_pipe_new(fd, &sink, self);
}

gboolean sotto_lookup_log_is_reading(SottoLookupLog *self)
{
    return self->pipe != NULL;
}

void sotto_lookup_log_stop(SottoLookupLog *self)
{
    g_clear_pointer(&self->pipe, line_pipe_free);
}

/* --- what is held ---------------------------------------------------------------------------- */

void sotto_lookup_log_clear(SottoLookupLog *self)
{
    while (self->first < self->end)
        drop_oldest(self);
    g_clear_handle_id(&self->sweep_source, g_source_remove);
}

guint sotto_lookup_log_limit(SottoLookupLog *self)
{
    return self->limit;
}

guint64 sotto_lookup_log_first(SottoLookupLog *self)
{
    return self->first;
}

guint64 sotto_lookup_log_end(SottoLookupLog *self)
{
    return self->end;
}

const SottoLookup *sotto_lookup_log_get(SottoLookupLog *self, guint64 number)
{
    return number >= self->first && number < self->end ? slot(self, number) : NULL;
}

/* --- the object ------------------------------------------------------------------------------ */

static void sotto_lookup_log_finalize(GObject *object)
{
    SottoLookupLog *self = SOTTO_LOOKUP_LOG(object);

    sotto_lookup_log_stop(self);
    sotto_lookup_log_clear(self);
    g_free(self->ring);
    G_OBJECT_CLASS(sotto_lookup_log_parent_class)->finalize(object);
}

static void sotto_lookup_log_class_init(SottoLookupLogClass *class)
{
    G_OBJECT_CLASS(class)->finalize = sotto_lookup_log_finalize;
    changed_signal = g_signal_new("changed", SOTTO_TYPE_LOOKUP_LOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_lookup_log_init(SottoLookupLog *self)
{
}

SottoLookupLog *sotto_lookup_log_new(guint limit)
{
    SottoLookupLog *self = g_object_new(SOTTO_TYPE_LOOKUP_LOG, NULL);

    self->limit = limit;
    self->ring = g_new0(SottoLookup, limit); /* not touched before it is needed */
    return self;
}
