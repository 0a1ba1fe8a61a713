/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream.h"
#include "udp.h"

#include <glib.h>
#include <net/if.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATIENCE_US (10 * G_USEC_PER_SEC)

/* One end of a connection, and what its owner saw. */
typedef struct End {
    Stream *stream;
    GByteArray *bytes;
    guint connected, ended, closed;
    Status status;
    bool close_on_connect, close_on_receive, close_on_close, in_call;
} End;

unsigned reads; /* system calls; not static, for the C library declares recv() inline */

/* In the place of the C library's. */
ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    reads++;
    return syscall(SYS_recvfrom, fd, bytes, size, flags, NULL, NULL);
}

static void end_stop(End *end)
{
    stream_close(g_steal_pointer(&end->stream));
}

static void on_connected(void *owner)
{
    End *end = owner;

    g_assert_false(end->in_call);
    end->connected++;
    if (end->close_on_connect)
        end_stop(end);
}

static void on_received(void *owner, const uint8_t *bytes, size_t length)
{
    End *end = owner;

    g_byte_array_append(end->bytes, bytes, (guint)length);
    if (end->close_on_receive)
        end_stop(end);
}

static void on_ended(void *owner)
{
    End *end = owner;

    end->ended++;
}

static void on_closed(void *owner, Status status)
{
    End *end = owner;

    g_assert_false(end->in_call);
    g_assert_cmpuint(end->closed, ==, 0);
    end->closed++;
    end->status = status;
    if (end->close_on_close)
        end_stop(end);
}

static const StreamEvents events = {on_connected, on_received, NULL, on_closed};
static const StreamEvents events_half_close = {on_connected, on_received, on_ended, on_closed};

typedef struct Pair {
    Loop *loop;
    int listener;
    Address address;
    End client, server;
} Pair;

static void pair_listen(Pair *pair, const char *text)
{
    socklen_t length = sizeof pair->address;

    *pair = (Pair){.loop = loop_new()};
    pair->client.bytes = g_byte_array_new();
    pair->server.bytes = g_byte_array_new();
    g_assert_cmpint(address_parse(text, 0, &pair->address), ==, STATUS_OK);
    g_assert_cmpint(tcp_bind(&pair->address, 0, &pair->listener), ==, STATUS_OK);
    g_assert_cmpint(getsockname(pair->listener, &pair->address.socket.any, &length), ==, 0);
}

static void pair_connect(Pair *pair)
{
    pair->client.in_call = true;
    pair->client.stream = tcp_connect(pair->loop, &pair->address, &events, &pair->client);
    pair->client.in_call = false;
}

static void pair_accept(Pair *pair, const StreamEvents *server_events)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    int fd = -1, interface = -1;
    Address peer;

    while (tcp_accept(pair->listener, &fd, &peer, &interface) == STATUS_AGAIN &&
           g_get_monotonic_time() < until_us)
        loop_turn(pair->loop, 1000);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(interface, ==, (int)if_nametoindex("lo"));
    g_assert_true(address_same_host(&peer, &pair->address));
    pair->server.stream = tcp_adopt(pair->loop, fd, server_events, &pair->server);
}

static void pair_clear(Pair *pair)
{
    end_stop(&pair->client);
    end_stop(&pair->server);
    g_byte_array_unref(pair->client.bytes);
    g_byte_array_unref(pair->server.bytes);
    close(pair->listener);
    loop_free(pair->loop);
}

#define turn_until(pair, condition)                                                                \
    do {                                                                                           \
        int64_t until_us = g_get_monotonic_time() + PATIENCE_US;                                   \
        while (!(condition) && g_get_monotonic_time() < until_us)                                  \
            loop_turn((pair)->loop, 10000);                                                        \
        g_assert_true(condition);                                                                  \
    } while (0)

static void write_text(End *end, const char *text)
{
    end->in_call = true;
    g_assert_cmpint(stream_write(end->stream, (const uint8_t *)text, strlen(text)), ==, STATUS_OK);
    end->in_call = false;
}

static void assert_bytes(const End *end, const char *text)
{
    g_assert_cmpmem(end->bytes->data, end->bytes->len, text, strlen(text));
}

