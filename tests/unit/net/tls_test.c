/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls.h"

#include "log.h"
#include "tls_server.h"
#include "tls_peer.h"

#include <string.h>
#include <unistd.h>

#define DAY         86400
#define PATIENCE_US (10 * G_USEC_PER_SEC)

static Authority *authority;
static TlsContext *context;
static Credentials *good, *expired, *future, *self_signed;

typedef struct Client {
    Loop *loop;
    Stream *stream;
    GString *received;
    guint connected, closed;
    Status status;
    TlsFacts facts;
    bool close_on_connect, close_on_receive, in_call;
} Client;

static void client_stop(Client *client)
{
    stream_close(g_steal_pointer(&client->stream));
}

static void on_connected(void *owner)
{
    Client *client = owner;

    g_assert_false(client->in_call);
    client->connected++;
    tls_facts(client->stream, &client->facts);
    if (client->close_on_connect)
        client_stop(client);
}

static void on_received(void *owner, const uint8_t *bytes, size_t length)
{
    Client *client = owner;

    g_string_append_len(client->received, (const char *)bytes, (gssize)length);
    if (client->close_on_receive)
        client_stop(client);
}

static void on_closed(void *owner, Status status)
{
    Client *client = owner;

    g_assert_false(client->in_call);
    client->closed++;
    client->status = status;
    client_stop(client);
}

static const StreamEvents events = {on_connected, on_received, NULL, on_closed};

static void client_connect(Client *client, const TlsServer *server, const TlsTarget *target,
                           TlsSession *session)
{
    *client = (Client){.loop = loop_new(), .received = g_string_new(NULL)};
    client->in_call = true;
    client->stream =
        tls_connect(client->loop, context, &server->address, target, session, &events, client);
    client->in_call = false;
}

static void client_clear(Client *client)
{
    client_stop(client);
    g_string_free(client->received, TRUE);
    loop_free(client->loop);
}

#define turn_until(client, condition)                                                              \
    do {                                                                                           \
        int64_t until_us = g_get_monotonic_time() + PATIENCE_US;                                   \
        while (!(condition) && g_get_monotonic_time() < until_us)                                  \
            loop_turn((client)->loop, 10000);                                                      \
        g_assert_true(condition);                                                                  \
    } while (0)

static void write_text(Client *client, const char *text)
{
    client->in_call = true;
    g_assert_cmpint(stream_write(client->stream, (const uint8_t *)text, strlen(text)), ==,
                    STATUS_OK);
    client->in_call = false;
}

/* Says "hello", then repeats what it hears until it hears "bye". */
static void echo(gnutls_session_t session, void *owner)
{
    char bytes[20000];
    ssize_t length;

    gnutls_record_send(session, "hello", 5);
    while ((length = gnutls_record_recv(session, bytes, sizeof bytes)) > 0) {
        if (length == 3 && memcmp(bytes, "bye", 3) == 0)
            break;
        gnutls_record_send(session, bytes, (size_t)length);
    }
}

static TlsServer server_of(const Credentials *credentials)
{
    return (TlsServer){.credentials = credentials, .alpn = "dot", .serve = echo};
}

/* Connects once; returns how it went. */
static Status outcome(const Credentials *credentials, const TlsTarget *target, TlsFacts *facts)
{
    TlsServer server = server_of(credentials);
    Client client;

    tls_server_start(&server);
    client_connect(&client, &server, target, NULL);
    write_text(&client, "secret");
    turn_until(&client, client.closed == 1 || client.received->len == strlen("hellosecret"));
    Status status = client.closed > 0 ? client.status : STATUS_OK;
    g_assert_cmpuint(client.connected, ==, (status == STATUS_OK ? 1 : 0));
    if (status != STATUS_OK)
        g_assert_cmpuint(client.received->len, ==, 0);
    if (facts != NULL)
        *facts = client.facts;
    client_clear(&client);
    tls_server_stop(&server);
    return status;
}

static void good_certificate_connects(void)
{
    TlsTarget target = {.host = "dns.example", .alpn = "dot"};
    TlsFacts facts;

    g_assert_cmpint(outcome(good, &target, &facts), ==, STATUS_OK);
    g_assert_cmpstr(facts.version, ==, "TLS1.3");
    g_assert_cmpstr(facts.alpn, ==, "dot");
    g_assert_true(g_str_has_prefix(facts.cipher, "TLS_"));
    g_assert_false(facts.resumed);
}

static void final_dot_and_letter_case_do_not_matter(void)
{
    TlsTarget target = {.host = "DNS.example.", .alpn = "dot"};

    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_OK);
}

