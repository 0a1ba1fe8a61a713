/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outbox.h"

#include "wire.h"

#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MANY        (3 * UDP_BATCH + 5)
#define LONG_LENGTH 2000

/* An outbox and the socket that its datagrams go to. */
typedef struct Scene {
    Loop *loop;
    int far_fd;
    UdpSocket near;
    Outbox *outbox;
} Scene;

static void on_receive(void *owner, UdpPacket *packets, size_t count)
{
}

static void scene_open(Scene *scene)
{
    Address address;
    socklen_t size = sizeof address.socket;
    int fd;

    scene->loop = loop_new();
    g_assert_cmpint(address_parse("127.0.0.1:0", 0, &address), ==, STATUS_OK);
    g_assert_cmpint(udp_bind(&address, 0, &scene->far_fd), ==, STATUS_OK);
    g_assert_cmpint(getsockname(scene->far_fd, &address.socket.any, &size), ==, 0);
    g_assert_cmpint(udp_connect(&address, &fd), ==, STATUS_OK);
    g_assert_cmpint(udp_open(&scene->near, scene->loop, fd, on_receive, NULL, scene), ==,
                    STATUS_OK);
    scene->outbox = outbox_new(&scene->near);
}

static void scene_close(Scene *scene)
{
    outbox_free(scene->outbox);
    udp_clear(&scene->near);
    close(scene->far_fd);
    loop_free(scene->loop);
}

/* A datagram of `length` bytes that begins with `number`. */
static void put(Scene *scene, uint16_t number, size_t length)
{
    uint8_t *bytes = outbox_room(scene->outbox);

    memset(bytes, 0xee, length);
    wire_put_u16(bytes, number);
    outbox_add(scene->outbox, length);
}

