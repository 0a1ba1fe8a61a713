/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The side that faces the clients: UDP in batches, TCP by connections (RFC 7766).
 *
 * UDP: one call of the kernel brings up to UDP_BATCH queries; those that can be answered at once
 * (cache, rules) leave in one call too, when the batch has been read. Others are answered when
 * their answer comes, all those of one turn in one call (outbox.c).
 *
 * TCP: queries are pipelined and answered in whatever order answers come. A connection lives while
 * it brings whole queries or waits for answers; a client that sends a byte now and then does not
 * keep it open, since only a whole message restarts the clock. When there are too many, or no
 * descriptor is left, the longest idle connection makes room; when none is idle the new one is
 * closed. What all of them may make us hold, questions cut short and answers left unread, is
 * limited as a whole: whoever asks for more than that is let go.
 *
 * A connection whose stream fails while an answer is written is closed from a deferred call: the
 * one who writes may be walking over clients that the closing would release.
 */
#include "listener.h"

#include "frame.h"
#include "log.h"
#include "outbox.h"
#include "stream.h"
#include "udp.h"
#include "wire.h"

#include <glib.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONNECTIONS_MAX  1024
#define DESCRIPTOR_PART  4 /* one of so many may be a client's: the others are for asking */
#define HELD_MAX         (8 * 1024 * 1024) /* bytes, for all of them */
#define HELD_BY_ALL      4096              /* bytes that each may have, whatever others do */
#define ACCEPTS_A_TURN   16
#define ACCEPT_PAUSE_US  200000 /* when descriptors have run out */
#define UDP_OUT_CAPACITY 4096
#define FRAME_PREFIX     2
#define FRAME_CAPACITY   (FRAME_PREFIX + 65535)

struct Connection {
    ListNode node; /* in Listener.connections, longest without a query first */
    Listener *listener;
    Address peer;
    Stream *stream;
    FrameReader frames;
    LoopTimer idle;
    LoopDefer closing;
    bool ended;  /* the client sends no more: closed when all it asked is answered */
    bool let_go; /* closed at the end of the turn, and served no more until then */
    List clients;
};

struct Listener {
    Loop *loop;
    const ListenerEvents *events;
    void *owner;
    UdpSocket udp;
    Outbox *replies; /* by UDP; NULL without it */
    List clients;    /* UDP clients held */
    int tcp_fd;      /* -1: none */
    LoopIo accepting;
    LoopTimer accept_pause;
    List connections;
    unsigned connection_count, connections_max;
    bool starved; /* out of descriptors; the log knows */
    uint8_t datagram[UDP_OUT_CAPACITY];
    uint8_t frame[FRAME_CAPACITY];
};

/* UDP */

static void on_datagrams(void *owner, UdpPacket *packets, size_t count)
{
    Listener *listener = owner;

    for (size_t i = 0; i < count; i++) {
        UdpPacket *packet = &packets[i];
        Client client = {.listener = listener, .peer = packet->peer, .local = packet->local};

        if (!listener->events->admit(listener->owner, packet->interface))
            continue;
        packet->length =
            listener->events->received(listener->owner, &client, packet->bytes, packet->length,
                                       listener->datagram, sizeof listener->datagram);
        packet->bytes = listener->datagram;
        if (packet->length > 0)
            outbox_copy(listener->replies, packet); /* back to its peer */
    }
    /* What the rest of the turn does is not for them to wait for. */
    outbox_flush(listener->replies);
}

/* TCP */

static void release_clients(List *clients)
{
    Client *client;

    while ((client = list_first(clients, Client, node)) != NULL) {
        list_remove(&client->node);
        client->gone(client);
    }
}

static void connection_close(Connection *connection)
{
    Listener *listener = connection->listener;

    list_remove(&connection->node);
    listener->connection_count--;
    loop_timer_stop(&connection->idle);
    loop_defer_cancel(&connection->closing);
    stream_close(connection->stream);
    frame_clear(&connection->frames);
    release_clients(&connection->clients);
    g_free(connection);
}

static void let_go(Connection *connection)
{
    connection->let_go = true;
    loop_defer_schedule(&connection->closing);
}

static void on_closing(void *owner)
{
    connection_close(owner);
}

