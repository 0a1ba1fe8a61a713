/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listener.h"

#include "harness.h"
#include "log.h"
#include "udp.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MS 1000

static void set_up(Harness *harness, gconstpointer resolver_count)
{
    harness_set_up(harness, resolver_count);
    engine_apply(harness->engine, harness->plan);
}

static int tcp_client(const Harness *harness)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(connect(fd, &harness->address.socket.any, address_length(&harness->address)),
                    ==, 0);
    return fd;
}

static size_t frame_build(const Ask *ask, uint8_t *out, size_t capacity)
{
    size_t length = ask_build(ask, out + 2, capacity - 2);

    wire_put_u16(out, (uint16_t)length);
    return length + 2;
}

static void tcp_send(Harness *harness, int fd, const Ask *ask)
{
    uint8_t bytes[512];
    size_t length = frame_build(ask, bytes, sizeof bytes);

    g_assert_cmpint(send(fd, bytes, length, MSG_NOSIGNAL), ==, (gssize)length);
    harness_turn(harness);
}

/* One message, or false when none has come (or the end). */
static bool tcp_receive(int fd, Message *answer)
{
    static uint8_t bytes[65536];
    uint8_t prefix[2];

    if (recv(fd, prefix, 2, MSG_DONTWAIT) != 2)
        return false;
    g_assert_cmpint(recv(fd, bytes, wire_get_u16(prefix), MSG_WAITALL), ==, wire_get_u16(prefix));
    g_assert_cmpint(message_parse(answer, bytes, wire_get_u16(prefix)), ==, STATUS_OK);
    return true;
}

/* The same of one that the kernel has not taken as a whole. */
static bool tcp_receive_by_parts(Harness *harness, int fd, Message *answer)
{
    static uint8_t bytes[2 + 65535];
    size_t length = 0, wanted = 2;

    for (int tries = 0; length < wanted && tries < 1000; tries++) {
        gssize more = recv(fd, bytes + length, wanted - length, MSG_DONTWAIT);

        g_assert_cmpint(more, !=, 0);
        length += more > 0 ? (size_t)more : 0;
        if (length == 2 && wanted == 2)
            wanted += wire_get_u16(bytes);
        harness_turn(harness);
    }
    return length == wanted && message_parse(answer, bytes + 2, length - 2) == STATUS_OK;
}

static bool is_closed(int fd)
{
    uint8_t byte;
    gssize length = recv(fd, &byte, 1, MSG_DONTWAIT);

    return length == 0 || (length < 0 && errno == ECONNRESET);
}

static void udp_batch_is_answered(Harness *harness, gconstpointer unused)
{
    Message answer;

    for (uint16_t id = 0; id < 3 * UDP_BATCH; id++) {
        uint8_t bytes[512];
        size_t length =
            ask_build(&(Ask){.name = "localhost", .type = RRTYPE_A, .id = id}, bytes, sizeof bytes);
        g_assert_cmpint(send(harness->client, bytes, length, 0), ==, (gssize)length);
    }
    for (int i = 0; i < 3; i++)
        harness_turn(harness);
    for (uint16_t id = 0; id < 3 * UDP_BATCH; id++) {
        g_assert_true(harness_receive(harness, &answer));
        g_assert_cmpuint(answer.id, ==, id);
    }
}

static void tcp_answers_come_out_of_order(Harness *harness, gconstpointer unused)
{
    int fd = tcp_client(harness);
    Message answer;

    fake_servers[1].delay_us = 50 * MS;
    tcp_send(harness, fd, &(Ask){.name = "slow.example", .type = RRTYPE_A, .id = 1});
    fake_servers[1].delay_us = 10 * MS;
    tcp_send(harness, fd, &(Ask){.name = "fast.example", .type = RRTYPE_A, .id = 2});
    tcp_send(harness, fd, &(Ask){.name = "localhost", .type = RRTYPE_A, .id = 3});
    loop_advance(harness->loop, 60 * MS);
    for (unsigned i = 0; i < 3; i++) {
        static const uint16_t order[] = {3, 2, 1};

        g_assert_true(tcp_receive(fd, &answer));
        g_assert_cmpuint(answer.id, ==, order[i]);
    }
    close(fd);
}

