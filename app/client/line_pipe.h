/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** Lines out of a pipe as they come, when there is nothing better to do: what is to be drawn goes
 * first, and a burst is read in small pieces, between which everything else gets its turn. */
typedef struct LinePipe LinePipe;

#define LINE_PIPE_LONGEST 4096 /* bytes of a line: what a pipe takes whole (PIPE_BUF) */

typedef struct LinePipeSink {
    /** One line, without its end; NULL: one that is too long, or has a NUL in it. */
    void (*line)(const char *line, gpointer data);
    /** After the lines of one piece; here the pipe may be freed. */
    void (*piece)(gpointer data);
    /** The other end was closed, or reading failed; a line that had no end is not told. Once, and
     * nothing after it; here the pipe may be freed. */
    void (*ended)(gpointer data);
} LinePipeSink;

/** Takes over the descriptor (transfer full). The sink is borrowed. */
LinePipe *line_pipe_new(int fd, const LinePipeSink *sink, gpointer data);

/** Closes the descriptor. */
void line_pipe_free(LinePipe *pipe);
