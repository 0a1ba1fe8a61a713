/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The proxy through real sockets on loopback: a client that speaks SOCKS byte by byte, the proxy,
 * and a server, all in one main context. Names come from a table. Nothing here may ask the system
 * for a name: getaddrinfo, which every way of GIO ends in, is replaced by one that fails the test.
 */
#include "proxy.h"
#include "proxy_session.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_US (20 * G_USEC_PER_SEC)

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    g_error("the system was asked for %s", node);
    return EAI_FAIL;
}

/* --- the scene ------------------------------------------------------------------------------- */

typedef struct Scene {
    SignInProxy *proxy;
    GSocketService *server;
    guint16 port; /* the server's */
    guint asked;  /* how often a name was looked up */
    GTask *slow;  /* a look-up without an answer yet */
    char user[65], password[65];
    guint16 proxy_port;
} Scene;

static void resolve_async(gpointer self, const char *name, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
    Scene *scene = self;
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

static void set_up(Scene *scene, gconstpointer data)
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

static void tear_down(Scene *scene, gconstpointer data)
{
    g_clear_pointer(&scene->proxy, signin_proxy_free);
    g_socket_service_stop(scene->server);
    g_socket_listener_close(G_SOCKET_LISTENER(scene->server));
    g_object_unref(scene->server);
    while (g_main_context_iteration(NULL, FALSE))
        ; /* connections end in the loop */
}

/* --- a client -------------------------------------------------------------------------------- */

static int connect_client(Scene *scene)
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
static void turn(void)
{
    if (!g_main_context_iteration(NULL, FALSE))
        g_usleep(1000);
}

static void put(int fd, const void *bytes, size_t count)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;
    size_t sent = 0;

    while (sent < count) {
        ssize_t now = send(fd, (const guint8 *)bytes + sent, count - sent, MSG_NOSIGNAL);
        if (now > 0)
            sent += (size_t)now;
        else
            turn();
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

/* What comes, until there are `count` bytes or the end; how many there were. */
static size_t get(int fd, void *bytes, size_t count)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;
    size_t received = 0;

    while (received < count) {
        ssize_t now = recv(fd, (guint8 *)bytes + received, count - received, 0);
        if (now > 0)
            received += (size_t)now;
        else if (now == 0 || errno == ECONNRESET)
            break;
        else
            turn();
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    return received;
}

static void expect(int fd, const void *bytes, size_t count)
{
    g_autofree guint8 *received = g_malloc(count);
    size_t length = get(fd, received, count);

    g_assert_cmpmem(received, length, bytes, count);
}

static void expect_end(int fd)
{
    guint8 byte;

    g_assert_cmpuint(get(fd, &byte, 1), ==, 0);
    close(fd);
}

static void put_password(int fd, const char *user, const char *password)
{
    g_autoptr(GByteArray) message = g_byte_array_new();
    guint8 version = 1, lengths[2] = {(guint8)strlen(user), (guint8)strlen(password)};

    g_byte_array_append(message, &version, 1);
    g_byte_array_append(message, &lengths[0], 1);
    g_byte_array_append(message, (const guint8 *)user, lengths[0]);
    g_byte_array_append(message, &lengths[1], 1);
    g_byte_array_append(message, (const guint8 *)password, lengths[1]);
    put(fd, message->data, message->len);
}

/* A client that was let in. */
static int enter(Scene *scene)
{
    int fd = connect_client(scene);

    put(fd, "\5\2\0\2", 4);
    expect(fd, "\5\2", 2);
    put_password(fd, scene->user, scene->password);
    expect(fd, "\1\0", 2);
    return fd;
}

static void ask_name(int fd, const char *name, guint16 port)
{
    guint8 head[5] = {5, 1, 0, 3, (guint8)strlen(name)};
    guint8 tail[2] = {(guint8)(port >> 8), (guint8)port};

    put(fd, head, sizeof head);
    put(fd, name, strlen(name));
    put(fd, tail, sizeof tail);
}

static void expect_reply(int fd, guint8 code)
{
    const guint8 reply[10] = {5, code, 0, 1};

    expect(fd, reply, sizeof reply);
}

static void expect_echo(int fd)
{
    put(fd, "GET /", 5);
    expect(fd, "GET /", 5);
}

/* --- who may come in ---------------------------------------------------------------------------
 */

static void the_right_password_comes_in(Scene *scene, gconstpointer data)
{
    close(enter(scene));
}

static void a_client_without_password_is_refused(Scene *scene, gconstpointer data)
{
    int fd = connect_client(scene);

    put(fd, "\5\1\0", 3);
    expect(fd, "\5\377", 2);
    expect_end(fd);
}

static void a_wrong_password_is_refused(Scene *scene, gconstpointer data)
{
    int fd = connect_client(scene);

    scene->password[63] ^= 1;
    put(fd, "\5\1\2", 3);
    expect(fd, "\5\2", 2);
    put_password(fd, scene->user, scene->password);
    expect(fd, "\1\1", 2);
    expect_end(fd);
}

static void a_wrong_user_is_refused(Scene *scene, gconstpointer data)
{
    int fd = connect_client(scene);

    put(fd, "\5\1\2", 3);
    expect(fd, "\5\2", 2);
    put_password(fd, "", scene->password);
    expect(fd, "\1\1", 2);
    expect_end(fd);
}

static void a_shorter_password_is_refused(Scene *scene, gconstpointer data)
{
    int fd = connect_client(scene);

    scene->password[63] = '\0';
    put(fd, "\5\1\2", 3);
    expect(fd, "\5\2", 2);
    put_password(fd, scene->user, scene->password);
    expect(fd, "\1\1", 2);
    expect_end(fd);
}

static void secrets_differ_each_time(Scene *scene, gconstpointer data)
{
    Scene other = {0};

    set_up(&other, NULL);
    g_assert_cmpstr(scene->user, !=, other.user);
    g_assert_cmpstr(scene->password, !=, other.password);
    tear_down(&other, NULL);
}

static void a_request_before_the_password_is_dropped(Scene *scene, gconstpointer data)
{
    int fd = connect_client(scene);

    put(fd, "\5\1\2", 3);
    expect(fd, "\5\2", 2);
    put(fd, "\5\1\0\1\177\0\0\1\0\120", 10);
    expect_end(fd);
}

/* --- what is asked for -------------------------------------------------------------------------
 */

static void another_version_is_dropped(Scene *scene, gconstpointer data)
{
    int fd = connect_client(scene);

    put(fd, "\4\1\0\120\177\0\0\1\0", 9); /* SOCKS 4 */
    expect_end(fd);
}

static void http_is_dropped(Scene *scene, gconstpointer data)
{
    int fd = connect_client(scene);

    put(fd, "GET http://login.hotel.test/ HTTP/1.1\r\n\r\n", 41);
    expect_end(fd);
}

static void other_commands_are_refused(Scene *scene, gconstpointer data)
{
    for (char command = 2; command <= 3; command++) { /* BIND, UDP ASSOCIATE */
        const char request[10] = {5, command, 0, 1, 127, 0, 0, 1, 0, 80};
        int fd = enter(scene);

        put(fd, request, sizeof request);
        expect_reply(fd, 7);
        expect_end(fd);
    }
}

static void other_kinds_of_address_are_refused(Scene *scene, gconstpointer data)
{
    int fd = enter(scene);

    put(fd, "\5\1\0\2", 4);
    expect_reply(fd, 8);
    expect_end(fd);
}

static void bytes_may_come_one_by_one(Scene *scene, gconstpointer data)
{
    g_autofree char *name = g_strdup("login.hotel.test");
    guint8 head[5] = {5, 1, 0, 3, (guint8)strlen(name)};
    guint8 tail[2] = {(guint8)(scene->port >> 8), (guint8)scene->port};
    int fd = enter(scene);

    for (size_t i = 0; i < sizeof head; i++) {
        put(fd, &head[i], 1);
        turn();
    }
    put(fd, name, strlen(name));
    put(fd, &tail[0], 1);
    turn();
    put(fd, &tail[1], 1);
    expect_reply(fd, 0);
    expect_echo(fd);
    close(fd);
}

static void a_name_is_looked_up_by_the_helper_alone(Scene *scene, gconstpointer data)
{
    int fd = enter(scene);

    ask_name(fd, "login.hotel.test", scene->port);
    expect_reply(fd, 0);
    expect_echo(fd);
    g_assert_cmpuint(scene->asked, ==, 1);
    close(fd);
}

static void a_number_is_looked_up_by_nobody(Scene *scene, gconstpointer data)
{
    int fd = enter(scene);

    ask_name(fd, "127.0.0.1", scene->port);
    expect_reply(fd, 0);
    expect_echo(fd);
    g_assert_cmpuint(scene->asked, ==, 0);
    close(fd);
}

static void an_ipv4_address_is_connected_as_it_is(Scene *scene, gconstpointer data)
{
    const guint8 request[10] = {
        5, 1, 0, 1, 127, 0, 0, 1, (guint8)(scene->port >> 8), (guint8)scene->port};
    int fd = enter(scene);

    put(fd, request, sizeof request);
    expect_reply(fd, 0);
    expect_echo(fd);
    close(fd);
}

static void a_name_that_fails_is_unreachable(Scene *scene, gconstpointer data)
{
    int fd = enter(scene);

    ask_name(fd, "no.hotel.test", 80);
    expect_reply(fd, 4);
    expect_end(fd);
}

static void what_is_no_name_is_not_looked_up(Scene *scene, gconstpointer data)
{
    static const char *const names[] = {"", "a b", "a\nb", "\303\266", "a/b", "<x>"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        int fd = enter(scene);

        ask_name(fd, names[i], 80);
        expect_reply(fd, 4);
        expect_end(fd);
    }
    g_assert_cmpuint(scene->asked, ==, 0);
}

/* --- what may be reached ------------------------------------------------------------------------
 */

static void localhost_is_refused_unasked(Scene *scene, gconstpointer data)
{
    static const char *const names[] = {"localhost", "LocalHost.", "cups.localhost"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        int fd = enter(scene);

        ask_name(fd, names[i], scene->port);
        expect_reply(fd, 2);
        expect_end(fd);
    }
    g_assert_cmpuint(scene->asked, ==, 0);
}

static void a_name_of_a_refused_address_is_refused(Scene *scene, gconstpointer data)
{
    int fd = enter(scene);

    ask_name(fd, "inside.hotel.test", scene->port);
    expect_reply(fd, 2);
    expect_end(fd);
}

static void a_refused_number_is_refused(Scene *scene, gconstpointer data)
{
    static const guint8 request[22] = {5, 1, 0, 4, [19] = 1, [21] = 80};
    int fd = enter(scene);

    ask_name(fd, "127.6.6.6", scene->port);
    expect_reply(fd, 2);
    expect_end(fd);
    fd = enter(scene);
    put(fd, request, sizeof request);
    expect_reply(fd, 2);
    expect_end(fd);
}

static void the_addresses_allowed_are_tried(Scene *scene, gconstpointer data)
{
    int fd = enter(scene);

    ask_name(fd, "mixed.hotel.test", scene->port);
    expect_reply(fd, 0);
    expect_echo(fd);
    close(fd);
}

static void a_closed_port_says_so(Scene *scene, gconstpointer data)
{
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    guint16 port = g_socket_listener_add_any_inet_port(listener, NULL, NULL);
    int fd = enter(scene);

    g_socket_listener_close(listener);
    ask_name(fd, "127.0.0.1", port);
    expect_reply(fd, 5);
    expect_end(fd);
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

static void a_black_hole_costs_little(Scene *scene, gconstpointer data)
{
    gint64 start = g_get_monotonic_time();
    int hole[3], fd = enter(scene);

    black_hole(hole, scene->port);
    ask_name(fd, "hole.hotel.test", scene->port);
    expect_reply(fd, 0);
    expect_echo(fd);
    g_assert_cmpint(g_get_monotonic_time() - start, >, 200 * 1000); /* it was one */
    g_assert_cmpint(g_get_monotonic_time() - start, <, 3 * G_USEC_PER_SEC);
    close(fd);
    for (int i = 0; i < 3; i++)
        close(hole[i]);
}

/* --- bytes, ends and crowds ---------------------------------------------------------------------
 */

static void the_end_of_one_way_leaves_the_other(Scene *scene, gconstpointer data)
{
    int fd = enter(scene);

    ask_name(fd, "login.hotel.test", scene->port);
    expect_reply(fd, 0);
    put(fd, "question", 8);
    shutdown(fd, SHUT_WR);
    expect(fd, "question", 8);
    expect_end(fd);
}

static void much_comes_back_as_it_went(Scene *scene, gconstpointer data)
{
    g_autoptr(GByteArray) sent = g_byte_array_sized_new(300 * 1000);
    int fd = enter(scene);

    for (guint32 i = 0; i < 75000; i++)
        g_byte_array_append(sent, (const guint8 *)&i, sizeof i);
    ask_name(fd, "login.hotel.test", scene->port);
    expect_reply(fd, 0);
    for (guint at = 0; at < sent->len; at += 10000) {
        put(fd, sent->data + at, 10000);
        expect(fd, sent->data + at, 10000);
    }
    close(fd);
}

static void wait_for_count(Scene *scene, guint count)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;

    while (signin_proxy_count(scene->proxy) != count) {
        turn();
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

static void many_are_served_at_once(Scene *scene, gconstpointer data)
{
    int fds[100];

    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = enter(scene);
        ask_name(fds[i], "login.hotel.test", scene->port);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        expect_reply(fds[i], 0);
        expect_echo(fds[i]);
    }
    g_assert_cmpuint(signin_proxy_count(scene->proxy), ==, 100);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
    wait_for_count(scene, 0);
}

static void too_many_are_turned_away(Scene *scene, gconstpointer data)
{
    int fds[SIGNIN_PROXY_LIMIT];

    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        fds[i] = connect_client(scene);
    wait_for_count(scene, SIGNIN_PROXY_LIMIT);
    expect_end(connect_client(scene));
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
    wait_for_count(scene, 0);
    close(enter(scene));
}

static void closing_the_proxy_closes_its_connections(Scene *scene, gconstpointer data)
{
    int served = enter(scene), greeted = connect_client(scene), waiting = enter(scene);

    ask_name(served, "login.hotel.test", scene->port);
    expect_reply(served, 0);
    ask_name(waiting, "slow.test", scene->port);
    wait_for_count(scene, 3);
    while (scene->asked < 2)
        turn();
    g_clear_pointer(&scene->proxy, signin_proxy_free);
    expect_end(served);
    expect_end(greeted);
    g_assert_true(g_task_return_error_if_cancelled(scene->slow)); /* as a call on the bus does */
    g_clear_object(&scene->slow);
    expect_end(waiting);
}

/* ------------------------------------------------------------------------------------------------
 */

typedef struct Case {
    const char *path;
    void (*run)(Scene *scene, gconstpointer data);
} Case;

int main(int argc, char **argv)
{
    static const Case cases[] = {
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
        {"/proxy/end-of-one-way-leaves-the-other", the_end_of_one_way_leaves_the_other},
        {"/proxy/much-comes-back-as-it-went", much_comes_back_as_it_went},
        {"/proxy/many-are-served-at-once", many_are_served_at_once},
        {"/proxy/too-many-are-turned-away", too_many_are_turned_away},
        {"/proxy/closing-closes-connections", closing_the_proxy_closes_its_connections},
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_test_add(cases[i].path, Scene, NULL, set_up, cases[i].run, tear_down);
    return g_test_run();
}
