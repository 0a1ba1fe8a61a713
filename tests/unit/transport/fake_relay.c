/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See fake_relay.h. The header is read here by its offsets, not with the code under test. */
#include "fake_relay.h"

#include "frame.h"
#include "wire.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#define HEADER 28

typedef struct Connection {
    FakeRelay *relay;
    Stream *stream; /* NULL: the client has gone */
    FrameReader reader;
} Connection;

/* One query on its way to a server, with a socket of its own. */
typedef struct Errand {
    FakeRelay *relay;
    UdpSocket udp;
    size_t length; /* of the query */
    Address client;
    Connection *connection; /* NULL: it came by UDP */
} Errand;

static void errand_free(void *data)
{
    Errand *errand = data;
    udp_clear(&errand->udp);
    g_free(errand);
}

static void pass_back(const Errand *errand, uint8_t *bytes, size_t length)
{
    uint8_t framed[8192 + 2];
    if (errand->connection == NULL) {
        const UdpPacket packet = {.bytes = bytes, .length = length, .peer = errand->client};
        udp_send(&errand->relay->udp, &packet, 1);
    } else if (errand->connection->stream != NULL) {
        wire_put_u16(framed, (uint16_t)length);
        memcpy(framed + 2, bytes, length);
        g_assert_cmpint(stream_write(errand->connection->stream, framed, length + 2), ==,
                        STATUS_OK);
    }
}

static void server_answered(void *owner, UdpPacket *packets, size_t count)
{
    Errand *errand = owner;
    if (packets[0].length > errand->length)
        errand->relay->dropped++;
    else
        pass_back(errand, packets[0].bytes, packets[0].length);
    g_ptr_array_remove(errand->relay->errands, errand);
}

/* The first 96 bits are zero but for the last sixteen: IPv4. */
static Address server_of(const uint8_t *packet)
{
    static const uint8_t magic[10] = {255, 255, 255, 255, 255, 255, 255, 255, 0, 0};
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
    char text[ADDRESS_MAX_TEXT];
    Address server;
    g_assert_cmpmem(packet, 10, magic, 10);
    g_assert_cmpmem(packet + 10, 12, mapped, 12);
    g_snprintf(text, sizeof(text), "%u.%u.%u.%u:%u", packet[22], packet[23], packet[24], packet[25],
               (unsigned)packet[26] << 8 | packet[27]);
    g_assert_cmpint(address_parse(text, 0, &server), ==, STATUS_OK);
    return server;
}

static void pass_on(FakeRelay *relay, uint8_t *packet, size_t length, const Address *client,
                    Connection *connection)
{
    int fd;
    g_assert_cmpuint(length, >, HEADER);
    g_assert_cmpuint(length, <=, 4096);
    relay->last_length = length;
    if (relay->lose > 0) {
        relay->lose--;
        return;
    }
    *(connection != NULL ? &relay->by_tcp : &relay->by_udp) += 1;
    const Address server = server_of(packet);
    Errand *errand = g_new0(Errand, 1);
    errand->relay = relay;
    errand->length = length - HEADER;
    errand->connection = connection;
    errand->client = *client;
    g_assert_cmpint(udp_connect(&server, &fd), ==, STATUS_OK);
    g_assert_cmpint(udp_open(&errand->udp, relay->loop, fd, server_answered, NULL, errand), ==,
                    STATUS_OK);
    g_ptr_array_add(relay->errands, errand);
    const UdpPacket inner = {.bytes = packet + HEADER, .length = length - HEADER};
    udp_send(&errand->udp, &inner, 1);
}

static void datagrams_received(void *owner, UdpPacket *packets, size_t count)
{
    FakeRelay *relay = owner;
    for (size_t i = 0; i < count; i++) {
        const bool lost = relay->longest > 0 && packets[i].length > relay->longest;
        if (!relay->udp_silent && !lost)
            pass_on(relay, packets[i].bytes, packets[i].length, &packets[i].peer, NULL);
    }
}

/* ---- TCP ---- */

static void connection_free(void *data)
{
    Connection *connection = data;
    stream_close(connection->stream);
    frame_clear(&connection->reader);
    g_free(connection);
}

static bool frame_received(void *owner, const uint8_t *bytes, size_t length)
{
    Connection *connection = owner;
    g_autofree uint8_t *copy = g_memdup2(bytes, length);
    pass_on(connection->relay, copy, length, &(Address){0}, connection);
    return true;
}

static void stream_connected(void *owner)
{
}

static void stream_received(void *owner, const uint8_t *bytes, size_t length)
{
    Connection *connection = owner;
    frame_feed(&connection->reader, bytes, length, frame_received, connection);
}

static void stream_closed(void *owner, Status status)
{
    Connection *connection = owner;
    stream_close(g_steal_pointer(&connection->stream)); /* an errand may still know it */
}

static const StreamEvents stream_events = {
    .connected = stream_connected,
    .received = stream_received,
    .closed = stream_closed,
};

static void accept_one(void *owner, uint32_t events)
{
    FakeRelay *relay = owner;
    Address peer;
    int fd, interface;
    if (tcp_accept(relay->listen_fd, &fd, &peer, &interface) != STATUS_OK)
        return;
    if (relay->no_tcp) {
        close(fd);
        return;
    }
    Connection *connection = g_new0(Connection, 1);
    connection->relay = relay;
    connection->stream = tcp_adopt(relay->loop, fd, &stream_events, connection);
    g_ptr_array_add(relay->connections, connection);
}

/* ---- life ---- */

FakeRelay *fake_relay_new(Loop *loop)
{
    FakeRelay *relay = g_new0(FakeRelay, 1);
    struct sockaddr_in bound;
    socklen_t size = sizeof(bound);
    int fd;
    relay->loop = loop;
    relay->errands = g_ptr_array_new_with_free_func(errand_free);
    relay->connections = g_ptr_array_new_with_free_func(connection_free);
    g_assert_cmpint(address_parse("127.0.0.1:0", 0, &relay->address), ==, STATUS_OK);
    g_assert_cmpint(tcp_bind(&relay->address, 0, &relay->listen_fd), ==, STATUS_OK);
    g_assert_cmpint(getsockname(relay->listen_fd, (struct sockaddr *)&bound, &size), ==, 0);
    address_set_port(&relay->address, ntohs(bound.sin_port));
    g_assert_cmpint(udp_bind(&relay->address, 0, &fd), ==, STATUS_OK);
    g_assert_cmpint(udp_open(&relay->udp, loop, fd, datagrams_received, NULL, relay), ==,
                    STATUS_OK);
    g_assert_cmpint(
        loop_io_open(&relay->listener, loop, relay->listen_fd, LOOP_READ, accept_one, relay), ==,
        STATUS_OK);
    return relay;
}

void fake_relay_free(FakeRelay *relay)
{
    g_ptr_array_free(relay->errands, TRUE);
    g_ptr_array_free(relay->connections, TRUE);
    udp_clear(&relay->udp);
    loop_io_clear(&relay->listener);
    close(relay->listen_fd);
    g_free(relay);
}
