/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS client streams with a server of the right certificate: resumption, ends, long writes. */
#include "tls.h"

#include "log.h"
#include "tls_client.h"

#include <string.h>
#include <unistd.h>

static void no_alpn_in_answer_still_connects(void)
{
    TlsTarget target = {.host = "dns.example", .alpn = "dot"};
    TlsServer server = echo_server(tls_fixture.good);
    TlsClient client;

    server.alpn = NULL;
    tls_server_start(&server);
    tls_client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.connected == 1);
    g_assert_cmpstr(client.facts.alpn, ==, "");
    tls_client_clear(&client);
    tls_server_stop(&server);
}

/* One connection; returns whether it was resumed. */
static bool connect_once(const TlsServer *server, TlsSession *session)
{
    static const TlsTarget target = {.host = "dns.example", .alpn = "dot"};
    TlsClient client;

    tls_client_connect(&client, server, &target, session);
    turn_until(&client, client.received->len == 5);
    tls_client_write(&client, "x"); /* its answer comes behind any ticket */
    turn_until(&client, client.received->len == 6);
    bool resumed = client.facts.resumed;
    tls_client_clear(&client);
    return resumed;
}

static void assert_resumption(const char *priorities)
{
    TlsServer server = echo_server(tls_fixture.good);
    TlsSession session = {0};

    server.priorities = priorities;
    tls_server_start(&server);
    g_assert_false(connect_once(&server, &session));
    g_assert_nonnull(session.data);
    g_assert_true(connect_once(&server, &session));
    g_assert_nonnull(session.data);
    g_assert_true(connect_once(&server, &session));
    tls_session_clear(&session);
    g_assert_false(connect_once(&server, &session));
    tls_session_clear(&session);
    tls_server_stop(&server);
    g_assert_cmpint(server.resumed, ==, 2);
}

static void second_connection_is_resumed(void)
{
    assert_resumption("NORMAL:-VERS-ALL:+VERS-TLS1.3");
}

static void second_connection_is_resumed_tls12(void)
{
    assert_resumption("NORMAL:-VERS-ALL:+VERS-TLS1.2");
}

static void resumed_peer_is_checked_again(void)
{
    TlsServer server = echo_server(tls_fixture.good);
    TlsSession session = {0};
    TlsTarget target = {.host = "other.example", .alpn = "dot"};
    TlsClient client;

    tls_server_start(&server);
    g_assert_false(connect_once(&server, &session));
    tls_client_connect(&client, &server, &target, &session);
    turn_until(&client, client.closed == 1);
    g_assert_cmpint(client.status, ==, STATUS_CERT_NAME);
    tls_client_clear(&client);
    tls_session_clear(&session);
    tls_server_stop(&server);
}

/* RFC 8446 §C.4: used twice, it would tie two connections together for who watches. */
static void ticket_is_used_once(void)
{
    TlsServer server = echo_server(tls_fixture.good);
    TlsSession session = {0};
    TlsTarget target = {.host = "dns.example", .alpn = "dot"};
    TlsClient client;

    tls_server_start(&server);
    g_assert_false(connect_once(&server, &session));
    g_assert_nonnull(session.data);
    tls_client_connect(&client, &server, &target, &session);
    g_assert_null(session.data);
    tls_client_clear(&client);
    tls_server_stop(&server);
}

static void garbage_session_is_ignored(void)
{
    TlsServer server = echo_server(tls_fixture.good);
    TlsSession session = {g_memdup2("nonsense", 8), 8};

    tls_server_start(&server);
    g_assert_false(connect_once(&server, &session));
    tls_session_clear(&session);
    tls_server_stop(&server);
}

static void old_versions_are_refused(void)
{
    TlsServer server = echo_server(tls_fixture.good);
    TlsTarget target = {.host = "dns.example"};
    TlsClient client;

    server.priorities = "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0";
    tls_server_start(&server);
    tls_client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.closed == 1);
    g_assert_cmpint(client.status, ==, STATUS_TLS);
    tls_client_clear(&client);
    tls_server_stop(&server);
}

static void assert_server_close(bool no_goodbye)
{
    TlsServer server = echo_server(tls_fixture.good);
    TlsTarget target = {.host = "dns.example"};
    TlsClient client;

    server.no_goodbye = no_goodbye;
    tls_server_start(&server);
    tls_client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.received->len == 5);
    tls_client_write(&client, "bye");
    turn_until(&client, client.closed == 1);
    g_assert_cmpint(client.status, ==, STATUS_CLOSED);
    tls_client_clear(&client);
    tls_server_stop(&server);
}

static void orderly_close_by_the_server(void)
{
    assert_server_close(false);
}

static void close_without_goodbye_is_orderly(void)
{
    assert_server_close(true);
}

