/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What UDP clients are answered that had to wait, and in how many system calls: a listener without
 * an engine, which holds everyone and answers when the test says so.
 */
#include "listener.h"

#include "udp.h"
#include "wire.h"

#include <glib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    CLIENTS_MAX = 3 * UDP_BATCH,
    LENGTH = 60, /* of a question and of its answer, which is the same */
};

typedef struct Scene {
    Loop *loop;
    Listener *listener;
    LoopDefer answering;
    Address address; /* of the listener */
    int fd;          /* a client's */
    Client held[CLIENTS_MAX];
    unsigned count;
} Scene;

static unsigned sends; /* system calls */

/* In the place of the C library's. */
int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    sends++;
    return (int)syscall(SYS_sendmmsg, fd, messages, count, flags);
}

static void on_gone(Client *held)
{
}

static bool admit(void *owner, int interface)
{
    return true;
}

static size_t hold(void *owner, const Client *client, const uint8_t *bytes, size_t length,
                   uint8_t *out, size_t capacity)
{
    Scene *scene = owner;

    g_assert_cmpuint(wire_get_u16(bytes), ==, scene->count);
    client_hold(&scene->held[scene->count++], client, on_gone);
    return 0;
}

static void answer_all(void *owner)
{
    Scene *scene = owner;

    for (uint16_t i = 0; i < scene->count; i++) {
        uint8_t bytes[LENGTH] = {0};

        wire_put_u16(bytes, i);
        client_reply(&scene->held[i], bytes, sizeof bytes);
    }
    scene->count = 0;
}

static const ListenerEvents events = {.admit = admit, .received = hold};

static void scene_open(Scene *scene, const char *address)
{
    socklen_t size = sizeof scene->address.socket;
    int fd;

    *scene = (Scene){.loop = loop_new()};
    g_assert_cmpint(address_parse(address, 0, &scene->address), ==, STATUS_OK);
    g_assert_cmpint(udp_bind(&scene->address, 0, &fd), ==, STATUS_OK);
    g_assert_cmpint(getsockname(fd, &scene->address.socket.any, &size), ==, 0);
    g_assert_cmpint(listener_open(scene->loop, fd, -1, &events, scene, &scene->listener), ==,
                    STATUS_OK);
    loop_defer_init(&scene->answering, scene->loop, answer_all, scene);
    scene->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(scene->fd, >=, 0);
}

static void scene_close(Scene *scene)
{
    listener_close(scene->listener);
    close(scene->fd);
    loop_free(scene->loop);
}

/* The listener gets them, and holds the clients. */
static void ask(Scene *scene, unsigned count, const char *address)
{
    Address to;

    g_assert_cmpint(address_parse(address, address_port(&scene->address), &to), ==, STATUS_OK);
    for (unsigned last = scene->count + count, i = scene->count; i < last; i++) {
        uint8_t bytes[LENGTH] = {0};

        wire_put_u16(bytes, (uint16_t)i);
        g_assert_cmpint(
            sendto(scene->fd, bytes, sizeof bytes, 0, &to.socket.any, address_length(&to)), ==,
            sizeof bytes);
    }
    loop_turn(scene->loop, 0);
    sends = 0;
}

/* The number of the next answer, and where it comes from; -1: there is none. */
static int take(const Scene *scene, char from[ADDRESS_MAX_TEXT])
{
    uint8_t bytes[LENGTH];
    Address address = {0};
    socklen_t size = sizeof address.socket;

    if (recvfrom(scene->fd, bytes, sizeof bytes, MSG_DONTWAIT, &address.socket.any, &size) !=
        sizeof bytes)
        return -1;
    address_format_host(&address, from);
    return wire_get_u16(bytes);
}

static void expect(const Scene *scene, unsigned first, unsigned count, const char *address)
{
    char from[ADDRESS_MAX_TEXT];

    for (unsigned i = first; i < first + count; i++) {
        g_assert_cmpint(take(scene, from), ==, i);
        g_assert_cmpstr(from, ==, address);
    }
}

static void expect_no_more(const Scene *scene)
{
    char from[ADDRESS_MAX_TEXT];

    g_assert_cmpint(take(scene, from), ==, -1);
}

