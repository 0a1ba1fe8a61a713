/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "udp.h"

#include <arpa/inet.h>
#include <glib.h>
#include <limits.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_US (5 * G_USEC_PER_SEC)

typedef struct Peer {
    UdpSocket socket;
    Loop *loop;
    GPtrArray *received; /* of GBytes */
    Address from;
    int interface;
    struct in6_addr local;
    Status error;
    char *quote; /* with it */
    bool echo, clear;
    guint calls;
} Peer;

static void on_receive(void *owner, UdpPacket *packets, size_t count)
{
    Peer *peer = owner;

    peer->calls++;
    for (size_t i = 0; i < count; i++)
        g_ptr_array_add(peer->received, g_bytes_new(packets[i].bytes, packets[i].length));
    peer->from = packets[0].peer;
    peer->interface = packets[0].interface;
    peer->local = packets[0].local;
    if (peer->echo) {
        for (size_t i = 0; i < count; i++)
            packets[i].interface = 0;
        g_assert_cmpuint(udp_send(&peer->socket, packets, count), ==, count);
    }
    if (peer->clear) {
        udp_clear(&peer->socket);
        memset(&peer->socket, 0xa5, sizeof peer->socket); /* as if freed */
    }
}

static void on_error(void *owner, Status status, const uint8_t *quote, size_t length)
{
    Peer *peer = owner;

    peer->error = status;
    g_free(peer->quote);
    peer->quote = g_strndup((const char *)quote, length);
}

static void peer_open(Peer *peer, Loop *loop, int fd)
{
    *peer = (Peer){.loop = loop,
                   .received = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref)};
    g_assert_cmpint(udp_open(&peer->socket, loop, fd, on_receive, on_error, peer), ==, STATUS_OK);
}

static void peer_close(Peer *peer)
{
    if (!peer->clear)
        udp_clear(&peer->socket);
    g_ptr_array_unref(peer->received);
    g_free(peer->quote);
}

static bool wait_for(Peer *peer, guint count)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;

    while (peer->received->len < count && peer->error == STATUS_OK &&
           g_get_monotonic_time() < until_us)
        loop_turn(peer->loop, 100000);
    return peer->received->len >= count;
}

/* Listens on `text`; `address` gets the port the kernel chose. False without that family. */
static bool listen_on(const char *text, Address *address, int *fd)
{
    g_assert_cmpint(address_parse(text, 0, address), ==, STATUS_OK);
    if (udp_bind(address, 0, fd) != STATUS_OK) {
        g_test_skip("this machine lacks the address family");
        return false;
    }
    Address bound;
    socklen_t length = sizeof bound;
    g_assert_cmpint(getsockname(*fd, &bound.socket.any, &length), ==, 0);
    address_set_port(address, address_port(&bound));
    return true;
}

static UdpPacket packet_of(const char *text)
{
    return (UdpPacket){.bytes = (uint8_t *)text, .length = strlen(text)};
}

/* A listener on the wildcard answers from the address the query went to. */
static void assert_reply_source(const char *wildcard, const char *target)
{
    Loop *loop = loop_new();
    Address any, to;
    int fd;
    Peer server, client;

    if (listen_on(wildcard, &any, &fd)) {
        peer_open(&server, loop, fd);
        server.echo = true;
        g_assert_cmpint(address_parse(target, address_port(&any), &to), ==, STATUS_OK);
        g_assert_cmpint(udp_connect(&to, &fd), ==, STATUS_OK);
        peer_open(&client, loop, fd);
        UdpPacket query = packet_of("query");
        g_assert_cmpuint(udp_send(&client.socket, &query, 1), ==, 1);
        g_assert_true(wait_for(&client, 1)); /* a connected socket takes no other source */
        g_assert_cmpint(server.interface, ==, (int)if_nametoindex("lo"));
        peer_close(&client);
        peer_close(&server);
    }
    loop_free(loop);
}

static void reply_leaves_from_the_queried_address(void)
{
    assert_reply_source("0.0.0.0", "127.1.2.3");
}

static void reply_leaves_from_the_queried_address_v6(void)
{
    assert_reply_source("::", "::1");
}