static void tcp_answers_are_not_cut(Harness *harness, gconstpointer unused)
{
    int fd = tcp_client(harness);
    Message answer;

    fake_servers[1].copies = 1000;
    tcp_send(harness, fd, &(Ask){.name = "long.example", .type = RRTYPE_A});
    loop_advance(harness->loop, 15 * MS);
    g_assert_true(tcp_receive(fd, &answer));
    g_assert_false(answer.flags & MESSAGE_TC);
    g_assert_cmpuint(answer.answer_count, ==, 1001);
    close(fd);
}

static void keepalive_is_answered_on_tcp_only(Harness *harness, gconstpointer unused)
{
    Ask ask = {
        .name = "a.example", .type = RRTYPE_A, .udp_size = 1232, .option = EDNS_TCP_KEEPALIVE};
    int fd = tcp_client(harness);
    const uint8_t *option;
    Message answer;
    size_t length;

    tcp_send(harness, fd, &ask);
    loop_advance(harness->loop, 15 * MS);
    g_assert_true(tcp_receive(fd, &answer));
    option = edns_option(&answer, EDNS_TCP_KEEPALIVE, &length);
    g_assert_nonnull(option);
    g_assert_cmpuint(length, ==, 2);
    g_assert_cmpuint(wire_get_u16(option), ==, LISTENER_IDLE_US / 100000);
    harness_ask(harness, &ask, 15 * MS, &answer);
    g_assert_null(edns_option(&answer, EDNS_TCP_KEEPALIVE, &length));
    close(fd);
}

static void idle_connection_is_closed(Harness *harness, gconstpointer unused)
{
    int fd = tcp_client(harness);
    Message answer;

    tcp_send(harness, fd, &(Ask){.name = "localhost", .type = RRTYPE_A});
    g_assert_true(tcp_receive(fd, &answer));
    loop_advance(harness->loop, LISTENER_IDLE_US - 1);
    g_assert_false(is_closed(fd));
    loop_advance(harness->loop, 1);
    g_assert_true(is_closed(fd));
    close(fd);
}

static void trickle_keeps_no_connection_open(Harness *harness, gconstpointer unused)
{
    uint8_t bytes[512];
    int fd = tcp_client(harness);

    harness_turn(harness);
    frame_build(&(Ask){.name = "localhost", .type = RRTYPE_A}, bytes, sizeof bytes);
    for (size_t i = 0; i < 10; i++) {
        if (send(fd, bytes + i, 1, MSG_NOSIGNAL) != 1)
            break;
        harness_turn(harness);
        loop_advance(harness->loop, LISTENER_IDLE_US / 9);
    }
    g_assert_true(is_closed(fd));
    close(fd);
}

static void idle_connection_makes_room(Harness *harness, gconstpointer unused)
{
    int fds[140];
    Message answer;

    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = tcp_client(harness);
        harness_turn(harness);
    }
    g_assert_true(is_closed(fds[0]));
    tcp_send(harness, fds[139], &(Ask){.name = "localhost", .type = RRTYPE_A});
    g_assert_true(tcp_receive(fds[139], &answer));
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
}

