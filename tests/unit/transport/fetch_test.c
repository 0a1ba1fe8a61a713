/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching a file over HTTP/2, from a server made of nghttp2. */
#include "fetch.h"

#include "doh_scene.h"

#include <nghttp2/nghttp2.h>
#include <string.h>

#define LIMIT 200000

static GBytes *file; /* what the server has */

typedef struct Got {
    Fetch *fetch;
    Status status;
    GBytes *body;
    uint32_t lifetime_s;
    unsigned done;
    bool opening, close_inside;
} Got;

static void on_done(void *owner, Status status, const uint8_t *body, size_t length)
{
    Got *got = owner;

    g_assert_false(got->opening);
    got->done++;
    got->status = status;
    got->body = body != NULL ? g_bytes_new(body, length) : NULL;
    got->lifetime_s = fetch_lifetime_s(got->fetch, 77);
    if (got->close_inside)
        fetch_close(g_steal_pointer(&got->fetch));
}

static void open_fetch(DotScene *scene, Got *got, const char *host, size_t limit)
{
    const FetchRequest request = {
        .address = scene->server.address,
        .host = host,
        .path = "/lists/public.md?x=1",
        .limit = limit,
        .budget_us = 5 * SECOND_US,
    };

    got->opening = true;
    got->fetch = fetch_open(scene->loop, scene->tls, &request, on_done, got);
    got->opening = false;
}

static void run_fetch(DotScene *scene, Got *got, const char *host, size_t limit)
{
    open_fetch(scene, got, host, limit);
    turn_until(scene, got->done == 1);
}

static void close_scene(DotScene *scene, Got *got)
{
    fetch_close(got->fetch);
    g_assert_cmpuint(got->done, <=, 1);
    g_clear_pointer(&got->body, g_bytes_unref);
    g_clear_pointer(&file, g_bytes_unref);
    doh_scene_close(scene);
}

static void serve_file(DotScene *scene, DotTalk *dot, unsigned status, const char *cache_control)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request = doh_read(talk);
    DohReply reply = {.status = status,
                      .content_type = "text/plain",
                      .age = cache_control != NULL ? "100" : NULL,
                      .cache_control = cache_control};

    if (request != NULL) {
        doh_note(request);
        reply.body = g_bytes_get_data(file, &reply.length);
        doh_reply(talk, request, &reply);
        doh_request_free(request);
    }
    doh_swallow(talk);
    doh_end(talk);
}

static void script_file(DotScene *scene, DotTalk *dot, int connection)
{
    serve_file(scene, dot, 200, NULL);
}

static void open_scene(DotScene *scene, DotScript script, size_t length)
{
    g_autofree uint8_t *bytes = g_malloc(length);

    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(i * 31 >> 3);
    file = g_bytes_new(bytes, length);
    doh_scene_open(scene, script);
}

static void body_comes_whole(void)
{
    DotScene scene;
    Got got = {0};

    open_scene(&scene, script_file, LIMIT); /* more than HTTP/2's windows at their beginning */
    run_fetch(&scene, &got, "dns.example", LIMIT);
    g_assert_cmpint(got.status, ==, STATUS_OK);
    g_assert_true(g_bytes_equal(got.body, file));
    g_assert_cmpuint(got.lifetime_s, ==, 77);
    close_scene(&scene, &got);
}

static void request_is_a_get_of_the_path(void)
{
    DotScene scene;
    Got got = {.close_inside = true};

    open_scene(&scene, script_file, 10);
    run_fetch(&scene, &got, "dns.example", LIMIT);
    g_assert_cmpstr(doh_seen.method, ==, "GET");
    g_assert_cmpstr(doh_seen.path, ==, "/lists/public.md?x=1");
    g_assert_true(g_str_has_prefix(doh_seen.authority, "dns.example:"));
    g_assert_false(doh_seen.told_on);
    close_scene(&scene, &got);
}

