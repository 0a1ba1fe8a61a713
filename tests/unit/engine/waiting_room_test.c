/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "waiting_room.h"

#include "harness.h"

#include <sys/socket.h>
#include <unistd.h>

#define MS     1000
#define PLACES 40
#define SHARE  30 /* of the places, for one client */
#define ROOM   90 /* the same of the room */

static void set_up(Harness *harness, gconstpointer resolver_count)
{
    harness_set_up(harness, resolver_count);
    harness->plan->max_queries = PLACES;
    engine_apply(harness->engine, harness->plan);
}

static void send_from(Harness *harness, int fd, unsigned number)
{
    g_autofree char *name = g_strdup_printf("n%u.example", number);
    uint8_t bytes[512];
    size_t length = ask_build(&(Ask){.name = name, .type = RRTYPE_A, .id = (uint16_t)number}, bytes,
                              sizeof bytes);

    g_assert_cmpint(send(fd, bytes, length, 0), ==, (gssize)length);
    harness_turn(harness);
}

/* Takes all the places that it may have, of a resolver that says nothing. */
static void stall(Harness *harness)
{
    fake_servers[1].silent = true;
    for (unsigned i = 0; i < SHARE; i++)
        send_from(harness, harness->client, i);
    loop_advance(harness->loop, 600 * MS);
}

typedef struct Count {
    unsigned good, refused;
} Count;

static Count receive_all(Harness *harness)
{
    Count count = {0};
    Message answer;

    while (harness_receive(harness, &answer)) {
        if (message_rcode(&answer) == RCODE_NOERROR)
            count.good++;
        else
            count.refused++;
    }
    return count;
}

static uint64_t in_flight(const Harness *harness)
{
    Stats stats;

    engine_stats(harness->engine, &stats);
    return stats.in_flight;
}

/* The one that failed before: what came after the stall was refused for what had come in it. */
static void what_comes_in_a_stall_is_answered_after_it(Harness *harness, gconstpointer unused)
{
    Count count;

    stall(harness);
    for (unsigned i = 0; i < ROOM; i++)
        send_from(harness, harness->client, 100 + i);
    g_assert_cmpuint(in_flight(harness), ==, SHARE);
    g_assert_cmpuint(receive_all(harness).refused, ==, 0);
    fake_servers[1].silent = false;
    engine_reconnect(harness->engine); /* or the transport asks again by itself */
    for (unsigned i = 0; i < 20; i++) {
        loop_advance(harness->loop, 15 * MS);
        g_assert_cmpuint(in_flight(harness), <=, SHARE);
    }
    count = receive_all(harness);
    g_assert_cmpuint(count.good, ==, SHARE + ROOM);
    g_assert_cmpuint(count.refused, ==, 0);
}

/* The first answers are there, and all places still taken. */
static void room_is_open_until_it_is_calm(Harness *harness, gconstpointer unused)
{
    stall(harness);
    for (unsigned i = 0; i < SHARE; i++)
        send_from(harness, harness->client, 100 + i);
    fake_servers[1].silent = false;
    engine_reconnect(harness->engine);
    loop_advance(harness->loop, 11 * MS);
    g_assert_cmpuint(receive_all(harness).good, ==, SHARE);
    for (unsigned i = 0; i < SHARE; i++)
        send_from(harness, harness->client, 200 + i);
    g_assert_cmpuint(receive_all(harness).refused, ==, 0);
    loop_advance(harness->loop, 30 * MS);
    g_assert_cmpuint(receive_all(harness).good, ==, 2 * SHARE);
}

static void room_has_an_end(Harness *harness, gconstpointer unused)
{
    stall(harness);
    for (unsigned i = 0; i < ROOM + 5; i++)
        send_from(harness, harness->client, 100 + i);
    g_assert_cmpuint(receive_all(harness).refused, ==, 5);
}

static void others_find_room(Harness *harness, gconstpointer unused)
{
    int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    uint8_t bytes[512];

    g_assert_cmpint(connect(other, &harness->address.socket.any, address_length(&harness->address)),
                    ==, 0);
    stall(harness);
    for (unsigned i = 0; i < ROOM; i++)
        send_from(harness, harness->client, 100 + i);
    for (unsigned i = 0; i < 10; i++) /* its places, and then its part of the room */
        send_from(harness, other, 300 + i);
    g_assert_cmpint(recv(other, bytes, sizeof bytes, MSG_DONTWAIT), ==, -1);
    close(other);
}

