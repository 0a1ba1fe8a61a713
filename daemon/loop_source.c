/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loop's epoll descriptor is readable when anything it watches is, so GLib polls that one
 * alone. Timers can be started by code that GLib called and not the loop, so the ready time is set
 * anew in `prepare`, before every poll.
 */
#include "loop_source.h"

typedef struct LoopSource {
    GSource source;
    Loop *loop;
    gpointer tag;
} LoopSource;

static gboolean prepare(GSource *source, int *timeout_ms)
{
    LoopSource *self = (LoopSource *)source;
    int64_t wait_us = loop_wait_us(self->loop);

    *timeout_ms = -1;
    g_source_set_ready_time(source, wait_us > 0 ? g_get_monotonic_time() + wait_us : -1);
    return wait_us == 0;
}

static gboolean check(GSource *source)
{
    LoopSource *self = (LoopSource *)source;

    return g_source_query_unix_fd(source, self->tag) != 0 || loop_wait_us(self->loop) == 0;
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    loop_turn(((LoopSource *)source)->loop, 0);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs functions = {.prepare = prepare, .check = check, .dispatch = dispatch};

GSource *loop_source_attach(Loop *loop, GMainContext *context)
{
    GSource *source = g_source_new(&functions, sizeof(LoopSource));
    LoopSource *self = (LoopSource *)source;

    self->loop = loop;
    self->tag = g_source_add_unix_fd(source, loop_fd(loop), G_IO_IN);
    g_source_set_static_name(source, "sotto loop");
    g_source_attach(source, context);
    return source;
}