static void refused_connection_is_told(void)
{
    TlsServer server = echo_server(tls_fixture.good);
    TlsTarget target = {.host = "dns.example"};
    TlsClient client;

    tls_server_start(&server);
    tls_server_stop(&server);
    tls_client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.closed == 1);
    g_assert_cmpint(client.status, ==, STATUS_REFUSED);
    tls_client_clear(&client);
}

/* Answers the ClientHello with text, as a captive portal or a wrong port would. */
static gpointer talk_nonsense(gpointer data)
{
    int fd = accept(GPOINTER_TO_INT(data), NULL, NULL);
    char bytes[4096];

    recv(fd, bytes, sizeof bytes, 0);
    send(fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28, MSG_NOSIGNAL);
    g_usleep(50000);
    close(fd);
    return NULL;
}

static void server_without_tls_is_told(void)
{
    TlsServer server = {0};
    TlsTarget target = {.host = "dns.example"};
    TlsClient client;
    int listener;
    socklen_t length = sizeof server.address;

    g_assert_cmpint(address_parse("127.0.0.1", 0, &server.address), ==, STATUS_OK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(bind(listener, &server.address.socket.any, length), <=, 0);
    g_assert_cmpint(listen(listener, 1), ==, 0);
    g_assert_cmpint(getsockname(listener, &server.address.socket.any, &length), ==, 0);
    GThread *thread = g_thread_new("nonsense", talk_nonsense, GINT_TO_POINTER(listener));
    tls_client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.closed == 1);
    g_assert_cmpint(client.status, ==, STATUS_TLS);
    tls_client_clear(&client);
    g_thread_join(thread);
    close(listener);
}

static void large_writes_pass_whole(void)
{
    TlsServer server = echo_server(tls_fixture.good);
    TlsTarget target = {.host = "dns.example"};
    TlsClient client;
    g_autofree char *text = g_strnfill(200000, 'x');

    tls_server_start(&server);
    tls_client_connect(&client, &server, &target, NULL);
    tls_client_write(&client, text); /* waits for the handshake */
    turn_until(&client, client.connected == 1);
    tls_client_write(&client, text);
    turn_until(&client, client.received->len == 5 + 400000);
    g_assert_cmpuint(stream_queued(client.stream), ==, 0);
    tls_client_clear(&client);
    tls_server_stop(&server);
}

static void queue_before_the_handshake_has_a_limit(void)
{
    TlsServer server = echo_server(tls_fixture.good);
    TlsTarget target = {.host = "dns.example"};
    TlsClient client;
    g_autofree uint8_t *bytes = g_malloc0(STREAM_QUEUE_LIMIT + 1);

    tls_server_start(&server);
    tls_client_connect(&client, &server, &target, NULL);
    g_assert_cmpint(stream_write(client.stream, bytes, STREAM_QUEUE_LIMIT + 1), ==, STATUS_OK);
    g_assert_cmpint(stream_write(client.stream, bytes, 1), ==, STATUS_LIMIT);
    tls_client_clear(&client);
    tls_server_stop(&server);
}

static void stream_may_go_inside_each_callback(void)
{
    TlsServer server = echo_server(tls_fixture.good);
    TlsTarget target = {.host = "dns.example"};

    tls_server_start(&server);
    for (int which = 0; which < 2; which++) {
        TlsClient client;

        tls_client_connect(&client, &server, &target, NULL);
        client.close_on_connect = which == 0;
        client.close_on_receive = which == 1;
        turn_until(&client, client.stream == NULL);
        g_assert_cmpuint(client.closed, ==, 0);
        tls_client_clear(&client);
    }
    tls_server_stop(&server);
}

#define add(name, function) g_test_add_func("/tls/" name, function)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    if (g_test_verbose())
        log_set_level(LOG_LEVEL_DEBUG);
    tls_fixture_set_up();
    add("no-alpn-in-answer-still-connects", no_alpn_in_answer_still_connects);
    add("second-connection-is-resumed", second_connection_is_resumed);
    add("second-connection-is-resumed-tls12", second_connection_is_resumed_tls12);
    add("resumed-peer-is-checked-again", resumed_peer_is_checked_again);
    add("ticket-is-used-once", ticket_is_used_once);
    add("garbage-session-is-ignored", garbage_session_is_ignored);
    add("old-versions-are-refused", old_versions_are_refused);
    add("orderly-close-by-the-server", orderly_close_by_the_server);
    add("close-without-goodbye-is-orderly", close_without_goodbye_is_orderly);
    add("refused-connection-is-told", refused_connection_is_told);
    add("server-without-tls-is-told", server_without_tls_is_told);
    add("large-writes-pass-whole", large_writes_pass_whole);
    add("queue-before-the-handshake-has-a-limit", queue_before_the_handshake_has_a_limit);
    add("stream-may-go-inside-each-callback", stream_may_go_inside_each_callback);
    int result = g_test_run();
    tls_fixture_tear_down();
    return result;
}