static void assert_both_ways(const char *listen_text)
{
    Pair pair;

    pair_listen(&pair, listen_text);
    pair_connect(&pair);
    write_text(&pair.client, "before, "); /* waits for the connection */
    pair_accept(&pair, &events);
    turn_until(&pair, pair.client.connected == 1);
    write_text(&pair.client, "after");
    write_text(&pair.server, "reply");
    turn_until(&pair, pair.server.bytes->len == 13 && pair.client.bytes->len == 5);
    assert_bytes(&pair.server, "before, after");
    assert_bytes(&pair.client, "reply");
    g_assert_cmpuint(pair.server.connected, ==, 0);
    pair_clear(&pair);
}

static void both_ways_v4(void)
{
    assert_both_ways("127.0.0.1");
}

static void both_ways_v6(void)
{
    if (if_nametoindex("lo") == 0 || access("/proc/net/if_inet6", R_OK) != 0)
        g_test_skip("no IPv6 here");
    else
        assert_both_ways("::1");
}

static void refused_comes_through_closed(void)
{
    Pair pair;

    pair_listen(&pair, "127.0.0.1");
    close(pair.listener);
    pair.client.close_on_close = true;
    pair_connect(&pair);
    turn_until(&pair, pair.client.closed == 1);
    g_assert_cmpint(pair.client.status, ==, STATUS_REFUSED);
    g_assert_cmpuint(pair.client.connected, ==, 0);
    pair.listener = -1;
    pair_clear(&pair);
}

static void immediate_failure_comes_through_closed(void)
{
    Pair pair;

    pair_listen(&pair, "127.0.0.1");
    g_assert_cmpint(address_parse("255.255.255.255", 53, &pair.address), ==, STATUS_OK);
    pair_connect(&pair);
    g_assert_cmpint(stream_write(pair.client.stream, (const uint8_t *)"x", 1), ==, STATUS_CLOSED);
    turn_until(&pair, pair.client.closed == 1);
    g_assert_cmpint(pair.client.status, ==, STATUS_UNREACHABLE);
    pair_clear(&pair);
}

static void orderly_end_is_closed(void)
{
    Pair pair;

    pair_listen(&pair, "127.0.0.1");
    pair_connect(&pair);
    pair_accept(&pair, &events);
    write_text(&pair.server, "last words");
    end_stop(&pair.server);
    turn_until(&pair, pair.client.closed == 1);
    g_assert_cmpint(pair.client.status, ==, STATUS_CLOSED);
    assert_bytes(&pair.client, "last words");
    g_assert_cmpint(stream_write(pair.client.stream, (const uint8_t *)"x", 1), ==, STATUS_CLOSED);
    pair_clear(&pair);
}

/* A client that shuts its sending side still gets its answer. */
static void half_closed_peer_is_answered(void)
{
    Pair pair;
    char answer[16] = "";
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    pair_listen(&pair, "127.0.0.1");
    g_assert_cmpint(connect(fd, &pair.address.socket.any, address_length(&pair.address)), ==, 0);
    g_assert_cmpint(send(fd, "query", 5, 0), ==, 5);
    g_assert_cmpint(shutdown(fd, SHUT_WR), ==, 0);
    pair_accept(&pair, &events_half_close);
    turn_until(&pair, pair.server.ended == 1);
    assert_bytes(&pair.server, "query");
    loop_turn(pair.loop, 0);
    g_assert_cmpuint(pair.server.closed, ==, 0);
    write_text(&pair.server, "answer");
    g_assert_cmpint(recv(fd, answer, sizeof answer, 0), ==, 6);
    g_assert_cmpstr(answer, ==, "answer");
    close(fd);
    pair_clear(&pair);
}