static void connection_that_waits_makes_no_room(Harness *harness, gconstpointer unused)
{
    int fds[129];
    Message answer;

    for (uint16_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = tcp_client(harness);
        if (i < 128)
            tcp_send(harness, fds[i], &(Ask){.name = "a.example", .type = RRTYPE_A, .id = i});
    }
    harness_turn(harness);
    g_assert_true(is_closed(fds[128]));
    loop_advance(harness->loop, 15 * MS);
    for (uint16_t i = 0; i < 128; i++) {
        g_assert_true(tcp_receive(fds[i], &answer));
        g_assert_cmpuint(answer.id, ==, i);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
}

static void connection_that_waits_is_not_idle(Harness *harness, gconstpointer unused)
{
    int fd = tcp_client(harness);
    Message answer;

    harness->plan->client_patience_us = 2 * LISTENER_IDLE_US;
    fake_servers[1].delay_us = LISTENER_IDLE_US + 1000 * MS;
    tcp_send(harness, fd, &(Ask){.name = "a.example", .type = RRTYPE_A});
    loop_advance(harness->loop, LISTENER_IDLE_US + 1001 * MS);
    g_assert_true(tcp_receive(fd, &answer));
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
    close(fd);
}

/* Reads what the kernel still holds; true when the end comes behind it. */
static bool drain(int fd)
{
    static uint8_t bytes[65536];
    struct pollfd readable = {.fd = fd, .events = POLLIN};

    while (poll(&readable, 1, 1000) == 1) {
        if (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) <= 0)
            return true;
    }
    return false;
}

/* Answers are held for a client in memory up to a limit, not for ever. */
static void client_that_does_not_read_is_let_go(Harness *harness, gconstpointer unused)
{
    int fd = tcp_client(harness);
    Ask ask = {.name = "long.example", .type = RRTYPE_A};
    int now = 1;
    Message answer;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now); /* one query, one segment */
    fake_servers[1].copies = 1000;
    harness_ask(harness, &ask, 15 * MS, &answer); /* from the cache from here, 16 KiB each */
    for (int i = 0; i < 1000; i++) {
        uint8_t bytes[512];
        size_t length = frame_build(&ask, bytes, sizeof bytes);

        if (send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            break;
        loop_turn(harness->loop, 0);
    }
    harness_turn(harness);
    loop_advance(harness->loop, LISTENER_IDLE_US);
    g_assert_true(drain(fd));
    close(fd);
}

/* It asks all before it reads anything, as simple programs do. */
static void client_that_reads_late_gets_all(Harness *harness, gconstpointer unused)
{
    enum { COUNT = 300 };
    g_autoptr(GByteArray) sent = g_byte_array_new();
    int fd = tcp_client(harness);
    unsigned answered = 0;
    Ask ask = {.name = "long.example", .type = RRTYPE_A};
    Message answer;

    fake_servers[1].copies = 1000;
    harness_ask(harness, &ask, 15 * MS, &answer); /* from the cache from here, 16 KiB each */
    for (uint16_t i = 0; i < COUNT; i++) {
        uint8_t bytes[512];

        ask.id = i;
        g_byte_array_append(sent, bytes, (guint)frame_build(&ask, bytes, sizeof bytes));
    }
    g_assert_cmpint(send(fd, sent->data, sent->len, MSG_NOSIGNAL), ==, sent->len);
    for (int i = 0; i < 20; i++)
        harness_turn(harness);
    for (int turns = 0; answered < COUNT && turns < 10 * COUNT; turns++) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};

        harness_turn(harness);
        if (poll(&readable, 1, 10) == 1 && tcp_receive_by_parts(harness, fd, &answer))
            g_assert_cmpuint(answer.id, ==, answered++);
    }
    g_assert_cmpuint(answered, ==, COUNT);
    close(fd);
}

/* Descriptors have run out, and one client says nothing while another waits at the door. */
static void idle_connection_makes_room_for_want_of_descriptors(Harness *harness,
                                                               gconstpointer unused)
{
    int idle = tcp_client(harness), fd;
    struct rlimit limit, tight;
    Message answer;

    harness_turn(harness);
    fd = tcp_client(harness);
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    tight = limit;
    tight.rlim_cur = 3;
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &tight), ==, 0);
    log_set_level(LOG_LEVEL_ERROR);
    harness_turn(harness);
    g_assert_true(is_closed(idle));
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    loop_advance(harness->loop, 200 * MS);
    tcp_send(harness, fd, &(Ask){.name = "localhost", .type = RRTYPE_A});
    g_assert_true(tcp_receive(fd, &answer));
    close(idle);
    close(fd);
}

