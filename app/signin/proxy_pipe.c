/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two connections made one. The end of one way is passed on as such (half-close), since there are
 * HTTP servers that answer only after it.
 */
#include "proxy_pipe.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

typedef struct Pipe {
    GIOStream *client, *server;
    GCancellable *cancellable;
    guint ways; /* that have not ended */
    void (*ended)(gpointer user_data);
    gpointer user_data;
} Pipe;

static void shut_down_writing(GIOStream *stream)
{
    GSocket *socket = g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream));

    if (!g_socket_shutdown(socket, FALSE, TRUE, NULL))
        g_debug("the connection was gone before its end was passed on");
}

static void on_moved(Pipe *pipe, GIOStream *to, GObject *source, GAsyncResult *result)
{
    if (g_output_stream_splice_finish(G_OUTPUT_STREAM(source), result, NULL) >= 0)
        shut_down_writing(to);
    else
        g_cancellable_cancel(pipe->cancellable);
    if (--pipe->ways > 0)
        return;
    pipe->ended(pipe->user_data);
    g_free(pipe);
}

static void on_moved_to_server(GObject *source, GAsyncResult *result, gpointer data)
{
    Pipe *pipe = data;

    on_moved(pipe, pipe->server, source, result);
}

static void on_moved_to_client(GObject *source, GAsyncResult *result, gpointer data)
{
    Pipe *pipe = data;

    on_moved(pipe, pipe->client, source, result);
}

static void move(Pipe *pipe, GIOStream *from, GIOStream *to, GAsyncReadyCallback moved)
{
    pipe->ways++;
    g_output_stream_splice_async(g_io_stream_get_output_stream(to),
                                 g_io_stream_get_input_stream(from), G_OUTPUT_STREAM_SPLICE_NONE,
                                 G_PRIORITY_DEFAULT, pipe->cancellable, moved, pipe);
}

/* Small pieces are sent as they come: both ends have waited for them once already. */
static void send_at_once(GIOStream *stream)
{
    GSocket *socket = g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream));

    if (!g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL))
        g_debug("a connection keeps small pieces back");
}

void proxy_pipe_start(GIOStream *client, GIOStream *server, GCancellable *cancellable,
                      void (*ended)(gpointer user_data), gpointer user_data)
{
    Pipe *pipe = g_new0(Pipe, 1);

    *pipe = (Pipe){client, server, cancellable, 0, ended, user_data};
    send_at_once(client);
    send_at_once(server);
    move(pipe, client, server, on_moved_to_server);
    move(pipe, server, client, on_moved_to_client);
}