static void address_in_certificate_matches(void)
{
    static const char *const hosts[] = {"192.0.2.7", "2001:db8::7", "[2001:db8::7]"};
    CertificateRequest v4 = {.ip = "192.0.2.7", .from_s = -DAY, .until_s = DAY};
    CertificateRequest v6 = {.ip = "2001:db8::7", .from_s = -DAY, .until_s = DAY};
    Credentials *with_v4 = credentials_new(authority, &v4);
    Credentials *with_v6 = credentials_new(authority, &v6);

    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        TlsTarget target = {.host = hosts[i]};

        g_assert_cmpint(outcome(with_v4, &target, NULL), ==,
                        (i == 0 ? STATUS_OK : STATUS_CERT_NAME));
        g_assert_cmpint(outcome(with_v6, &target, NULL), ==,
                        (i > 0 ? STATUS_OK : STATUS_CERT_NAME));
    }
    credentials_free(with_v4);
    credentials_free(with_v6);
}

static void name_is_sent_but_never_an_address(void)
{
    TlsTarget target = {.host = "dns.example."};
    TlsServer server = server_of(good);
    Client client;

    tls_server_start(&server);
    client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.connected == 1);
    client_clear(&client);
    tls_server_stop(&server);
    g_assert_cmpstr(server.sni, ==, "dns.example");

    server = server_of(good);
    target.host = "192.0.2.1";
    tls_server_start(&server);
    client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.closed == 1);
    client_clear(&client);
    tls_server_stop(&server);
    g_assert_cmpstr(server.sni, ==, "none");
}

static void wrong_name_is_refused(void)
{
    TlsTarget target = {.host = "other.example"};

    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_CERT_NAME);
}

static void empty_name_is_refused(void)
{
    TlsTarget target = {.host = ""};

    g_assert_cmpint(outcome(good, &target, NULL), !=, STATUS_OK);
}

static void expired_is_refused(void)
{
    TlsTarget target = {.host = "dns.example"};

    g_assert_cmpint(outcome(expired, &target, NULL), ==, STATUS_CERT_EXPIRED);
}

static void not_yet_valid_is_refused(void)
{
    TlsTarget target = {.host = "dns.example"};

    g_assert_cmpint(outcome(future, &target, NULL), ==, STATUS_CERT_NOT_YET_VALID);
}

static void self_signed_is_refused(void)
{
    TlsTarget target = {.host = "dns.example"};

    g_assert_cmpint(outcome(self_signed, &target, NULL), ==, STATUS_CERT_UNTRUSTED);
}

static void pin_alone_replaces_the_chain(void)
{
    TlsDigest pins[2] = {{0}};
    TlsTarget target = {.pins = (const TlsDigest *)pins, .pin_count = 2};

    memcpy(pins[1], self_signed->key_digest, sizeof pins[1]); /* the backup pin matches */
    g_assert_cmpint(outcome(self_signed, &target, NULL), ==, STATUS_OK);
    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_CERT_PIN);
}

static void neither_name_nor_pin_is_refused(void)
{
    TlsTarget target = {.alpn = "dot"};

    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_CERT_PIN);
}

static void pin_comes_on_top_of_the_name(void)
{
    TlsTarget target = {
        .host = "dns.example", .pins = (const TlsDigest *)&good->key_digest, .pin_count = 1};

    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_OK);
    target.pins = (const TlsDigest *)&good->authority_key_digest;
    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_OK);
    target.pins = (const TlsDigest *)&good->body_digest; /* a hash is no pin */
    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_CERT_PIN);
    target.pins = (const TlsDigest *)&self_signed->key_digest;
    g_assert_cmpint(outcome(self_signed, &target, NULL), ==, STATUS_CERT_UNTRUSTED);
}

static void appended_certificate_matches_no_pin(void)
{
    TlsTarget target = {.pins = (const TlsDigest *)&self_signed->authority_key_digest,
                        .pin_count = 1};

    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_OK);
    g_assert_cmpint(outcome(self_signed, &target, NULL), ==, STATUS_CERT_PIN);
}

static void hash_comes_on_top_of_the_name(void)
{
    TlsTarget target = {
        .host = "dns.example", .hashes = (const TlsDigest *)&good->body_digest, .hash_count = 1};

    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_OK);
    target.hashes = (const TlsDigest *)&good->key_digest; /* a pin is no hash */
    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_CERT_PIN);
    target.hashes = (const TlsDigest *)&good->body_digest;
    target.host = "other.example";
    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_CERT_NAME);
}

static void garbage_is_no_certificate(void)
{
    static const uint8_t bytes[][8] = {
        {0x30, 0x80}, {0x30, 0x84, 0, 0, 0, 1}, {0x30, 0x06, 0x30, 0x7f}, {0x30, 0x82, 0xff}, {0}};

    for (size_t i = 0; i < G_N_ELEMENTS(bytes); i++) {
        for (size_t length = 0; length <= sizeof bytes[i]; length++) {
            g_autofree uint8_t *copy = g_memdup2(bytes[i], length); /* seen by ASan */
            TlsDigest digest;

            g_assert_cmpint(tls_body_digest(copy, length, digest), ==, STATUS_MALFORMED);
            g_assert_cmpint(tls_key_digest(copy, length, digest), ==, STATUS_MALFORMED);
        }
    }
}

