/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the proxy connects to: what is looked up by whom, and what may be reached. */
#include "proxy_scene.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- what is asked for ------------------------------------------------------------------------ */

static void bytes_may_come_one_by_one(ProxyScene *scene, gconstpointer data)
{
    g_autofree char *name = g_strdup("login.hotel.test");
    guint8 head[5] = {5, 1, 0, 3, (guint8)strlen(name)};
    guint8 tail[2] = {(guint8)(scene->port >> 8), (guint8)scene->port};
    int fd = proxy_scene_enter(scene);

    for (size_t i = 0; i < sizeof head; i++) {
        client_put(fd, &head[i], 1);
        proxy_scene_turn();
    }
    client_put(fd, name, strlen(name));
    client_put(fd, &tail[0], 1);
    proxy_scene_turn();
    client_put(fd, &tail[1], 1);
    client_expect_reply(fd, 0);
    client_expect_echo(fd);
    close(fd);
}

static void a_name_is_looked_up_by_the_helper_alone(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_enter(scene);

    client_ask_name(fd, "login.hotel.test", scene->port);
    client_expect_reply(fd, 0);
    client_expect_echo(fd);
    g_assert_cmpuint(scene->asked, ==, 1);
    close(fd);
}

static void a_number_is_looked_up_by_nobody(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_enter(scene);

    client_ask_name(fd, "127.0.0.1", scene->port);
    client_expect_reply(fd, 0);
    client_expect_echo(fd);
    g_assert_cmpuint(scene->asked, ==, 0);
    close(fd);
}

static void an_ipv4_address_is_connected_as_it_is(ProxyScene *scene, gconstpointer data)
{
    const guint8 request[10] = {
        5, 1, 0, 1, 127, 0, 0, 1, (guint8)(scene->port >> 8), (guint8)scene->port};
    int fd = proxy_scene_enter(scene);

    client_put(fd, request, sizeof request);
    client_expect_reply(fd, 0);
    client_expect_echo(fd);
    close(fd);
}

static void a_name_that_fails_is_unreachable(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_enter(scene);

    client_ask_name(fd, "no.hotel.test", 80);
    client_expect_reply(fd, 4);
    client_expect_end(fd);
}

static void what_is_no_name_is_not_looked_up(ProxyScene *scene, gconstpointer data)
{
    static const char *const names[] = {"", "a b", "a\nb", "\303\266", "a/b", "<x>"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        int fd = proxy_scene_enter(scene);

        client_ask_name(fd, names[i], 80);
        client_expect_reply(fd, 4);
        client_expect_end(fd);
    }
    g_assert_cmpuint(scene->asked, ==, 0);
}

/* --- what may be reached ---------------------------------------------------------------------- */

static void localhost_is_refused_unasked(ProxyScene *scene, gconstpointer data)
{
    static const char *const names[] = {"localhost", "LocalHost.", "cups.localhost"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        int fd = proxy_scene_enter(scene);

        client_ask_name(fd, names[i], scene->port);
        client_expect_reply(fd, 2);
        client_expect_end(fd);
    }
    g_assert_cmpuint(scene->asked, ==, 0);
}

static void a_name_of_a_refused_address_is_refused(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_enter(scene);

    client_ask_name(fd, "inside.hotel.test", scene->port);
    client_expect_reply(fd, 2);
    client_expect_end(fd);
}

static void a_refused_number_is_refused(ProxyScene *scene, gconstpointer data)
{
    static const guint8 request[22] = {5, 1, 0, 4, [19] = 1, [21] = 80};
    int fd = proxy_scene_enter(scene);

    client_ask_name(fd, "127.6.6.6", scene->port);
    client_expect_reply(fd, 2);
    client_expect_end(fd);
    fd = proxy_scene_enter(scene);
    client_put(fd, request, sizeof request);
    client_expect_reply(fd, 2);
    client_expect_end(fd);
}

static void the_addresses_allowed_are_tried(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_enter(scene);

    client_ask_name(fd, "mixed.hotel.test", scene->port);
    client_expect_reply(fd, 0);
    client_expect_echo(fd);
    close(fd);
}

static void a_closed_port_says_so(ProxyScene *scene, gconstpointer data)
{
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    guint16 port = g_socket_listener_add_any_inet_port(listener, NULL, NULL);
    int fd = proxy_scene_enter(scene);

    g_socket_listener_close(listener);
    client_ask_name(fd, "127.0.0.1", port);
    client_expect_reply(fd, 5);
    client_expect_end(fd);
}

/* A port of 127.0.0.9 where nothing answers and nothing refuses: its queue of connections that
 * nobody accepts is full, so the kernel drops what comes. */
static void black_hole(int fds[3], guint16 port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 8)};

    fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(fds[0], (const struct sockaddr *)&at, sizeof at), ==, 0);
    g_assert_cmpint(listen(fds[0], 0), ==, 0);
    for (int i = 1; i < 3; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (connect(fds[i], (const struct sockaddr *)&at, sizeof at) != 0)
            g_assert_cmpint(errno, ==, EINPROGRESS);
    }
}

static void a_black_hole_costs_little(ProxyScene *scene, gconstpointer data)
{
    gint64 start = g_get_monotonic_time();
    int hole[3], fd = proxy_scene_enter(scene);

    black_hole(hole, scene->port);
    client_ask_name(fd, "hole.hotel.test", scene->port);
    client_expect_reply(fd, 0);
    client_expect_echo(fd);
    g_assert_cmpint(g_get_monotonic_time() - start, >, 200 * 1000); /* it was one */
    g_assert_cmpint(g_get_monotonic_time() - start, <, 3 * G_USEC_PER_SEC);
    close(fd);
    for (int i = 0; i < 3; i++)
        close(hole[i]);
}

int main(int argc, char **argv)
{
    static const ProxyCase cases[] = {
        {"/proxy/bytes-may-come-one-by-one", bytes_may_come_one_by_one},
        {"/proxy/name-is-looked-up-by-helper-alone", a_name_is_looked_up_by_the_helper_alone},
        {"/proxy/number-is-looked-up-by-nobody", a_number_is_looked_up_by_nobody},
        {"/proxy/ipv4-address-is-connected-as-it-is", an_ipv4_address_is_connected_as_it_is},
        {"/proxy/name-that-fails-is-unreachable", a_name_that_fails_is_unreachable},
        {"/proxy/what-is-no-name-is-not-looked-up", what_is_no_name_is_not_looked_up},
        {"/proxy/localhost-is-refused-unasked", localhost_is_refused_unasked},
        {"/proxy/name-of-refused-address-is-refused", a_name_of_a_refused_address_is_refused},
        {"/proxy/refused-number-is-refused", a_refused_number_is_refused},
        {"/proxy/addresses-allowed-are-tried", the_addresses_allowed_are_tried},
        {"/proxy/closed-port-says-so", a_closed_port_says_so},
        {"/proxy/black-hole-costs-little", a_black_hole_costs_little},
    };

    return proxy_scene_run(argc, argv, cases, G_N_ELEMENTS(cases));
}
