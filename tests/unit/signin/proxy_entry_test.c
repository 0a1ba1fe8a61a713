/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may come in, and what is no request of theirs. */
#include "proxy_scene.h"

#include <string.h>
#include <unistd.h>

static void the_right_password_comes_in(ProxyScene *scene, gconstpointer data)
{
    close(proxy_scene_enter(scene));
}

static void a_client_without_password_is_refused(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_connect(scene);

    client_put(fd, "\5\1\0", 3);
    client_expect(fd, "\5\377", 2);
    client_expect_end(fd);
}

static void a_wrong_password_is_refused(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_connect(scene);

    scene->password[63] ^= 1;
    client_put(fd, "\5\1\2", 3);
    client_expect(fd, "\5\2", 2);
    client_put_password(fd, scene->user, scene->password);
    client_expect(fd, "\1\1", 2);
    client_expect_end(fd);
}

static void a_wrong_user_is_refused(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_connect(scene);

    client_put(fd, "\5\1\2", 3);
    client_expect(fd, "\5\2", 2);
    client_put_password(fd, "", scene->password);
    client_expect(fd, "\1\1", 2);
    client_expect_end(fd);
}

static void a_shorter_password_is_refused(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_connect(scene);

    scene->password[63] = '\0';
    client_put(fd, "\5\1\2", 3);
    client_expect(fd, "\5\2", 2);
    client_put_password(fd, scene->user, scene->password);
    client_expect(fd, "\1\1", 2);
    client_expect_end(fd);
}

static void secrets_differ_each_time(ProxyScene *scene, gconstpointer data)
{
    ProxyScene other = {0};

    proxy_scene_set_up(&other, NULL);
    g_assert_cmpstr(scene->user, !=, other.user);
    g_assert_cmpstr(scene->password, !=, other.password);
    proxy_scene_tear_down(&other, NULL);
}

static void a_request_before_the_password_is_dropped(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_connect(scene);

    client_put(fd, "\5\1\2", 3);
    client_expect(fd, "\5\2", 2);
    client_put(fd, "\5\1\0\1\177\0\0\1\0\120", 10);
    client_expect_end(fd);
}

static void another_version_is_dropped(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_connect(scene);

    client_put(fd, "\4\1\0\120\177\0\0\1\0", 9); /* SOCKS 4 */
    client_expect_end(fd);
}

static void http_is_dropped(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_connect(scene);

    client_put(fd, "GET http://login.hotel.test/ HTTP/1.1\r\n\r\n", 41);
    client_expect_end(fd);
}

static void other_commands_are_refused(ProxyScene *scene, gconstpointer data)
{
    for (char command = 2; command <= 3; command++) { /* BIND, UDP ASSOCIATE */
        const char request[10] = {5, command, 0, 1, 127, 0, 0, 1, 0, 80};
        int fd = proxy_scene_enter(scene);

        client_put(fd, request, sizeof request);
        client_expect_reply(fd, 7);
        client_expect_end(fd);
    }
}

static void other_kinds_of_address_are_refused(ProxyScene *scene, gconstpointer data)
{
    int fd = proxy_scene_enter(scene);

    client_put(fd, "\5\1\0\2", 4);
    client_expect_reply(fd, 8);
    client_expect_end(fd);
}

int main(int argc, char **argv)
{
    static const ProxyCase cases[] = {
        {"/proxy/right-password-comes-in", the_right_password_comes_in},
        {"/proxy/client-without-password-is-refused", a_client_without_password_is_refused},
        {"/proxy/wrong-password-is-refused", a_wrong_password_is_refused},
        {"/proxy/wrong-user-is-refused", a_wrong_user_is_refused},
        {"/proxy/shorter-password-is-refused", a_shorter_password_is_refused},
        {"/proxy/secrets-differ-each-time", secrets_differ_each_time},
        {"/proxy/request-before-password-is-dropped", a_request_before_the_password_is_dropped},
        {"/proxy/another-version-is-dropped", another_version_is_dropped},
        {"/proxy/http-is-dropped", http_is_dropped},
        {"/proxy/other-commands-are-refused", other_commands_are_refused},
        {"/proxy/other-kinds-of-address-are-refused", other_kinds_of_address_are_refused},
    };

    return proxy_scene_run(argc, argv, cases, G_N_ELEMENTS(cases));
}
