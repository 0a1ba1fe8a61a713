/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of QUIC connections: whom they trust, how they begin, move and end. */
#include "doq_scene.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DOQ_NO_ERROR = 0, DAY = 86400, ALERT_BAD_CERTIFICATE = 42, ALERT_EXPIRED = 45 };

static DoqStream *held[8];
static unsigned held_count;

static void hold(DoqServer *server, DoqStream *stream)
{
    held[held_count++] = stream;
}

/* Opens the scene and puts a question that the server holds back. */
static void open_with_question(DoqScene *scene, DotAsk *ask)
{
    held_count = 0;
    scene->server.answer = hold;
    doq_scene_open(scene);
    dot_ask(&scene->client, ask, "a.example");
    doq_turn_until(scene, held_count == 1);
}

static bool sockets_are_mute;

/* In place of the C library's, of which no kernel here makes an error. */
int getsockname(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
    if (sockets_are_mute) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_getsockname, fd, address.__sockaddr__, length);
}

/* ---- certificates ---- */

static void assert_refused(const CertificateRequest *request, Status status, int alert)
{
    DoqScene scene = {0};

    doq_scene_open_as(&scene, request);
    doq_assert_fails(&scene, status);
    doq_turn_until(&scene, scene.server.close_code >= 0);
    g_assert_true(scene.server.close_is_alert);
    g_assert_cmpint(scene.server.close_code, ==, alert);
    g_assert_cmpuint(scene.server.queries, ==, 0);
    doq_scene_close(&scene);
}

static void wrong_name_is_refused(void)
{
    const CertificateRequest request = {.name = "other.example", .from_s = -DAY, .until_s = DAY};

    assert_refused(&request, STATUS_CERT_NAME, ALERT_BAD_CERTIFICATE);
}

static void expired_certificate_is_refused(void)
{
    const CertificateRequest request = {.name = "dns.example", .from_s = -2 * DAY, .until_s = -DAY};

    assert_refused(&request, STATUS_CERT_EXPIRED, ALERT_EXPIRED);
}

static void untrusted_certificate_is_refused(void)
{
    const CertificateRequest request = {
        .name = "dns.example", .from_s = -DAY, .until_s = DAY, .self_signed = true};

    assert_refused(&request, STATUS_CERT_UNTRUSTED, ALERT_BAD_CERTIFICATE);
}

/* Opens the scene with a pin on the endpoint; without a host the pin is all there is. */
static void open_with_pin(DoqScene *scene, bool right, bool host)
{
    doq_scene_open(scene);
    Endpoint *endpoint = endpoint_new(ENDPOINT_DOQ, &scene->server.address);
    TransportEnvironment environment = scene->client.transport->environment;

    transport_close(scene->client.transport);
    endpoint->host = host ? g_strdup("dns.example") : NULL;
    endpoint->pins = g_new0(TlsDigest, 1);
    endpoint->pin_count = 1;
    if (right)
        memcpy(endpoint->pins[0], scene->credentials->key_digest, sizeof(TlsDigest));
    endpoint_unref(scene->client.endpoint);
    scene->client.endpoint = endpoint;
    g_assert_cmpint(transport_open(&environment, endpoint, &scene->client.transport), ==,
                    STATUS_OK);
}

static void right_pin_is_accepted(void)
{
    for (int host = 0; host <= 1; host++) {
        DoqScene scene = {0};

        open_with_pin(&scene, true, host);
        doq_assert_answers(&scene);
        doq_scene_close(&scene);
    }
}

static void wrong_pin_is_refused(void)
{
    for (int host = 0; host <= 1; host++) {
        DoqScene scene = {0};

        open_with_pin(&scene, false, host);
        doq_assert_fails(&scene, STATUS_CERT_PIN);
        g_assert_cmpuint(scene.server.queries, ==, 0);
        doq_scene_close(&scene);
    }
}

static void other_protocol_is_refused(void)
{
    DoqScene scene = {.server = {.alpn = "h3"}};

    doq_scene_open(&scene);
    doq_assert_fails(&scene, STATUS_TLS);
    doq_scene_close(&scene);
}

/* GnuTLS lets it pass; RFC 9001 §8.1 does not. */
static void no_protocol_is_refused(void)
{
    DoqScene scene = {.server = {.alpn = ""}};

    doq_scene_open(&scene);
    doq_assert_fails(&scene, STATUS_TLS);
    g_assert_cmpuint(scene.server.queries, ==, 0);
    doq_scene_close(&scene);
}

/* ---- the beginning ---- */