static void queue_has_a_limit_and_drains(void)
{
    Pair pair;
    g_autofree uint8_t *block = g_malloc0(64 * 1024);
    size_t written = 0;
    Status status;

    for (size_t i = 0; i < 64 * 1024; i++)
        block[i] = (uint8_t)(i * 7);
    pair_listen(&pair, "127.0.0.1");
    pair_connect(&pair);
    turn_until(&pair, pair.client.connected == 1);
    while ((status = stream_write(pair.client.stream, block, 64 * 1024)) == STATUS_OK)
        written += 64 * 1024;
    g_assert_cmpint(status, ==, STATUS_LIMIT);
    g_assert_cmpuint(stream_queued(pair.client.stream), >, STREAM_QUEUE_LIMIT);
    g_assert_cmpuint(stream_queued(pair.client.stream), <=, STREAM_QUEUE_LIMIT + 64 * 1024);

    pair_accept(&pair, &events);
    turn_until(&pair, pair.server.bytes->len == written);
    for (size_t i = 0; i < written; i++)
        if (pair.server.bytes->data[i] != block[i % (64 * 1024)])
            g_error("byte %zu differs", i);
    g_assert_cmpuint(stream_queued(pair.client.stream), ==, 0);
    pair_clear(&pair);
}

static void stream_may_go_inside_each_callback(void)
{
    for (int which = 0; which < 3; which++) {
        Pair pair;

        pair_listen(&pair, "127.0.0.1");
        pair.client.close_on_connect = which == 0;
        pair.client.close_on_receive = which == 1;
        pair.client.close_on_close = which == 2;
        pair_connect(&pair);
        pair_accept(&pair, &events);
        write_text(&pair.server, "text");
        if (which == 2)
            end_stop(&pair.server);
        turn_until(&pair, pair.client.stream == NULL);
        pair_clear(&pair);
    }
}

/* What is short has all that there is; what comes behind it is read in another turn. */
static void short_read_is_the_only_one(void)
{
    Pair pair;

    pair_listen(&pair, "127.0.0.1:0");
    pair_connect(&pair);
    pair_accept(&pair, &events);
    turn_until(&pair, pair.client.connected == 1);
    reads = 0;
    for (guint i = 1; i <= 3; i++) {
        write_text(&pair.server, "x");
        turn_until(&pair, pair.client.bytes->len == i);
        g_assert_cmpuint(reads, ==, i);
    }
    end_stop(&pair.server);
    turn_until(&pair, pair.client.closed == 1);
    g_assert_cmpint(pair.client.status, ==, STATUS_CLOSED);
    pair_clear(&pair);
}

static void reset_while_writing_is_reported_once(void)
{
    Pair pair;
    struct linger hard = {.l_onoff = 1};
    int fd = -1, interface;
    Address peer;

    pair_listen(&pair, "127.0.0.1");
    pair_connect(&pair);
    turn_until(&pair, pair.client.connected == 1);
    turn_until(&pair, fd >= 0 || tcp_accept(pair.listener, &fd, &peer, &interface) == STATUS_OK);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(fd);
    for (int i = 0; i < 3; i++) /* callbacks from inside would fail in on_closed */
        (void)!stream_write(pair.client.stream, (const uint8_t *)"x", 1);
    turn_until(&pair, pair.client.closed == 1);
    g_assert_cmpint(pair.client.status, !=, STATUS_OK);
    pair_clear(&pair);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/both-ways-v4", both_ways_v4);
    g_test_add_func("/tcp/both-ways-v6", both_ways_v6);
    g_test_add_func("/tcp/refused-comes-through-closed", refused_comes_through_closed);
    g_test_add_func("/tcp/immediate-failure-comes-through-closed",
                    immediate_failure_comes_through_closed);
    g_test_add_func("/tcp/orderly-end-is-closed", orderly_end_is_closed);
    g_test_add_func("/tcp/half-closed-peer-is-answered", half_closed_peer_is_answered);
    g_test_add_func("/tcp/queue-has-a-limit-and-drains", queue_has_a_limit_and_drains);
    g_test_add_func("/tcp/stream-may-go-inside-each-callback", stream_may_go_inside_each_callback);
    g_test_add_func("/tcp/short-read-is-the-only-one", short_read_is_the_only_one);
    g_test_add_func("/tcp/reset-while-writing-is-reported-once",
                    reset_while_writing_is_reported_once);
    return g_test_run();
}
