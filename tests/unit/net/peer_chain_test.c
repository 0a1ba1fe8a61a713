/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told about the certificates of a connection. */
#include "peer_chain.h"

#include "tls_client.h"

#include <string.h>

typedef struct Scene {
    TlsServer server;
    TlsClient client;
    PeerChain chain;
} Scene;

static void connect_and_read(Scene *scene, TlsSession *session)
{
    static const TlsTarget target = {.host = "dns.example", .alpn = "dot"};

    tls_client_connect(&scene->client, &scene->server, &target, session);
    tls_client_write(&scene->client, "ask");
    turn_until(&scene->client, scene->client.received->len == strlen("helloask"));
    tls_chain(scene->client.stream, &scene->chain);
}

static void scene_clear(Scene *scene)
{
    peer_chain_clear(&scene->chain);
    tls_client_clear(&scene->client);
    tls_server_stop(&scene->server);
}

static void names_dates_and_digests_are_told(void)
{
    Scene scene = {.server = echo_server(tls_fixture.good)};
    int64_t now_s = g_get_real_time() / G_USEC_PER_SEC;

    tls_server_start(&scene.server);
    connect_and_read(&scene, NULL);
    g_assert_cmpuint(scene.chain.length, >=, 1);
    const PeerCertificate *leaf = &scene.chain.certificates[0];
    g_assert_nonnull(strstr(leaf->subject, "CN="));
    g_assert_nonnull(strstr(leaf->issuer, "CN="));
    g_assert_cmpint(leaf->not_before_s, <=, now_s);
    g_assert_cmpint(leaf->not_after_s, >, now_s);
    g_assert_cmpmem(leaf->key_pin, 32, tls_fixture.good->key_digest, 32);
    g_assert_cmpmem(leaf->body_hash, 32, tls_fixture.good->body_digest, 32);
    scene_clear(&scene);
}

static void resumed_connections_have_it_too(void)
{
    Scene scene = {.server = echo_server(tls_fixture.good)};
    TlsSession session = {0};

    tls_server_start(&scene.server);
    connect_and_read(&scene, &session);
    peer_chain_clear(&scene.chain);
    tls_client_write(&scene.client, "bye");
    turn_until(&scene.client, scene.client.closed == 1);
    tls_client_clear(&scene.client);
    connect_and_read(&scene, &session);
    g_assert_true(scene.client.facts.resumed);
    g_assert_cmpuint(scene.chain.length, >=, 1);
    g_assert_cmpmem(scene.chain.certificates[0].key_pin, 32, tls_fixture.good->key_digest, 32);
    tls_session_clear(&session);
    scene_clear(&scene);
}

static void no_name_steers_a_terminal(void)
{
    const CertificateRequest request = {
        .name = "dns.example", .subject = "a\033[31mb", .from_s = -60, .until_s = 3600};
    Credentials *credentials = credentials_new(tls_fixture.authority, &request);
    Scene scene = {.server = echo_server(credentials)};

    tls_server_start(&scene.server);
    connect_and_read(&scene, NULL);
    g_assert_cmpstr(scene.chain.certificates[0].subject, ==, "CN=a\357\277\275[31mb");
    scene_clear(&scene);
    credentials_free(credentials);
}

static void nothing_is_told_before_the_handshake(void)
{
    static const TlsTarget target = {.host = "dns.example", .alpn = "dot"};
    Scene scene = {.server = echo_server(tls_fixture.good)};

    tls_server_start(&scene.server);
    tls_client_connect(&scene.client, &scene.server, &target, NULL);
    tls_chain(scene.client.stream, &scene.chain);
    g_assert_cmpuint(scene.chain.length, ==, 0);
    scene_clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    tls_fixture_set_up();
    g_test_add_func("/peer-chain/names-dates-and-digests-are-told",
                    names_dates_and_digests_are_told);
    g_test_add_func("/peer-chain/resumed-connections-have-it-too", resumed_connections_have_it_too);
    g_test_add_func("/peer-chain/no-name-steers-a-terminal", no_name_steers_a_terminal);
    g_test_add_func("/peer-chain/nothing-is-told-before-the-handshake",
                    nothing_is_told_before_the_handshake);
    int result = g_test_run();
    tls_fixture_tear_down();
    return result;
}