static void local_address_is_told_mapped(void)
{
    Loop *loop = loop_new();
    Address any, to;
    int fd;
    Peer server, client;
    char text[ADDRESS_MAX_TEXT];

    g_assert_true(listen_on("0.0.0.0", &any, &fd));
    peer_open(&server, loop, fd);
    g_assert_cmpint(address_parse("127.9.8.7", address_port(&any), &to), ==, STATUS_OK);
    g_assert_cmpint(udp_connect(&to, &fd), ==, STATUS_OK);
    peer_open(&client, loop, fd);
    UdpPacket query = packet_of("query");
    g_assert_cmpuint(udp_send(&client.socket, &query, 1), ==, 1);
    g_assert_true(wait_for(&server, 1));
    inet_ntop(AF_INET6, &server.local, text, sizeof text);
    g_assert_cmpstr(text, ==, "::ffff:127.9.8.7");
    g_assert_cmpstr(address_format_host(&server.from, text), ==, "127.0.0.1");
    peer_close(&client);
    peer_close(&server);
    loop_free(loop);
}

static void batches_keep_content_and_order(void)
{
    enum { COUNT = 3 * UDP_BATCH + 5 };
    Loop *loop = loop_new();
    Address address;
    int fd;
    Peer server, client;
    UdpPacket packets[COUNT];
    char texts[COUNT][16];

    g_assert_true(listen_on("127.0.0.1", &address, &fd));
    peer_open(&server, loop, fd);
    g_assert_cmpint(udp_connect(&address, &fd), ==, STATUS_OK);
    peer_open(&client, loop, fd);
    for (int i = 0; i < COUNT; i++) {
        g_snprintf(texts[i], sizeof texts[i], "packet %d", i);
        packets[i] = packet_of(texts[i]);
    }
    g_assert_cmpuint(udp_send(&client.socket, packets, COUNT), ==, COUNT);
    g_assert_true(wait_for(&server, COUNT));
    for (int i = 0; i < COUNT; i++) {
        size_t length;
        const char *bytes = g_bytes_get_data(server.received->pdata[i], &length);

        g_assert_cmpmem(bytes, length, texts[i], strlen(texts[i]));
    }
    g_assert_cmpuint(server.calls, <=, 5);
    peer_close(&client);
    peer_close(&server);
    loop_free(loop);
}

/* Few datagrams are asked of the kernel while they come one by one, all there is room for in a
 * burst; none is lost where the rate changes. */
static void batch_follows_the_rate(void)
{
    enum { BURST = 2 * UDP_BATCH };
    static const struct {
        size_t count, batch;
    } steps[] = {{1, 2}, {1, 2}, {BURST, UDP_BATCH}, {1, 16}, {1, 8}, {1, 4}, {1, 2}, {3, 16}};
    Loop *loop = loop_new();
    Address address;
    int fd;
    Peer server, client;
    UdpPacket packets[BURST];
    guint sent = 0;

    for (size_t i = 0; i < BURST; i++)
        packets[i] = packet_of("packet");
    g_assert_true(listen_on("127.0.0.1", &address, &fd));
    peer_open(&server, loop, fd);
    g_assert_cmpint(udp_connect(&address, &fd), ==, STATUS_OK);
    peer_open(&client, loop, fd);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_assert_cmpuint(udp_send(&client.socket, packets, steps[i].count), ==, steps[i].count);
        sent += (guint)steps[i].count;
        g_assert_true(wait_for(&server, sent));
        g_assert_cmpuint(server.received->len, ==, sent);
        g_assert_cmpuint(server.socket.batch, ==, steps[i].batch);
    }
    peer_close(&client);
    peer_close(&server);
    loop_free(loop);
}

static void largest_packet_passes_and_larger_is_dropped(void)
{
    Loop *loop = loop_new();
    Address address;
    int fd;
    Peer server, client;
    g_autofree uint8_t *bytes = g_malloc0(UDP_PACKET_MAX + 1);
    UdpPacket packets[] = {{.bytes = bytes, .length = UDP_PACKET_MAX + 1},
                           {.bytes = bytes, .length = UDP_PACKET_MAX},
                           {.bytes = bytes, .length = 0}};

    g_assert_true(listen_on("127.0.0.1", &address, &fd));
    peer_open(&server, loop, fd);
    g_assert_cmpint(udp_connect(&address, &fd), ==, STATUS_OK);
    peer_open(&client, loop, fd);
    g_assert_cmpuint(udp_send(&client.socket, packets, 3), ==, 3);
    g_assert_true(wait_for(&server, 2));
    g_assert_cmpuint(g_bytes_get_size(server.received->pdata[0]), ==, UDP_PACKET_MAX);
    g_assert_cmpuint(g_bytes_get_size(server.received->pdata[1]), ==, 0);
    peer_close(&client);
    peer_close(&server);
    loop_free(loop);
}