static void body_above_the_limit_is_refused(void)
{
    DotScene scene;
    Got got = {0};

    open_scene(&scene, script_file, LIMIT);
    run_fetch(&scene, &got, "dns.example", LIMIT - 1);
    g_assert_cmpint(got.status, ==, STATUS_NO_SPACE);
    g_assert_null(got.body);
    close_scene(&scene, &got);
}

static void script_redirect(DotScene *scene, DotTalk *dot, int connection)
{
    serve_file(scene, dot, 302, NULL);
}

static void other_status_is_a_failure(void)
{
    DotScene scene;
    Got got = {0};

    open_scene(&scene, script_redirect, 10);
    run_fetch(&scene, &got, "dns.example", LIMIT);
    g_assert_cmpint(got.status, ==, STATUS_SERVER_FAILED);
    g_assert_cmpint(g_atomic_int_get(&scene.server.connections), ==, 1);
    close_scene(&scene, &got);
}

static void script_reset(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request = doh_read(talk);

    doh_reset(talk, request->id, NGHTTP2_INTERNAL_ERROR);
    doh_request_free(request);
    doh_swallow(talk);
    doh_end(talk);
}

static void reset_is_a_failure(void)
{
    DotScene scene;
    Got got = {0};

    open_scene(&scene, script_reset, 10);
    run_fetch(&scene, &got, "dns.example", LIMIT);
    g_assert_cmpint(got.status, ==, STATUS_SERVER_FAILED);
    close_scene(&scene, &got);
}

static void certificate_of_another_name_is_refused(void)
{
    DotScene scene;
    Got got = {0};

    open_scene(&scene, script_file, 10);
    run_fetch(&scene, &got, "other.example", LIMIT);
    g_assert_cmpint(got.status, ==, STATUS_CERT_NAME);
    close_scene(&scene, &got);
}

static void script_silence(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);

    doh_swallow(talk);
    doh_end(talk);
}

static void budget_ends_it(void)
{
    DotScene scene;
    Got got = {0};

    open_scene(&scene, script_silence, 10);
    open_fetch(&scene, &got, "dns.example", LIMIT);
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    loop_advance(scene.loop, 5 * SECOND_US);
    g_assert_cmpuint(got.done, ==, 1);
    g_assert_cmpint(got.status, ==, STATUS_TIMEOUT);
    close_scene(&scene, &got);
}

static void closed_fetch_is_not_told(void)
{
    DotScene scene;
    Got got = {0};

    open_scene(&scene, script_silence, 10);
    open_fetch(&scene, &got, "dns.example", LIMIT);
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    fetch_close(g_steal_pointer(&got.fetch));
    loop_advance(scene.loop, 10 * SECOND_US);
    g_assert_cmpuint(got.done, ==, 0);
    close_scene(&scene, &got);
}

static void script_cached(DotScene *scene, DotTalk *dot, int connection)
{
    serve_file(scene, dot, 200, "public, max-age=3600, immutable");
}

static void lifetime_is_what_the_server_says(void)
{
    DotScene scene;
    Got got = {0};

    open_scene(&scene, script_cached, 10);
    run_fetch(&scene, &got, "dns.example", LIMIT);
    g_assert_cmpuint(got.lifetime_s, ==, 3500);
    close_scene(&scene, &got);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fetch/body-comes-whole", body_comes_whole);
    g_test_add_func("/fetch/request-is-a-get-of-the-path", request_is_a_get_of_the_path);
    g_test_add_func("/fetch/body-above-the-limit-is-refused", body_above_the_limit_is_refused);
    g_test_add_func("/fetch/other-status-is-a-failure", other_status_is_a_failure);
    g_test_add_func("/fetch/reset-is-a-failure", reset_is_a_failure);
    g_test_add_func("/fetch/certificate-of-another-name-is-refused",
                    certificate_of_another_name_is_refused);
    g_test_add_func("/fetch/budget-ends-it", budget_ends_it);
    g_test_add_func("/fetch/closed-fetch-is-not-told", closed_fetch_is_not_told);
    g_test_add_func("/fetch/lifetime-is-what-the-server-says", lifetime_is_what_the_server_says);
    return g_test_run();
}