static void on_idle(void *owner)
{
    Connection *connection = owner;

    if (list_is_empty(&connection->clients))
        connection_close(connection);
    else
        loop_timer_start(&connection->idle, LISTENER_IDLE_US);
}

static size_t held_for(const Connection *connection)
{
    return stream_queued(connection->stream) + connection->frames.capacity;
}

/* Looked up only for who holds much, which nobody does who reads its answers. */
static bool holds_too_much(const Connection *connection)
{
    size_t all = 0;

    if (held_for(connection) <= HELD_BY_ALL)
        return false;
    list_for_each (node, &connection->listener->connections)
        all += held_for(container_of(node, Connection, node));
    return all > HELD_MAX;
}

/* After a half-close. What the kernel has not taken yet keeps it open until the idle timer. */
static void close_when_answered(Connection *connection)
{
    if (connection->ended && list_is_empty(&connection->clients) &&
        stream_queued(connection->stream) == 0)
        loop_defer_schedule(&connection->closing);
}

/* `frame` has FRAME_PREFIX bytes free before the message: both leave in one write (RFC 7766 §8). */
static void connection_write(Connection *connection, uint8_t *frame, size_t length)
{
    wire_put_u16(frame, (uint16_t)length);
    if (connection->let_go)
        return;
    if (stream_write(connection->stream, frame, FRAME_PREFIX + length) != STATUS_OK ||
        holds_too_much(connection))
        let_go(connection); /* it does not read its answers, or is gone */
    close_when_answered(connection);
}

static bool on_frame(void *owner, const uint8_t *message, size_t length)
{
    Connection *connection = owner;
    Listener *listener = connection->listener;
    Client client = {.listener = listener, .connection = connection, .peer = connection->peer};
    size_t answer;

    loop_timer_start(&connection->idle, LISTENER_IDLE_US);
    list_remove(&connection->node); /* the one last active stands last */
    list_append(&listener->connections, &connection->node);
    answer =
        listener->events->received(listener->owner, &client, message, length,
                                   listener->frame + FRAME_PREFIX, FRAME_CAPACITY - FRAME_PREFIX);
    if (answer > 0)
        connection_write(connection, listener->frame, answer);
    return !connection->let_go;
}

static void on_received(void *owner, const uint8_t *bytes, size_t length)
{
    Connection *connection = owner;

    if (!frame_feed(&connection->frames, bytes, length, on_frame, connection) ||
        holds_too_much(connection))
        let_go(connection);
}

static void on_ended(void *owner)
{
    Connection *connection = owner;

    connection->ended = true;
    close_when_answered(connection);
}

static void on_closed(void *owner, Status status)
{
    connection_close(owner);
}

static const StreamEvents connection_events = {
    .received = on_received, .ended = on_ended, .closed = on_closed};

/* Closes the longest idle one. False: there is none. */
static bool make_room(Listener *listener)
{
    list_for_each (node, &listener->connections) {
        Connection *connection = container_of(node, Connection, node);

        if (list_is_empty(&connection->clients)) {
            connection_close(connection);
            return true;
        }
    }
    return false;
}

static void connection_open(Listener *listener, int fd, const Address *peer, int interface)
{
    Connection *connection;

    bool full = listener->connection_count >= listener->connections_max;

    if (!listener->events->admit(listener->owner, interface) || (full && !make_room(listener))) {
        close(fd);
        return;
    }
    connection = g_new0(Connection, 1);
    connection->listener = listener;
    connection->peer = *peer;
    list_init(&connection->clients);
    list_init(&connection->node);
    list_append(&listener->connections, &connection->node);
    listener->connection_count++;
    loop_timer_init(&connection->idle, listener->loop, on_idle, connection);
    loop_timer_start(&connection->idle, LISTENER_IDLE_US);
    loop_defer_init(&connection->closing, listener->loop, on_closing, connection);
    connection->stream = tcp_adopt(listener->loop, fd, &connection_events, connection);
}

/* The connection stays in the queue and the descriptor readable: come back later. */
static void pause_accepting(Listener *listener, Status status)
{
    if (!listener->starved)
        log_warning("cannot accept TCP clients for now: %s", status_sentence(status));
    listener->starved = true;
    loop_io_want(&listener->accepting, 0);
    loop_timer_start(&listener->accept_pause, ACCEPT_PAUSE_US);
}

