/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nothing here may ask the system for a name: getaddrinfo, which every way of GIO ends in, is
 * replaced by one that fails the test.
 */
#include "proxy_scene.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    g_error("the system was asked for %s", node);
    return EAI_FAIL;
}

/* --- the scene ------------------------------------------------------------------------------- */

static void resolve_async(gpointer self, const char *name, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
    ProxyScene *scene = self;
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);

    scene->asked++;
    g_task_set_task_data(task, g_strdup(name), g_free);
    if (strcmp(name, "slow.test") == 0)
        scene->slow = g_steal_pointer(&task);
    else
        g_task_return_boolean(task, TRUE);
}

static void add(GPtrArray *addresses, const char *address)
{
    g_ptr_array_add(addresses, g_inet_address_new_from_string(address));
}

static GPtrArray *resolve_finish(gpointer self, GAsyncResult *result, GError **error)
{
    const char *name = g_task_get_task_data(G_TASK(result));
    GPtrArray *addresses;

    if (!g_task_propagate_boolean(G_TASK(result), error))
        return NULL;
    addresses = g_ptr_array_new_with_free_func(g_object_unref);
    if (strcmp(name, "login.hotel.test") == 0) {
        add(addresses, "127.0.0.1");
    } else if (strcmp(name, "hole.hotel.test") == 0) {
        add(addresses, "127.0.0.9"); /* the server listens at 127.0.0.1 only, see black_hole() */
        add(addresses, "127.0.0.1");
    } else if (strcmp(name, "mixed.hotel.test") == 0) {
        add(addresses, "127.6.6.6"); /* refused, see is_refused() */
        add(addresses, "127.0.0.1");
    } else if (strcmp(name, "inside.hotel.test") == 0) {
        add(addresses, "127.6.6.6");
    } else {
        g_clear_pointer(&addresses, g_ptr_array_unref);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no %s.", name);
    }
    return addresses;
}

/* The real rule refuses all of loopback, where these tests live; off_limits_test.c has it. */
static gboolean is_refused(GInetAddress *address)
{
    g_autofree char *text = g_inet_address_to_string(address);

    return strcmp(text, "127.6.6.6") == 0 || strcmp(text, "::1") == 0;
}

static void on_echo_done(GObject *source, GAsyncResult *result, gpointer connection)
{
    g_output_stream_splice_finish(G_OUTPUT_STREAM(source), result, NULL);
    g_object_unref(connection);
}

/* Sends back what it gets; its own end only after the other's. */
static gboolean on_server_connection(GSocketService *service, GSocketConnection *connection,
                                     GObject *source, gpointer data)
{
    GIOStream *stream = G_IO_STREAM(g_object_ref(connection));

    g_output_stream_splice_async(
        g_io_stream_get_output_stream(stream), g_io_stream_get_input_stream(stream),
        G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
        G_PRIORITY_DEFAULT, NULL, on_echo_done, stream);
    return TRUE;
}

void proxy_scene_set_up(ProxyScene *scene, gconstpointer data)
{
    const SignInNames names = {resolve_async, resolve_finish, is_refused, scene};
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) wanted = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) given = NULL;
    unsigned proxy_port;
    GError *error = NULL;

    scene->server = g_socket_service_new();
    g_signal_connect(scene->server, "incoming", G_CALLBACK(on_server_connection), NULL);
    g_socket_listener_add_address(G_SOCKET_LISTENER(scene->server), wanted, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, &given, &error);
    g_assert_no_error(error);
    scene->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(given));
    scene->proxy = signin_proxy_new(&names, &error);
    g_assert_no_error(error);
    g_assert_cmpint(sscanf(signin_proxy_uri(scene->proxy),
                           "socks5://%64[0-9a-f]:%64[0-9a-f]@127.0.0.1:%u", scene->user,
                           scene->password, &proxy_port),
                    ==, 3);
    scene->proxy_port = (guint16)proxy_port;
}