static void test_those_of_one_turn_leave_in_one_call(void)
{
    Scene scene;

    scene_open(&scene, "127.0.0.1:0");
    ask(&scene, UDP_BATCH - 1, "127.0.0.1");
    answer_all(&scene);
    expect_no_more(&scene);
    loop_turn(scene.loop, 0);
    g_assert_cmpuint(sends, ==, 1);
    expect(&scene, 0, UDP_BATCH - 1, "127.0.0.1");
    scene_close(&scene);
}

static void test_no_more_than_a_batch_is_kept(void)
{
    Scene scene;

    scene_open(&scene, "127.0.0.1:0");
    ask(&scene, 2 * UDP_BATCH + 1, "127.0.0.1");
    answer_all(&scene);
    g_assert_cmpuint(sends, ==, 2);
    expect(&scene, 0, 2 * UDP_BATCH, "127.0.0.1");
    expect_no_more(&scene);
    loop_turn(scene.loop, 0);
    expect(&scene, 2 * UDP_BATCH, 1, "127.0.0.1");
    scene_close(&scene);
}

/* As those are that fail, and those that the end of a connection's turn brings. */
static void test_no_turn_is_waited_for(void)
{
    Scene scene;

    scene_open(&scene, "127.0.0.1:0");
    ask(&scene, 3, "127.0.0.1");
    loop_defer_schedule(&scene.answering);
    loop_turn(scene.loop, 0);
    expect(&scene, 0, 3, "127.0.0.1");
    g_assert_cmpint(loop_wait_us(scene.loop), ==, -1);
    scene_close(&scene);
}

static void test_each_comes_from_where_it_was_asked(void)
{
    Scene scene;

    scene_open(&scene, "0.0.0.0:0");
    ask(&scene, 2, "127.0.0.2");
    ask(&scene, 2, "127.0.0.3");
    answer_all(&scene);
    loop_turn(scene.loop, 0);
    g_assert_cmpuint(sends, ==, 1);
    expect(&scene, 0, 2, "127.0.0.2");
    expect(&scene, 2, 2, "127.0.0.3");
    scene_close(&scene);
}

/* One that has no port is refused by the kernel; it stops in the middle of what it was given. */
static void test_one_that_fails_loses_no_other(void)
{
    Scene scene;

    scene_open(&scene, "127.0.0.1:0");
    ask(&scene, 8, "127.0.0.1");
    scene.held[0].peer.socket.v4.sin_port = 0;
    scene.held[5].peer.socket.v4.sin_port = 0;
    answer_all(&scene);
    loop_turn(scene.loop, 0);
    expect(&scene, 1, 4, "127.0.0.1");
    expect(&scene, 6, 2, "127.0.0.1");
    expect_no_more(&scene);
    scene_close(&scene);
}

static void test_client_that_has_left_loses_no_other(void)
{
    Scene scene;
    int left;

    scene_open(&scene, "127.0.0.1:0");
    left = scene.fd;
    ask(&scene, 3, "127.0.0.1");
    scene.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ask(&scene, 3, "127.0.0.1");
    close(left);
    answer_all(&scene);
    loop_turn(scene.loop, 0);
    expect(&scene, 3, 3, "127.0.0.1");
    scene_close(&scene);
}

static void test_they_leave_before_the_listener_closes(void)
{
    Scene scene;

    scene_open(&scene, "127.0.0.1:0");
    ask(&scene, 4, "127.0.0.1");
    answer_all(&scene);
    g_clear_pointer(&scene.listener, listener_close);
    expect(&scene, 0, 4, "127.0.0.1");
    loop_turn(scene.loop, 0);
    expect_no_more(&scene);
    scene_close(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replies/those-of-one-turn-leave-in-one-call",
                    test_those_of_one_turn_leave_in_one_call);
    g_test_add_func("/replies/no-more-than-a-batch-is-kept", test_no_more_than_a_batch_is_kept);
    g_test_add_func("/replies/no-turn-is-waited-for", test_no_turn_is_waited_for);
    g_test_add_func("/replies/each-comes-from-where-it-was-asked",
                    test_each_comes_from_where_it_was_asked);
    g_test_add_func("/replies/one-that-fails-loses-no-other", test_one_that_fails_loses_no_other);
    g_test_add_func("/replies/client-that-has-left-loses-no-other",
                    test_client_that_has_left_loses_no_other);
    g_test_add_func("/replies/they-leave-before-the-listener-closes",
                    test_they_leave_before_the_listener_closes);
    return g_test_run();
}