static void half_closed_client_gets_its_answer(Harness *harness, gconstpointer unused)
{
    int fd = tcp_client(harness);
    Message answer;

    tcp_send(harness, fd, &(Ask){.name = "a.example", .type = RRTYPE_A});
    shutdown(fd, SHUT_WR);
    harness_turn(harness);
    loop_advance(harness->loop, 15 * MS);
    g_assert_true(tcp_receive(fd, &answer));
    harness_turn(harness);
    g_assert_true(is_closed(fd));
    close(fd);
}

static void query_of_a_gone_client_is_dropped(Harness *harness, gconstpointer unused)
{
    int fd = tcp_client(harness);
    struct linger reset = {.l_onoff = 1};
    Stats stats;

    tcp_send(harness, fd, &(Ask){.name = "a.example", .type = RRTYPE_A});
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    harness_turn(harness);
    g_assert_cmpuint(fake_servers[1].cancelled, ==, 1);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.in_flight, ==, 0);
}

static bool admit_none(void *owner, int interface)
{
    *(int *)owner = interface;
    return false;
}

static void other_links_are_dropped_and_counted(Harness *harness, gconstpointer unused)
{
    int fd, seen = -1;
    Message answer;
    Stats stats;

    harness_listen(harness, admit_none, &seen);
    harness_send(harness, &(Ask){.name = "localhost", .type = RRTYPE_A});
    g_assert_false(harness_receive(harness, &answer));
    g_assert_cmpint(seen, ==, if_nametoindex("lo"));
    seen = -1;
    fd = tcp_client(harness);
    harness_turn(harness);
    g_assert_cmpint(seen, ==, if_nametoindex("lo"));
    g_assert_true(is_closed(fd));
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.refused_link, ==, 2);
    close(fd);
}

/* For the next process, which has the same socket. */
static void stopped_listener_leaves_queries_in_the_socket(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    harness_send(harness, &(Ask){.name = "before.example", .type = RRTYPE_A, .id = 1});
    engine_stop_listening(harness->engine);
    harness_send(harness, &(Ask){.name = "after.example", .type = RRTYPE_A, .id = 2});
    loop_advance(harness->loop, 15 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(answer.id, ==, 1);
    g_assert_false(harness_receive(harness, &answer));
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.queries, ==, 1);
    g_assert_cmpuint(stats.in_flight, ==, 0);
}

#define TEST(path, fn)                                                                             \
    g_test_add("/listener/" path, Harness, GUINT_TO_POINTER(1), set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    const struct rlimit descriptors = {.rlim_cur = 512, .rlim_max = 512}; /* clients: 128 */

    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &descriptors), ==, 0);
    TEST("udp-batch-is-answered", udp_batch_is_answered);
    TEST("tcp-answers-come-out-of-order", tcp_answers_come_out_of_order);
    TEST("tcp-answers-are-not-cut", tcp_answers_are_not_cut);
    TEST("keepalive-is-answered-on-tcp-only", keepalive_is_answered_on_tcp_only);
    TEST("idle-connection-is-closed", idle_connection_is_closed);
    TEST("trickle-keeps-no-connection-open", trickle_keeps_no_connection_open);
    TEST("idle-connection-makes-room", idle_connection_makes_room);
    TEST("connection-that-waits-makes-no-room", connection_that_waits_makes_no_room);
    TEST("connection-that-waits-is-not-idle", connection_that_waits_is_not_idle);
    TEST("client-that-does-not-read-is-let-go", client_that_does_not_read_is_let_go);
    TEST("client-that-reads-late-gets-all", client_that_reads_late_gets_all);
    TEST("idle-connection-makes-room-for-want-of-descriptors",
         idle_connection_makes_room_for_want_of_descriptors);
    TEST("half-closed-client-gets-its-answer", half_closed_client_gets_its_answer);
    TEST("query-of-a-gone-client-is-dropped", query_of_a_gone_client_is_dropped);
    TEST("other-links-are-dropped-and-counted", other_links_are_dropped_and_counted);
    TEST("stopped-listener-leaves-queries-in-the-socket",
         stopped_listener_leaves_queries_in_the_socket);
    return g_test_run();
}