static void waiting_ends_with_the_clients_patience(Harness *harness, gconstpointer unused)
{
    Count count;

    stall(harness);
    for (unsigned i = 0; i < 10; i++)
        send_from(harness, harness->client, 100 + i);
    loop_advance(harness->loop, 3900 * MS);
    g_assert_cmpuint(receive_all(harness).refused, ==, SHARE);
    loop_advance(harness->loop, 599 * MS);
    g_assert_cmpuint(receive_all(harness).refused, ==, 0);
    loop_advance(harness->loop, 1 * MS);
    count = receive_all(harness);
    g_assert_cmpuint(count.refused, ==, 10);
    g_assert_cmpuint(in_flight(harness), ==, 0);
}

/* There is no reason to wait: answers come, there are only too many questions. */
static void nobody_waits_while_answers_come(Harness *harness, gconstpointer unused)
{
    stall(harness);
    send_from(harness, harness->client, 100);
    fake_servers[1].silent = false;
    engine_reconnect(harness->engine);
    loop_advance(harness->loop, 1000 * MS);
    g_assert_cmpuint(receive_all(harness).good, ==, SHARE + 1);
    fake_servers[1].silent = true;
    for (unsigned i = 0; i < SHARE + 5; i++)
        send_from(harness, harness->client, 400 + i);
    g_assert_cmpuint(receive_all(harness).refused, ==, 5);
}

/* A name that the server of one network was to see is not shown to the next network's, nor what
 * was to be encrypted, where that one claims it. */
static void names_stay_with_their_network(Harness *harness, gconstpointer unused)
{
    Name suffix;
    Message answer;
    unsigned others = 0, refused = 0;

    g_assert_cmpint(name_parse("n500.example", &suffix), ==, STATUS_OK);
    plan_add_route(harness->plan, &suffix, ROUTE_NETWORK, harness->plan->resolvers[0]);
    engine_apply(harness->engine, harness->plan);
    stall(harness);
    for (unsigned i = 498; i < 502; i++)
        send_from(harness, harness->client, i);
    fake_servers[1].silent = false;
    engine_network_changed(harness->engine, "elsewhere");
    for (int i = 0; i < 5; i++)
        loop_advance(harness->loop, 15 * MS);
    while (harness_receive(harness, &answer)) {
        if (message_rcode(&answer) != RCODE_NOERROR) {
            g_assert_cmpuint(answer.id, ==, 500);
            refused++;
        } else {
            others++;
        }
    }
    g_assert_cmpuint(refused, ==, 1);
    g_assert_cmpuint(others, ==, SHARE + 3);
}

static void client_that_goes_leaves_the_room(Harness *harness, gconstpointer unused)
{
    const struct linger reset = {.l_onoff = 1};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(connect(fd, &harness->address.socket.any, address_length(&harness->address)),
                    ==, 0);
    fake_servers[1].silent = true;
    for (unsigned i = 0; i < SHARE + 10; i++) {
        g_autofree char *name = g_strdup_printf("t%u.example", i);
        uint8_t bytes[512];
        size_t length = ask_build(&(Ask){.name = name, .type = RRTYPE_A}, bytes + 2, 510);

        wire_put_u16(bytes, (uint16_t)length);
        g_assert_cmpint(send(fd, bytes, length + 2, MSG_NOSIGNAL), ==, (gssize)length + 2);
        harness_turn(harness);
        if (i == SHARE - 1)
            loop_advance(harness->loop, 600 * MS);
    }
    g_assert_cmpuint(in_flight(harness), ==, SHARE);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    harness_turn(harness);
    g_assert_cmpuint(in_flight(harness), ==, 0);
    loop_advance(harness->loop, 5000 * MS); /* nobody is left to be answered */
}

static void end_leaves_nobody(Harness *harness, gconstpointer unused)
{
    stall(harness);
    for (unsigned i = 0; i < 10; i++)
        send_from(harness, harness->client, 100 + i);
}

#define TEST(path, fn)                                                                             \
    g_test_add("/waiting-room/" path, Harness, GUINT_TO_POINTER(1), set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("what-comes-in-a-stall-is-answered-after-it", what_comes_in_a_stall_is_answered_after_it);
    TEST("room-is-open-until-it-is-calm", room_is_open_until_it_is_calm);
    TEST("room-has-an-end", room_has_an_end);
    TEST("others-find-room", others_find_room);
    TEST("waiting-ends-with-the-clients-patience", waiting_ends_with_the_clients_patience);
    TEST("nobody-waits-while-answers-come", nobody_waits_while_answers_come);
    TEST("names-stay-with-their-network", names_stay_with_their_network);
    TEST("client-that-goes-leaves-the-room", client_that_goes_leaves_the_room);
    TEST("end-leaves-nobody", end_leaves_nobody);
    return g_test_run();
}