static void closed_port_is_told_as_refused(void)
{
    Loop *loop = loop_new();
    Address address;
    int fd;
    Peer client;
    UdpPacket query = packet_of("query");

    g_assert_true(listen_on("127.0.0.1", &address, &fd));
    close(fd);
    g_assert_cmpint(udp_connect(&address, &fd), ==, STATUS_OK);
    peer_open(&client, loop, fd);
    g_assert_cmpuint(udp_send(&client.socket, &query, 1), ==, 1);
    g_assert_false(wait_for(&client, 1));
    g_assert_cmpint(client.error, ==, STATUS_REFUSED);
    g_assert_cmpstr(client.quote, ==, "query");

    /* The error is used up: the socket is quiet, and sends again. */
    client.error = STATUS_OK;
    loop_turn(loop, 0);
    g_assert_cmpint(client.error, ==, STATUS_OK);
    g_assert_cmpuint(udp_send(&client.socket, &query, 1), ==, 1);
    g_assert_cmpuint(udp_send(&client.socket, &query, 1), ==, 1); /* past the pending error */
    peer_close(&client);
    loop_free(loop);
}

static void socket_may_go_inside_the_callback(void)
{
    enum { COUNT = 2 * UDP_BATCH };
    Loop *loop = loop_new();
    Address address;
    int fd;
    Peer server, client;
    UdpPacket packets[COUNT];

    g_assert_true(listen_on("127.0.0.1", &address, &fd));
    peer_open(&server, loop, fd);
    server.clear = true;
    g_assert_cmpint(udp_connect(&address, &fd), ==, STATUS_OK);
    peer_open(&client, loop, fd);
    for (int i = 0; i < COUNT; i++)
        packets[i] = packet_of("x");
    g_assert_cmpuint(udp_send(&client.socket, packets, COUNT), ==, COUNT);
    g_assert_true(wait_for(&server, 1));
    loop_turn(loop, 0);
    g_assert_cmpuint(server.calls, ==, 1);
    peer_close(&client);
    peer_close(&server);
    loop_free(loop);
}

static void absent_address_needs_freebind(void)
{
    Address address;
    int fd = -1;

    g_assert_cmpint(address_parse("192.0.2.53", 0, &address), ==, STATUS_OK);
    g_assert_cmpint(udp_bind(&address, 0, &fd), ==, STATUS_UNREACHABLE);
    g_assert_cmpint(fd, ==, -1);
    g_assert_cmpint(udp_bind(&address, UDP_FREEBIND, &fd), ==, STATUS_OK);
    close(fd);
}

static void link_that_is_gone_is_not_gone_around(void)
{
    Address peer;
    int fd = -1;
    g_assert_cmpint(address_parse("127.0.0.1:53", 0, &peer), ==, STATUS_OK);
    peer.interface = (int)if_nametoindex("lo");
    g_assert_cmpint(udp_connect(&peer, &fd), ==, STATUS_OK);
    close(fd);
    peer.interface = INT_MAX;
    g_assert_cmpint(udp_connect(&peer, &fd), ==, STATUS_UNREACHABLE);
    peer.interface = -1;
    g_assert_cmpint(udp_connect(&peer, &fd), ==, STATUS_UNREACHABLE);
}

static void taken_address_is_told(void)
{
    Address address;
    int first, second = -1;

    g_assert_true(listen_on("127.0.0.1", &address, &first));
    g_assert_cmpint(udp_bind(&address, 0, &second), ==, STATUS_ADDRESS_IN_USE);
    close(first);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/udp/reply-leaves-from-the-queried-address",
                    reply_leaves_from_the_queried_address);
    g_test_add_func("/udp/reply-leaves-from-the-queried-address-v6",
                    reply_leaves_from_the_queried_address_v6);
    g_test_add_func("/udp/local-address-is-told-mapped", local_address_is_told_mapped);
    g_test_add_func("/udp/batches-keep-content-and-order", batches_keep_content_and_order);
    g_test_add_func("/udp/batch-follows-the-rate", batch_follows_the_rate);
    g_test_add_func("/udp/largest-packet-passes-and-larger-is-dropped",
                    largest_packet_passes_and_larger_is_dropped);
    g_test_add_func("/udp/closed-port-is-told-as-refused", closed_port_is_told_as_refused);
    g_test_add_func("/udp/socket-may-go-inside-the-callback", socket_may_go_inside_the_callback);
    g_test_add_func("/udp/absent-address-needs-freebind", absent_address_needs_freebind);
    g_test_add_func("/udp/link-that-is-gone-is-not-gone-around",
                    link_that_is_gone_is_not_gone_around);
    g_test_add_func("/udp/taken-address-is-told", taken_address_is_told);
    return g_test_run();
}