void proxy_scene_tear_down(ProxyScene *scene, gconstpointer data)
{
    g_clear_pointer(&scene->proxy, signin_proxy_free);
    g_socket_service_stop(scene->server);
    g_socket_listener_close(G_SOCKET_LISTENER(scene->server));
    g_object_unref(scene->server);
    while (g_main_context_iteration(NULL, FALSE))
        ; /* connections end in the loop */
}

/* --- a client -------------------------------------------------------------------------------- */

int proxy_scene_connect(ProxyScene *scene)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(scene->proxy_port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    g_assert_cmpint(fd, >=, 0);
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) != 0)
        g_assert_cmpint(errno, ==, EINPROGRESS);
    return fd;
}

/* One turn of the loop that the proxy lives in, or a millisecond when there is nothing to do. */
void proxy_scene_turn(void)
{
    if (!g_main_context_iteration(NULL, FALSE))
        g_usleep(1000);
}

void client_put(int fd, const void *bytes, size_t count)
{
    gint64 end = g_get_monotonic_time() + PROXY_PATIENCE_US;
    size_t sent = 0;

    while (sent < count) {
        ssize_t now = send(fd, (const guint8 *)bytes + sent, count - sent, MSG_NOSIGNAL);
        if (now > 0)
            sent += (size_t)now;
        else
            proxy_scene_turn();
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

/* What comes, until there are `count` bytes or the end; how many there were. */
static size_t client_get(int fd, void *bytes, size_t count)
{
    gint64 end = g_get_monotonic_time() + PROXY_PATIENCE_US;
    size_t received = 0;

    while (received < count) {
        ssize_t now = recv(fd, (guint8 *)bytes + received, count - received, 0);
        if (now > 0)
            received += (size_t)now;
        else if (now == 0 || errno == ECONNRESET)
            break;
        else
            proxy_scene_turn();
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    return received;
}

void client_expect(int fd, const void *bytes, size_t count)
{
    g_autofree guint8 *received = g_malloc(count);
    size_t length = client_get(fd, received, count);

    g_assert_cmpmem(received, length, bytes, count);
}

void client_expect_end(int fd)
{
    guint8 byte;

    g_assert_cmpuint(client_get(fd, &byte, 1), ==, 0);
    close(fd);
}

void client_put_password(int fd, const char *user, const char *password)
{
    g_autoptr(GByteArray) message = g_byte_array_new();
    guint8 version = 1, lengths[2] = {(guint8)strlen(user), (guint8)strlen(password)};

    g_byte_array_append(message, &version, 1);
    g_byte_array_append(message, &lengths[0], 1);
    g_byte_array_append(message, (const guint8 *)user, lengths[0]);
    g_byte_array_append(message, &lengths[1], 1);
    g_byte_array_append(message, (const guint8 *)password, lengths[1]);
    client_put(fd, message->data, message->len);
}

/* A client that was let in. */
int proxy_scene_enter(ProxyScene *scene)
{
    int fd = proxy_scene_connect(scene);

    client_put(fd, "\5\2\0\2", 4);
    client_expect(fd, "\5\2", 2);
    client_put_password(fd, scene->user, scene->password);
    client_expect(fd, "\1\0", 2);
    return fd;
}

void client_ask_name(int fd, const char *name, guint16 port)
{
    guint8 head[5] = {5, 1, 0, 3, (guint8)strlen(name)};
    guint8 tail[2] = {(guint8)(port >> 8), (guint8)port};

    client_put(fd, head, sizeof head);
    client_put(fd, name, strlen(name));
    client_put(fd, tail, sizeof tail);
}

void client_expect_reply(int fd, guint8 code)
{
    const guint8 reply[10] = {5, code, 0, 1};

    client_expect(fd, reply, sizeof reply);
}

void client_expect_echo(int fd)
{
    client_put(fd, "GET /", 5);
    client_expect(fd, "GET /", 5);
}

int proxy_scene_run(int argc, char **argv, const ProxyCase *cases, size_t count)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < count; i++)
        g_test_add(cases[i].path, ProxyScene, NULL, proxy_scene_set_up, cases[i].run,
                   proxy_scene_tear_down);
    return g_test_run();
}
