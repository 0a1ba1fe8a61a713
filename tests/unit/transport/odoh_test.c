/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Oblivious DoH towards its relay, an HTTP/2 server made of nghttp2: what is asked of it, and what
 * becomes of refusals. Whole answers are the interop suite's affair, which has a target. */
#include "odoh_keys.h"

#include "doh_scene.h"
#include "hex.h"
#include "odoh_vectors.h"

#include <string.h>

static unsigned questions; /* that the relay was asked; read when it has ended */

/* The target's key is given, for the scene's server takes one connection at a time. */
static void scene_open(DotScene *scene, DotScript script)
{
    TransportEnvironment environment = {.settings = {.idle_close_us = 30 * SECOND_US}};
    const Address nowhere = {0};
    uint8_t configs[64];
    size_t length = hex_read(odoh_configs, configs, sizeof configs);

    questions = 0;
    doh_scene_open(scene, script);
    transport_close(scene->transport);
    scene->endpoint->path = g_strdup("/proxy");
    Endpoint *target = endpoint_new(ENDPOINT_ODOH, &nowhere);
    target->host = g_strdup("target.example");
    target->path = g_strdup("/dns-query");
    target->port = 443;
    target->odoh_configs = g_memdup2(configs, length);
    target->odoh_configs_length = length;
    Endpoint *relayed = endpoint_derive(target, scene->endpoint, NULL);
    endpoint_unref(target);
    environment.loop = scene->loop;
    environment.tls = scene->tls;
    g_assert_cmpint(transport_open(&environment, relayed, &scene->transport), ==, STATUS_OK);
    endpoint_unref(relayed);
}

/* `reply` to each question. */
static void serve(DotScene *scene, DotTalk *dot, const DohReply *reply)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request;

    while ((request = doh_read(talk)) != NULL) {
        questions++;
        doh_note(request);
        doh_reply(talk, request, reply);
        doh_request_free(request);
    }
    doh_end(talk);
}

static void script_forget_key(DotScene *scene, DotTalk *dot, int connection)
{
    serve(scene, dot, &(DohReply){.status = 401, .content_type = "text/plain"});
}

static void script_web_page(DotScene *scene, DotTalk *dot, int connection)
{
    const char page[] = "<html>";

    serve(scene, dot,
          &(DohReply){
              .content_type = "text/html", .body = (const uint8_t *)page, .length = strlen(page)});
}

/* ---- towards the relay ---- */

static Status outcome(DotScene *scene, DotScript script)
{
    DotAsk ask = {0};

    scene_open(scene, script);
    dot_ask(scene, &ask, "alpha.example");
    turn_until(scene, ask.done == 1);
    return ask.status;
}

static void query_is_posted_and_not_readable(void)
{
    DotScene scene;
    size_t length;

    g_assert_cmpint(outcome(&scene, script_web_page), ==, STATUS_MALFORMED);
    const uint8_t *body = g_bytes_get_data(doh_seen.query, &length);
    g_assert_cmpstr(doh_seen.method, ==, "POST");
    g_assert_cmpstr(doh_seen.path, ==, "/proxy?targethost=target.example&targetpath=%2Fdns-query");
    g_assert_cmpstr(doh_seen.content_type, ==, "application/oblivious-dns-message");
    g_assert_true(g_str_has_prefix(doh_seen.authority, "dns.example:"));
    g_assert_false(doh_seen.told_on);
    g_assert_cmpuint(body[0], ==, 1);
    hex_assert(body + 3, 32, odoh_key_id);
    g_assert_null(memmem(body, length, "alpha", 5));
    doh_scene_close(&scene);
}

static void answer_of_another_type_is_refused(void)
{
    DotScene scene;

    g_assert_cmpint(outcome(&scene, script_web_page), ==, STATUS_MALFORMED);
    doh_scene_close(&scene);
    g_assert_cmpuint(questions, ==, 1);
}