static void facts_say_quic(void)
{
    DoqScene scene = {0};
    TransportFacts facts;

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    transport_facts(scene.client.transport, &facts);
    g_assert_true(g_str_has_prefix(facts.security, "QUIC TLS1.3 TLS_"));
    g_assert_cmpstr(facts.tls.alpn, ==, "doq");
    doq_scene_close(&scene);
}

static void retry_is_followed(void)
{
    DoqScene scene = {.server = {.retry = true}};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    g_assert_cmpuint(scene.server.retries, ==, 1);
    doq_scene_close(&scene);
}

static void unknown_versions_are_unsupported(void)
{
    DoqScene scene = {.server = {.ancient = true}};

    doq_scene_open(&scene);
    doq_assert_fails(&scene, STATUS_UNSUPPORTED);
    doq_scene_close(&scene);
}

static void closed_port_is_told_at_once(void)
{
    DoqScene scene = {0};
    int64_t before_us;

    doq_scene_open(&scene);
    udp_clear(&scene.server.socket);
    before_us = g_get_monotonic_time();
    doq_assert_fails(&scene, STATUS_REFUSED);
    g_assert_cmpint(g_get_monotonic_time() - before_us, <, SECOND_US);
    doq_scene_close(&scene);
}

/* QUIC would go on with a path from nowhere, and the library under it end the program. */
static void socket_that_does_not_tell_its_address_fails(void)
{
    DoqScene scene = {0};

    doq_scene_open(&scene);
    sockets_are_mute = true;
    doq_assert_fails(&scene, STATUS_IO);
    sockets_are_mute = false;
    doq_assert_answers(&scene);
    doq_scene_close(&scene);
}

static void silent_server_is_tried_again_within_the_budget(void)
{
    DoqScene scene = {.server = {.deaf = true}};
    DotAsk ask = {.budget_us = 5 * SECOND_US};

    doq_scene_open(&scene);
    dot_ask(&scene.client, &ask, "a.example");
    doq_turn_until(&scene, scene.server.dropped > 0);
    while (ask.done == 0)
        doq_scene_advance(&scene, SECOND_US / 10);
    g_assert_cmpint(ask.status, ==, STATUS_TIMEOUT);
    g_assert_cmpuint(doq_scene_counters(&scene)->connections, ==, 2);
    doq_scene_close(&scene);
}

/* ---- sessions ---- */

/* Ends the connection that is there, idle. */
static void idle_away(DoqScene *scene)
{
    for (int i = 0; i < 20; i++) /* tickets come after the answer */
        doq_scene_turn(scene);
    scene->server.close_code = -1;
    doq_scene_advance(scene, 31 * SECOND_US);
    doq_turn_until(scene, scene->server.close_code == DOQ_NO_ERROR);
}

static void session_is_resumed(void)
{
    DoqScene scene = {0};
    TransportFacts facts;

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    idle_away(&scene);
    doq_assert_answers(&scene);
    g_assert_cmpuint(scene.server.connections, ==, 2);
    g_assert_cmpuint(scene.server.resumed, ==, 1);
    transport_facts(scene.client.transport, &facts);
    g_assert_true(g_str_has_suffix(facts.security, ", resumed"));
    doq_scene_close(&scene);
}

static void early_data_is_off_unless_chosen(void)
{
    DoqScene scene = {0};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    idle_away(&scene);
    doq_assert_answers(&scene);
    g_assert_cmpuint(scene.server.early_queries, ==, 0);
    doq_scene_close(&scene);
}

static void early_data_when_chosen(void)
{
    DoqScene scene = {.zero_rtt = true};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    g_assert_cmpuint(scene.server.early_queries, ==, 0);
    idle_away(&scene);
    doq_assert_answers(&scene);
    g_assert_cmpuint(scene.server.early_queries, ==, 1);
    g_assert_cmpuint(scene.server.queries, ==, 2);
    doq_scene_close(&scene);
}

static void refused_early_data_are_asked_again(void)
{
    DoqScene scene = {.zero_rtt = true};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    idle_away(&scene);
    scene.server.no_early_data = true;
    doq_assert_answers(&scene);
    g_assert_cmpuint(scene.server.early_queries, ==, 0);
    g_assert_cmpuint(scene.server.connections, ==, 2);
    g_assert_cmpuint(scene.server.queries, ==, 2);
    doq_scene_close(&scene);
}

static void network_change_forgets_the_session(void)
{
    DoqScene scene = {0};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    transport_network_changed(scene.client.transport);
    doq_assert_answers(&scene);
    g_assert_cmpuint(scene.server.connections, ==, 2);
    g_assert_cmpuint(scene.server.resumed, ==, 0);
    doq_scene_close(&scene);
}