static void no_alpn_in_answer_still_connects(void)
{
    TlsTarget target = {.host = "dns.example", .alpn = "dot"};
    TlsServer server = server_of(good);
    Client client;

    server.alpn = NULL;
    tls_server_start(&server);
    client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.connected == 1);
    g_assert_cmpstr(client.facts.alpn, ==, "");
    client_clear(&client);
    tls_server_stop(&server);
}

/* One connection; returns whether it was resumed. */
static bool connect_once(const TlsServer *server, TlsSession *session)
{
    static const TlsTarget target = {.host = "dns.example", .alpn = "dot"};
    Client client;

    client_connect(&client, server, &target, session);
    turn_until(&client, client.received->len == 5);
    write_text(&client, "x"); /* its answer comes behind any ticket */
    turn_until(&client, client.received->len == 6);
    bool resumed = client.facts.resumed;
    client_clear(&client);
    return resumed;
}

static void assert_resumption(const char *priorities)
{
    TlsServer server = server_of(good);
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
    TlsServer server = server_of(good);
    TlsSession session = {0};
    TlsTarget target = {.host = "other.example", .alpn = "dot"};
    Client client;

    tls_server_start(&server);
    g_assert_false(connect_once(&server, &session));
    client_connect(&client, &server, &target, &session);
    turn_until(&client, client.closed == 1);
    g_assert_cmpint(client.status, ==, STATUS_CERT_NAME);
    client_clear(&client);
    tls_session_clear(&session);
    tls_server_stop(&server);
}

static void garbage_session_is_ignored(void)
{
    TlsServer server = server_of(good);
    TlsSession session = {g_memdup2("nonsense", 8), 8};

    tls_server_start(&server);
    g_assert_false(connect_once(&server, &session));
    tls_session_clear(&session);
    tls_server_stop(&server);
}

static void old_versions_are_refused(void)
{
    TlsServer server = server_of(good);
    TlsTarget target = {.host = "dns.example"};
    Client client;

    server.priorities = "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0";
    tls_server_start(&server);
    client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.closed == 1);
    g_assert_cmpint(client.status, ==, STATUS_TLS);
    client_clear(&client);
    tls_server_stop(&server);
}

static void assert_server_close(bool no_goodbye)
{
    TlsServer server = server_of(good);
    TlsTarget target = {.host = "dns.example"};
    Client client;

    server.no_goodbye = no_goodbye;
    tls_server_start(&server);
    client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.received->len == 5);
    write_text(&client, "bye");
    turn_until(&client, client.closed == 1);
    g_assert_cmpint(client.status, ==, STATUS_CLOSED);
    client_clear(&client);
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
    TlsServer server = server_of(good);
    TlsTarget target = {.host = "dns.example"};
    Client client;

    tls_server_start(&server);
    tls_server_stop(&server);
    client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.closed == 1);
    g_assert_cmpint(client.status, ==, STATUS_REFUSED);
    client_clear(&client);
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
    Client client;
    int listener;
    socklen_t length = sizeof server.address;

    g_assert_cmpint(address_parse("127.0.0.1", 0, &server.address), ==, STATUS_OK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(bind(listener, &server.address.socket.any, length), <=, 0);
    g_assert_cmpint(listen(listener, 1), ==, 0);
    g_assert_cmpint(getsockname(listener, &server.address.socket.any, &length), ==, 0);
    GThread *thread = g_thread_new("nonsense", talk_nonsense, GINT_TO_POINTER(listener));
    client_connect(&client, &server, &target, NULL);
    turn_until(&client, client.closed == 1);
    g_assert_cmpint(client.status, ==, STATUS_TLS);
    client_clear(&client);
    g_thread_join(thread);
    close(listener);
}

static void large_writes_pass_whole(void)
{
    TlsServer server = server_of(good);
    TlsTarget target = {.host = "dns.example"};
    Client client;
    g_autofree char *text = g_strnfill(200000, 'x');

    tls_server_start(&server);
    client_connect(&client, &server, &target, NULL);
    write_text(&client, text); /* waits for the handshake */
    turn_until(&client, client.connected == 1);
    write_text(&client, text);
    turn_until(&client, client.received->len == 5 + 400000);
    g_assert_cmpuint(stream_queued(client.stream), ==, 0);
    client_clear(&client);
    tls_server_stop(&server);
}