/* Its length; -1: none has come. */
static ssize_t take(const Scene *scene, uint16_t *number)
{
    uint8_t bytes[OUTBOX_LONGEST];
    ssize_t length = recv(scene->far_fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (length >= 2)
        *number = wire_get_u16(bytes);
    return length;
}

static void expect(const Scene *scene, unsigned count, size_t length)
{
    uint16_t number;

    for (unsigned i = 0; i < count; i++) {
        g_assert_cmpint(take(scene, &number), ==, length);
        g_assert_cmpuint(number, ==, i);
    }
    g_assert_cmpint(take(scene, &number), ==, -1);
}

static void test_at_the_end_of_the_turn(void)
{
    Scene scene;
    uint16_t number;

    scene_open(&scene);
    put(&scene, 0, 100);
    put(&scene, 1, 100);
    g_assert_cmpint(take(&scene, &number), ==, -1);
    loop_turn(scene.loop, 0);
    expect(&scene, 2, 100);
    scene_close(&scene);
}

static void test_more_than_a_batch(void)
{
    Scene scene;

    scene_open(&scene);
    for (uint16_t i = 0; i < MANY; i++)
        put(&scene, i, 64);
    loop_turn(scene.loop, 0);
    expect(&scene, MANY, 64);
    scene_close(&scene);
}

/* Datagrams without checksums are among those that the kernel does not cut for us. */
static void test_more_than_a_batch_where_they_go_one_by_one(void)
{
    static const int on = 1;
    Scene scene;

    scene_open(&scene);
    g_assert_cmpint(setsockopt(scene.near.io.fd, SOL_SOCKET, SO_NO_CHECK, &on, sizeof on), ==, 0);
    for (uint16_t i = 0; i < MANY; i++)
        put(&scene, i, 64);
    loop_turn(scene.loop, 0);
    expect(&scene, MANY, 64);
    scene_close(&scene);
}

static void test_each_has_its_own_length(void)
{
    Scene scene;
    uint16_t number;

    scene_open(&scene);
    for (uint16_t i = 0; i < 40; i++)
        put(&scene, i, 64u + i % 20);
    loop_turn(scene.loop, 0);
    for (uint16_t i = 0; i < 40; i++) {
        g_assert_cmpint(take(&scene, &number), ==, 64 + i % 20);
        g_assert_cmpuint(number, ==, i);
    }
    scene_close(&scene);
}

static void test_there_is_room_for_the_longest(void)
{
    Scene scene;

    scene_open(&scene);
    for (uint16_t i = 0; i < 9; i++) {
        if (i == 8) /* after as much as can be gathered */
            memset(outbox_room(scene.outbox), 0xdd, OUTBOX_LONGEST);
        put(&scene, i, LONG_LENGTH);
    }
    loop_turn(scene.loop, 0);
    expect(&scene, 9, LONG_LENGTH);
    scene_close(&scene);
}

static void test_what_is_not_added_is_not_sent(void)
{
    Scene scene;

    scene_open(&scene);
    memset(outbox_room(scene.outbox), 0xaa, 50);
    put(&scene, 0, 70);
    loop_turn(scene.loop, 0);
    expect(&scene, 1, 70);
    scene_close(&scene);
}

static void test_too_long_to_be_kept_leaves_at_once(void)
{
    static uint8_t bytes[OUTBOX_LONGEST + 1];
    Scene scene;

    scene_open(&scene);
    outbox_copy(scene.outbox, &(UdpPacket){.bytes = bytes, .length = sizeof bytes});
    g_assert_cmpint(recv(scene.far_fd, bytes, sizeof bytes, MSG_DONTWAIT), ==, sizeof bytes);
    scene_close(&scene);
}

/* Many of one length would pass as one, to one peer. */
static void test_each_copy_goes_to_its_peer(void)
{
    Scene scene, other;
    Address peers[2];
    uint8_t bytes[100];

    scene_open(&scene);
    scene_open(&other);
    for (size_t i = 0; i < 2; i++) {
        socklen_t size = sizeof peers[i].socket;

        peers[i] = (Address){0};
        g_assert_cmpint(getsockname(i ? other.far_fd : scene.far_fd, &peers[i].socket.any, &size),
                        ==, 0);
    }
    for (uint16_t i = 0; i < 20; i++) {
        wire_put_u16(bytes, i / 2);
        outbox_copy(scene.outbox,
                    &(UdpPacket){.bytes = bytes, .length = sizeof bytes, .peer = peers[i % 2]});
    }
    outbox_flush(scene.outbox);
    expect(&scene, 10, sizeof bytes);
    expect(&other, 10, sizeof bytes);
    scene_close(&scene);
    scene_close(&other);
}

static void test_freed_before_the_end_of_the_turn(void)
{
    Scene scene;
    uint16_t number;

    scene_open(&scene);
    put(&scene, 0, 100);
    g_clear_pointer(&scene.outbox, outbox_free);
    loop_turn(scene.loop, 0);
    g_assert_cmpint(take(&scene, &number), ==, -1);
    scene_close(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/outbox/at-the-end-of-the-turn", test_at_the_end_of_the_turn);
    g_test_add_func("/outbox/more-than-a-batch", test_more_than_a_batch);
    g_test_add_func("/outbox/more-than-a-batch-where-they-go-one-by-one",
                    test_more_than_a_batch_where_they_go_one_by_one);
    g_test_add_func("/outbox/each-has-its-own-length", test_each_has_its_own_length);
    g_test_add_func("/outbox/there-is-room-for-the-longest", test_there_is_room_for_the_longest);
    g_test_add_func("/outbox/what-is-not-added-is-not-sent", test_what_is_not_added_is_not_sent);
    g_test_add_func("/outbox/too-long-to-be-kept-leaves-at-once",
                    test_too_long_to_be_kept_leaves_at_once);
    g_test_add_func("/outbox/each-copy-goes-to-its-peer", test_each_copy_goes_to_its_peer);
    g_test_add_func("/outbox/freed-before-the-end-of-the-turn",
                    test_freed_before_the_end_of_the_turn);
    return g_test_run();
}
