/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections of the proxy: bytes, ends and crowds. */
#include "proxy_scene.h"
#include "proxy_session.h"

#include <sys/socket.h>
#include <unistd.h>

static void the_end_of_one_way_leaves_the_other(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_enter(scene);

    client_ask_name(fd, "login.hotel.test", scene->port);
    client_expect_reply(fd, 0);
    client_put(fd, "question", 8);
    shutdown(fd, SHUT_WR);
    client_expect(fd, "question", 8);
    client_expect_end(fd);
}

static void much_comes_back_as_it_went(ProxyScene *scene, gconstpointer data)
{
    g_autoptr(GByteArray) sent = g_byte_array_sized_new(300 * 1000);
    int fd = proxy_scene_enter(scene);

    for (guint32 i = 0; i < 75000; i++)
        g_byte_array_append(sent, (const guint8 *)&i, sizeof i);
    client_ask_name(fd, "login.hotel.test", scene->port);
    client_expect_reply(fd, 0);
    for (guint at = 0; at < sent->len; at += 10000) {
        client_put(fd, sent->data + at, 10000);
        client_expect(fd, sent->data + at, 10000);
    }
    close(fd);
}

static void wait_for_count(ProxyScene *scene, guint count)
{
    gint64 end = g_get_monotonic_time() + PROXY_PATIENCE_US;

    while (signin_proxy_count(scene->proxy) != count) {
        proxy_scene_turn();
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

static void many_are_served_at_once(ProxyScene *scene, gconstpointer data)
{
    int fds[100];

    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = proxy_scene_enter(scene);
        client_ask_name(fds[i], "login.hotel.test", scene->port);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        client_expect_reply(fds[i], 0);
        client_expect_echo(fds[i]);
    }
    g_assert_cmpuint(signin_proxy_count(scene->proxy), ==, 100);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
    wait_for_count(scene, 0);
}

static void too_many_are_turned_away(ProxyScene *scene, gconstpointer data)
{
    int fds[SIGNIN_PROXY_LIMIT];

    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        fds[i] = proxy_scene_connect(scene);
    wait_for_count(scene, SIGNIN_PROXY_LIMIT);
    client_expect_end(proxy_scene_connect(scene));
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
    wait_for_count(scene, 0);
    close(proxy_scene_enter(scene));
}

static void closing_the_proxy_closes_its_connections(ProxyScene *scene, gconstpointer data)
{
    int served = proxy_scene_enter(scene), greeted = proxy_scene_connect(scene),
        waiting = proxy_scene_enter(scene);

    client_ask_name(served, "login.hotel.test", scene->port);
    client_expect_reply(served, 0);
    client_ask_name(waiting, "slow.test", scene->port);
    wait_for_count(scene, 3);
    while (scene->asked < 2)
        proxy_scene_turn();
    g_clear_pointer(&scene->proxy, signin_proxy_free);
    client_expect_end(served);
    client_expect_end(greeted);
    g_assert_true(g_task_return_error_if_cancelled(scene->slow)); /* as a call on the bus does */
    g_clear_object(&scene->slow);
    client_expect_end(waiting);
}

int main(int argc, char **argv)
{
    static const ProxyCase cases[] = {
        {"/proxy/end-of-one-way-leaves-the-other", the_end_of_one_way_leaves_the_other},
        {"/proxy/much-comes-back-as-it-went", much_comes_back_as_it_went},
        {"/proxy/many-are-served-at-once", many_are_served_at_once},
        {"/proxy/too-many-are-turned-away", too_many_are_turned_away},
        {"/proxy/closing-closes-connections", closing_the_proxy_closes_its_connections},
    };

    return proxy_scene_run(argc, argv, cases, G_N_ELEMENTS(cases));
}