static void queue_before_the_handshake_has_a_limit(void)
{
    TlsServer server = server_of(good);
    TlsTarget target = {.host = "dns.example"};
    Client client;
    g_autofree uint8_t *bytes = g_malloc0(STREAM_QUEUE_LIMIT + 1);

    tls_server_start(&server);
    client_connect(&client, &server, &target, NULL);
    g_assert_cmpint(stream_write(client.stream, bytes, STREAM_QUEUE_LIMIT + 1), ==, STATUS_OK);
    g_assert_cmpint(stream_write(client.stream, bytes, 1), ==, STATUS_LIMIT);
    client_clear(&client);
    tls_server_stop(&server);
}

static void stream_may_go_inside_each_callback(void)
{
    TlsServer server = server_of(good);
    TlsTarget target = {.host = "dns.example"};

    tls_server_start(&server);
    for (int which = 0; which < 2; which++) {
        Client client;

        client_connect(&client, &server, &target, NULL);
        client.close_on_connect = which == 0;
        client.close_on_receive = which == 1;
        turn_until(&client, client.stream == NULL);
        g_assert_cmpuint(client.closed, ==, 0);
        client_clear(&client);
    }
    tls_server_stop(&server);
}

static void missing_trust_store_trusts_nobody(void)
{
    TlsContext *empty = tls_context_new("/nonexistent/ca.pem");
    TlsContext *full = context;
    TlsTarget target = {.host = "dns.example"};

    g_assert_cmpint(tls_context_load(empty), ==, STATUS_IO);
    context = empty;
    g_assert_cmpint(outcome(good, &target, NULL), ==, STATUS_CERT_UNTRUSTED);
    context = full;
    tls_context_free(empty);
}

static void set_up(void)
{
    CertificateRequest request = {.name = "dns.example", .from_s = -DAY, .until_s = DAY};

    authority = authority_new();
    context = tls_context_new(authority_file(authority));
    good = credentials_new(authority, &request);
    request.self_signed = true;
    self_signed = credentials_new(authority, &request);
    request = (CertificateRequest){.name = "dns.example", .from_s = -2 * DAY, .until_s = -DAY};
    expired = credentials_new(authority, &request);
    request = (CertificateRequest){.name = "dns.example", .from_s = DAY, .until_s = 2 * DAY};
    future = credentials_new(authority, &request);
}

static void tear_down(void)
{
    credentials_free(good);
    credentials_free(self_signed);
    credentials_free(expired);
    credentials_free(future);
    tls_context_free(context);
    authority_free(authority);
}

#define add(name, function) g_test_add_func("/tls/" name, function)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    if (g_test_verbose())
        log_set_level(LOG_LEVEL_DEBUG);
    set_up();
    add("good-certificate-connects", good_certificate_connects);
    add("final-dot-and-letter-case-do-not-matter", final_dot_and_letter_case_do_not_matter);
    add("address-in-certificate-matches", address_in_certificate_matches);
    add("name-is-sent-but-never-an-address", name_is_sent_but_never_an_address);
    add("wrong-name-is-refused", wrong_name_is_refused);
    add("empty-name-is-refused", empty_name_is_refused);
    add("expired-is-refused", expired_is_refused);
    add("not-yet-valid-is-refused", not_yet_valid_is_refused);
    add("self-signed-is-refused", self_signed_is_refused);
    add("pin-alone-replaces-the-chain", pin_alone_replaces_the_chain);
    add("neither-name-nor-pin-is-refused", neither_name_nor_pin_is_refused);
    add("pin-comes-on-top-of-the-name", pin_comes_on_top_of_the_name);
    add("appended-certificate-matches-no-pin", appended_certificate_matches_no_pin);
    add("hash-comes-on-top-of-the-name", hash_comes_on_top_of_the_name);
    add("garbage-is-no-certificate", garbage_is_no_certificate);
    add("no-alpn-in-answer-still-connects", no_alpn_in_answer_still_connects);
    add("second-connection-is-resumed", second_connection_is_resumed);
    add("second-connection-is-resumed-tls12", second_connection_is_resumed_tls12);
    add("resumed-peer-is-checked-again", resumed_peer_is_checked_again);
    add("garbage-session-is-ignored", garbage_session_is_ignored);
    add("old-versions-are-refused", old_versions_are_refused);
    add("orderly-close-by-the-server", orderly_close_by_the_server);
    add("close-without-goodbye-is-orderly", close_without_goodbye_is_orderly);
    add("refused-connection-is-told", refused_connection_is_told);
    add("server-without-tls-is-told", server_without_tls_is_told);
    add("large-writes-pass-whole", large_writes_pass_whole);
    add("queue-before-the-handshake-has-a-limit", queue_before_the_handshake_has_a_limit);
    add("stream-may-go-inside-each-callback", stream_may_go_inside_each_callback);
    add("missing-trust-store-trusts-nobody", missing_trust_store_trusts_nobody);
    int result = g_test_run();
    tear_down();
    return result;
}