static void given_key_that_is_refused_is_not_asked_with_again(void)
{
    DotScene scene;

    g_assert_cmpint(outcome(&scene, script_forget_key), ==, STATUS_SERVER_FAILED);
    doh_scene_close(&scene);
    g_assert_cmpuint(questions, ==, 1);
}

static void script_plain_answer(DotScene *scene, DotTalk *dot, int connection)
{
    const uint8_t bytes[64] = {2, 0, 16};

    serve(scene, dot,
          &(DohReply){.content_type = "application/oblivious-dns-message",
                      .body = bytes,
                      .length = sizeof bytes});
}

static void answer_that_is_not_encrypted_is_refused(void)
{
    DotScene scene;

    g_assert_cmpint(outcome(&scene, script_plain_answer), ==, STATUS_MALFORMED);
    doh_scene_close(&scene);
}

static void silence(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);

    doh_swallow(talk);
    doh_end(talk);
}

static void closing_cancels(void)
{
    DotScene scene;
    DotAsk ask = {0};

    scene_open(&scene, silence);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    transport_close(g_steal_pointer(&scene.transport));
    g_assert_cmpuint(ask.done, ==, 1);
    g_assert_cmpint(ask.status, ==, STATUS_CANCELLED);
    doh_scene_close(&scene);
}

static void target_without_a_relay_is_unsupported(void)
{
    const TransportEnvironment environment = {0};
    Address address;
    Transport *transport;

    g_assert_cmpint(address_parse("192.0.2.1", 443, &address), ==, STATUS_OK);
    Endpoint *target = endpoint_new(ENDPOINT_ODOH, &address);
    target->host = g_strdup("target.example");
    g_assert_cmpint(transport_open(&environment, target, &transport), ==, STATUS_UNSUPPORTED);
    endpoint_unref(target);
}

/* ---- the relay's path ---- */

static void assert_path(const char *template, const char *expected)
{
    const Address nowhere = {0};
    Endpoint *relay = endpoint_new(ENDPOINT_DOH, &nowhere);
    Endpoint *target = endpoint_new(ENDPOINT_ODOH, &nowhere);
    Endpoint *relayed = endpoint_derive(target, relay, NULL);

    relay->path = g_strdup(template);
    relayed->host = g_strdup("target.example");
    relayed->port = 8443;
    g_autofree char *path = odoh_relay_path(relayed, "/dns-query");
    g_assert_cmpstr(path, ==, expected);
    endpoint_unref(relayed);
    endpoint_unref(target);
    endpoint_unref(relay);
}

static void path_names_host_and_path_of_the_target(void)
{
#define QUERY "targethost=target.example%3A8443&targetpath=%2Fdns-query"
    assert_path("/proxy", "/proxy?" QUERY);
    assert_path("proxy", "/proxy?" QUERY);
    assert_path(NULL, "/?" QUERY);
    assert_path("/proxy?a=b", "/proxy?a=b&" QUERY);
    assert_path("/proxy{?targethost,targetpath}", "/proxy?" QUERY);
    assert_path("/{targethost}/{targetpath}", "/target.example%3A8443/%2Fdns-query");
#undef QUERY
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/odoh/query-is-posted-and-not-readable", query_is_posted_and_not_readable);
    g_test_add_func("/odoh/answer-of-another-type-is-refused", answer_of_another_type_is_refused);
    g_test_add_func("/odoh/given-key-that-is-refused-is-not-asked-with-again",
                    given_key_that_is_refused_is_not_asked_with_again);
    g_test_add_func("/odoh/answer-that-is-not-encrypted-is-refused",
                    answer_that_is_not_encrypted_is_refused);
    g_test_add_func("/odoh/closing-cancels", closing_cancels);
    g_test_add_func("/odoh/target-without-a-relay-is-unsupported",
                    target_without_a_relay_is_unsupported);
    g_test_add_func("/odoh/path-names-host-and-path-of-the-target",
                    path_names_host_and_path_of_the_target);
    return g_test_run();
}