/* ---- the end ---- */

static void question_is_asked_again_when_the_server_closes(void)
{
    DoqScene scene = {0};
    DotAsk ask = {0};

    open_with_question(&scene, &ask);
    scene.server.answer = NULL;
    doq_server_close_all(&scene.server, DOQ_NO_ERROR);
    doq_turn_until(&scene, ask.done > 0);
    dot_assert_answered(&ask);
    g_assert_cmpuint(doq_scene_counters(&scene)->retries, ==, 1);
    doq_scene_close(&scene);
}

static void second_close_is_held_against_it(void)
{
    DoqScene scene = {0};
    DotAsk ask = {0};

    open_with_question(&scene, &ask);
    for (unsigned time = 1; time <= 2; time++) {
        doq_turn_until(&scene, held_count == time);
        doq_server_close_all(&scene.server, DOQ_NO_ERROR);
    }
    doq_turn_until(&scene, ask.done > 0);
    g_assert_cmpint(ask.status, ==, STATUS_CLOSED);
    g_assert_cmpuint(scene.server.queries, ==, 2);
    doq_scene_close(&scene);
}

static void stateless_reset_ends_the_connection(void)
{
    DoqScene scene = {0};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    doq_server_forget_all(&scene.server);
    doq_assert_answers(&scene);
    g_assert_cmpuint(scene.server.connections, ==, 2);
    doq_scene_close(&scene);
}

static void unused_connection_is_closed(void)
{
    DoqScene scene = {0};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    idle_away(&scene);
    g_assert_cmpuint(doq_scene_counters(&scene)->connections, ==, 1);
    doq_scene_close(&scene);
}

static void unused_connection_goes_before_the_server_forgets_it(void)
{
    DoqScene scene = {.server = {.idle_us = 8 * SECOND_US}};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    for (int i = 0; i < 20; i++)
        doq_scene_turn(&scene);
    doq_scene_advance(&scene, 6 * SECOND_US + 1);
    doq_turn_until(&scene, scene.server.close_code == DOQ_NO_ERROR);
    doq_scene_close(&scene);
}

static void silence_makes_a_new_connection(void)
{
    DoqScene scene = {0};
    DotAsk ask = {0};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    scene.server.deaf = true;
    dot_ask(&scene.client, &ask, "b.example");
    doq_turn_until(&scene, scene.server.dropped > 0);
    doq_scene_advance(&scene, 2 * SECOND_US + 1);
    scene.server.deaf = false;
    doq_turn_until(&scene, ask.done > 0);
    dot_assert_answered(&ask);
    g_assert_cmpuint(doq_scene_counters(&scene)->connections, ==, 2);
    doq_scene_close(&scene);
}

/* ---- migration ---- */

static void network_change_migrates(void)
{
    DoqScene scene = {0};
    DotAsk ask = {0};

    open_with_question(&scene, &ask);
    for (int i = 0; i < 20; i++) /* until the handshake is confirmed and IDs are there */
        doq_scene_turn(&scene);
    uint16_t port = scene.server.peer_port;
    transport_network_changed(scene.client.transport);
    doq_turn_until(&scene, scene.server.peer_port != port);
    doq_answer(&scene.server, held[0]);
    doq_turn_until(&scene, ask.done > 0);
    dot_assert_answered(&ask);
    g_assert_cmpuint(scene.server.connections, ==, 1);
    g_assert_cmpuint(scene.server.queries, ==, 1);
    g_assert_cmpuint(doq_scene_counters(&scene)->connections, ==, 1);
    doq_scene_close(&scene);
}

static void connection_migrates_more_than_once(void)
{
    DoqScene scene = {0};
    DotAsk ask = {0};

    open_with_question(&scene, &ask);
    for (int time = 0; time < 3; time++) {
        for (int i = 0; i < 200; i++)
            doq_scene_turn(&scene);
        transport_network_changed(scene.client.transport);
    }
    for (int i = 0; i < 200; i++)
        doq_scene_turn(&scene);
    doq_answer(&scene.server, held[0]);
    doq_turn_until(&scene, ask.done > 0);
    dot_assert_answered(&ask);
    g_assert_cmpuint(scene.server.connections, ==, 1);
    doq_scene_close(&scene);
}

