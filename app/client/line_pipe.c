/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A piece is one read(2): about a hundred lines, which take a millisecond or two to be understood.
 * The source has the priority of an idle one, below that of drawing; while the reader is busy
 * elsewhere the pipe fills, and the writer waits or counts what it leaves out.
 *
 * A line is kept only until its end comes, and no longer than it may be: of a longer one the rest
 * is passed over, so that nobody can make this grow.
 */
#include "line_pipe.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#define PIECE (16 * 1024)

struct LinePipe {
    int fd;
    guint source;
    const LinePipeSink *sink;
    gpointer data;
    GString *begun; /* a line whose end has not come yet */
    gboolean passing_over;
};

/* Takes so many bytes to the line that was begun. */
static void take(LinePipe *pipe, const char *bytes, gsize length)
{
    if (pipe->begun->len + length > LINE_PIPE_LONGEST)
        pipe->passing_over = TRUE;
    if (!pipe->passing_over)
        g_string_append_len(pipe->begun, bytes, (gssize)length);
}

static void end_line(LinePipe *pipe)
{
    gboolean readable =
        !pipe->passing_over && memchr(pipe->begun->str, '\0', pipe->begun->len) == NULL;

    pipe->sink->line(readable ? pipe->begun->str : NULL, pipe->data);
    g_string_truncate(pipe->begun, 0);
    pipe->passing_over = FALSE;
}

static void split(LinePipe *pipe, const char *bytes, gsize length)
{
    const char *end;

    while ((end = memchr(bytes, '\n', length)) != NULL) {
        take(pipe, bytes, (gsize)(end - bytes));
        end_line(pipe);
        length -= (gsize)(end - bytes) + 1;
        bytes = end + 1;
    }
    take(pipe, bytes, length);
}

static gboolean on_readable(int fd, GIOCondition condition, gpointer data)
{
    LinePipe *pipe = data;
    char bytes[PIECE];
    gssize length = read(fd, bytes, sizeof bytes);

    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    if (length <= 0) {
        pipe->source = 0;
        pipe->sink->ended(pipe->data);
        return G_SOURCE_REMOVE;
    }
    split(pipe, bytes, (gsize)length);
    pipe->sink->piece(pipe->data);
    return G_SOURCE_CONTINUE; /* of no account if the pipe is gone, and its source with it */
}

LinePipe *line_pipe_new(int fd, const LinePipeSink *sink, gpointer data)
{
    LinePipe *pipe = g_new0(LinePipe, 1);

    *pipe = (LinePipe){.fd = fd, .sink = sink, .data = data, .begun = g_string_new(NULL)};
    if (!g_unix_set_fd_nonblocking(fd, TRUE, NULL))
        g_debug("a pipe that stays blocking"); /* no harm: it is read when there is something */
    pipe->source = g_unix_fd_add_full(G_PRIORITY_DEFAULT_IDLE, fd, G_IO_IN | G_IO_HUP | G_IO_ERR,
                                      on_readable, pipe, NULL);
    return pipe;
}

void line_pipe_free(LinePipe *pipe)
{
    g_clear_handle_id(&pipe->source, g_source_remove);
    close(pipe->fd);
    g_string_free(pipe->begun, TRUE);
    g_free(pipe);
}