static void on_acceptable(void *owner, uint32_t events)
{
    Listener *listener = owner;
    Status status = STATUS_OK;

    for (int i = 0; i < ACCEPTS_A_TURN && status == STATUS_OK; i++) {
        Address peer;
        int fd, interface;

        status = tcp_accept(listener->tcp_fd, &fd, &peer, &interface);
        if (status == STATUS_OK) {
            listener->starved = false;
            connection_open(listener, fd, &peer, interface);
        } else if (status == STATUS_LIMIT && make_room(listener)) {
            status = STATUS_OK;
        }
    }
    if (status != STATUS_OK && status != STATUS_AGAIN)
        pause_accepting(listener, status);
}

static void on_accept_pause_over(void *owner)
{
    Listener *listener = owner;

    loop_io_want(&listener->accepting, LOOP_READ);
}

/* Both */

/* Most of the descriptors are for connections to resolvers, without which there are no answers. */
static unsigned count_connections_max(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > CONNECTIONS_MAX * DESCRIPTOR_PART)
        return CONNECTIONS_MAX;
    return (unsigned)limit.rlim_cur / DESCRIPTOR_PART;
}

Status listener_open(Loop *loop, int udp_fd, int tcp_fd, const ListenerEvents *events, void *owner,
                     Listener **opened)
{
    Listener *listener = g_new0(Listener, 1);
    Status status = STATUS_OK;

    listener->loop = loop;
    listener->events = events;
    listener->owner = owner;
    listener->tcp_fd = tcp_fd;
    listener->connections_max = count_connections_max();
    list_init(&listener->clients);
    list_init(&listener->connections);
    loop_timer_init(&listener->accept_pause, loop, on_accept_pause_over, listener);
    if (udp_fd >= 0) {
        status = udp_open(&listener->udp, loop, udp_fd, on_datagrams, NULL, listener);
        if (status == STATUS_OK)
            listener->replies = outbox_new(&listener->udp);
    }
    if (status == STATUS_OK && tcp_fd >= 0)
        status =
            loop_io_open(&listener->accepting, loop, tcp_fd, LOOP_READ, on_acceptable, listener);
    if (status != STATUS_OK) {
        listener_close(listener);
        return status;
    }
    *opened = listener;
    return STATUS_OK;
}

void listener_stop(Listener *listener)
{
    if (listener->replies)
        udp_stop_reading(&listener->udp);
    loop_timer_stop(&listener->accept_pause);
    if (listener->tcp_fd >= 0)
        loop_io_want(&listener->accepting, 0);
}

void listener_close(Listener *listener)
{
    Connection *connection;

    if (!listener)
        return;
    while ((connection = list_first(&listener->connections, Connection, node)) != NULL)
        connection_close(connection);
    release_clients(&listener->clients);
    loop_timer_stop(&listener->accept_pause);
    loop_io_clear(&listener->accepting);
    if (listener->tcp_fd >= 0)
        close(listener->tcp_fd);
    if (listener->replies) {
        outbox_flush(listener->replies);
        outbox_free(listener->replies);
        udp_clear(&listener->udp);
    }
    g_free(listener);
}

void client_hold(Client *held, const Client *client, ClientGone gone)
{
    *held = *client;
    held->gone = gone;
    list_init(&held->node);
    list_append(client->connection ? &client->connection->clients : &client->listener->clients,
                &held->node);
}

void client_release(Client *held)
{
    list_remove(&held->node);
}

void client_reply(Client *held, uint8_t *bytes, size_t length)
{
    Listener *listener = held->listener;

    client_release(held);
    if (held->connection) {
        memcpy(listener->frame + FRAME_PREFIX, bytes, length);
        connection_write(held->connection, listener->frame, length);
    } else {
        outbox_copy(listener->replies, &(UdpPacket){.bytes = bytes,
                                                    .length = length,
                                                    .peer = held->peer,
                                                    .local = held->local});
    }
}

bool client_is_stream(const Client *client)
{
    return client->connection != NULL;
}