static void question_is_asked_again_where_migration_is_forbidden(void)
{
    DoqScene scene = {.server = {.no_migration = true}};
    DotAsk ask = {0};

    open_with_question(&scene, &ask);
    scene.server.answer = NULL;
    transport_network_changed(scene.client.transport);
    doq_turn_until(&scene, ask.done > 0);
    dot_assert_answered(&ask);
    g_assert_cmpuint(scene.server.connections, ==, 2);
    doq_scene_close(&scene);
}

static void question_is_asked_again_when_the_new_path_is_dead(void)
{
    DoqScene scene = {0};
    DotAsk ask = {0};

    open_with_question(&scene, &ask);
    for (int i = 0; i < 20; i++)
        doq_scene_turn(&scene);
    scene.server.answer = NULL;
    scene.server.deaf = true;
    transport_network_changed(scene.client.transport);
    doq_turn_until(&scene, scene.server.dropped > 0);
    while (doq_scene_counters(&scene)->connections == 1)
        doq_scene_advance(&scene, SECOND_US / 10);
    scene.server.deaf = false;
    doq_turn_until(&scene, ask.done > 0);
    dot_assert_answered(&ask);
    doq_scene_close(&scene);
}

static void unused_connection_does_not_migrate(void)
{
    DoqScene scene = {0};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    transport_network_changed(scene.client.transport);
    doq_turn_until(&scene, scene.server.close_code == DOQ_NO_ERROR);
    doq_scene_close(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/doq-connection/wrong-name-is-refused", wrong_name_is_refused);
    g_test_add_func("/doq-connection/expired-certificate-is-refused",
                    expired_certificate_is_refused);
    g_test_add_func("/doq-connection/untrusted-certificate-is-refused",
                    untrusted_certificate_is_refused);
    g_test_add_func("/doq-connection/right-pin-is-accepted", right_pin_is_accepted);
    g_test_add_func("/doq-connection/wrong-pin-is-refused", wrong_pin_is_refused);
    g_test_add_func("/doq-connection/other-protocol-is-refused", other_protocol_is_refused);
    g_test_add_func("/doq-connection/no-protocol-is-refused", no_protocol_is_refused);
    g_test_add_func("/doq-connection/facts-say-quic", facts_say_quic);
    g_test_add_func("/doq-connection/retry-is-followed", retry_is_followed);
    g_test_add_func("/doq-connection/unknown-versions-are-unsupported",
                    unknown_versions_are_unsupported);
    g_test_add_func("/doq-connection/closed-port-is-told-at-once", closed_port_is_told_at_once);
    g_test_add_func("/doq-connection/socket-that-does-not-tell-its-address-fails",
                    socket_that_does_not_tell_its_address_fails);
    g_test_add_func("/doq-connection/silent-server-is-tried-again-within-the-budget",
                    silent_server_is_tried_again_within_the_budget);
    g_test_add_func("/doq-connection/session-is-resumed", session_is_resumed);
    g_test_add_func("/doq-connection/early-data-is-off-unless-chosen",
                    early_data_is_off_unless_chosen);
    g_test_add_func("/doq-connection/early-data-when-chosen", early_data_when_chosen);
    g_test_add_func("/doq-connection/refused-early-data-are-asked-again",
                    refused_early_data_are_asked_again);
    g_test_add_func("/doq-connection/network-change-forgets-the-session",
                    network_change_forgets_the_session);
    g_test_add_func("/doq-connection/question-is-asked-again-when-the-server-closes",
                    question_is_asked_again_when_the_server_closes);
    g_test_add_func("/doq-connection/second-close-is-held-against-it",
                    second_close_is_held_against_it);
    g_test_add_func("/doq-connection/stateless-reset-ends-the-connection",
                    stateless_reset_ends_the_connection);
    g_test_add_func("/doq-connection/unused-connection-is-closed", unused_connection_is_closed);
    g_test_add_func("/doq-connection/unused-connection-goes-before-the-server-forgets-it",
                    unused_connection_goes_before_the_server_forgets_it);
    g_test_add_func("/doq-connection/silence-makes-a-new-connection",
                    silence_makes_a_new_connection);
    g_test_add_func("/doq-connection/network-change-migrates", network_change_migrates);
    g_test_add_func("/doq-connection/connection-migrates-more-than-once",
                    connection_migrates_more_than_once);
    g_test_add_func("/doq-connection/question-is-asked-again-where-migration-is-forbidden",
                    question_is_asked_again_where_migration_is_forbidden);
    g_test_add_func("/doq-connection/question-is-asked-again-when-the-new-path-is-dead",
                    question_is_asked_again_when_the_new_path_is_dead);
    g_test_add_func("/doq-connection/unused-connection-does-not-migrate",
                    unused_connection_does_not_migrate);
    return g_test_run();
}
