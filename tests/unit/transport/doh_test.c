/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS over HTTPS against an HTTP/2 server made of nghttp2: requests and answers. */
#include "doh_scene.h"
#include "log.h"

#include <nghttp2/nghttp2.h>
#include <string.h>

static void question_is_answered(void)
{
    DotScene scene;
    DotAsk ask = {0};
    TransportFacts facts;

    doh_scene_open(&scene, doh_script_answer);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    transport_facts(scene.transport, &facts);
    g_assert_true(g_str_has_prefix(facts.security, "TLS1.3 TLS_"));
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 0);
    doh_scene_close(&scene);
}

static void reopen(DotScene *scene)
{
    TransportEnvironment environment = {.loop = scene->loop, .tls = scene->tls};

    environment.settings.idle_close_us = 30 * SECOND_US;
    transport_close(scene->transport);
    g_assert_cmpint(transport_open(&environment, scene->endpoint, &scene->transport), ==,
                    STATUS_OK);
}

static void request_is_a_padded_post_without_id(void)
{
    DotScene scene;
    DotAsk ask = {0};
    size_t length;

    doh_scene_open(&scene, doh_script_answer);
    scene.endpoint->path = g_strdup("/ask{?dns}");
    reopen(&scene);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpstr(doh_seen.method, ==, "POST");
    g_assert_cmpstr(doh_seen.path, ==, "/ask");
    g_assert_cmpstr(doh_seen.content_type, ==, "application/dns-message");
    g_assert_true(g_str_has_prefix(doh_seen.authority, "dns.example:"));
    g_assert_false(doh_seen.told_on);
    const uint8_t *query = g_bytes_get_data(doh_seen.query, &length);
    g_assert_cmpuint(length, ==, 128);
    g_assert_cmpuint(wire_get_u16(query), ==, 0);
    doh_scene_close(&scene);
}

static void answers_come_in_any_order(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};

    doh_scene_open(&scene, doh_script_reverse);
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, asks[0].done == 1);
    for (int i = 0; i < MANY; i++)
        dot_assert_answered(&asks[i]);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    doh_scene_close(&scene);
}

static void script_refuse_first(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request = doh_read(talk);

    doh_reset(talk, request->id, NGHTTP2_REFUSED_STREAM);
    doh_request_free(request);
    doh_answer_rest(talk);
}

static void refused_stream_is_asked_again(void)
{
    DotScene scene;
    DotAsk ask = {0};

    doh_scene_open(&scene, script_refuse_first);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 1);
    doh_scene_close(&scene);
}

static void script_get_only(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request;

    while ((request = doh_read(talk)) != NULL) {
        if (g_str_equal(request->method, "GET")) {
            doh_note(request);
            doh_answer(talk, request);
            continue;
        }
        doh_reply(talk, request, &(DohReply){.status = 405, .content_type = "text/plain"});
        doh_request_free(request);
    }
    doh_end(talk);
}

static void get_is_used_where_post_is_refused(void)
{
    DotScene scene;
    DotAsk first = {0}, second = {0};

    doh_scene_open(&scene, script_get_only);
    scene.endpoint->path = g_strdup("/dns-query");
    reopen(&scene);
    dot_ask(&scene, &first, "alpha.example");
    turn_until(&scene, first.done == 1);
    dot_assert_answered(&first);
    g_assert_true(g_str_has_prefix(doh_seen.path, "/dns-query?dns=AAAB"));
    g_assert_false(g_str_has_suffix(doh_seen.path, "=")); /* no padding */
    g_assert_null(doh_seen.content_type);
    dot_ask(&scene, &second, "beta.example");
    turn_until(&scene, second.done == 1);
    dot_assert_answered(&second);
    g_assert_cmpint(scene.asked, ==, 3); /* POST only once */
    doh_scene_close(&scene);
}

static DohReply wrong; /* what script_wrong says */

static void script_wrong(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request;
    uint8_t answer[512];

    while ((request = doh_read(talk)) != NULL) {
        g_autoptr(GBytes) query = doh_query(request);
        DohReply reply = wrong;

        if (reply.body == NULL) {
            reply.body = answer;
            reply.length = talk_build_answer(query, answer);
        }
        doh_reply(talk, request, &reply);
        doh_request_free(request);
    }
    doh_end(talk);
}

static void assert_wrong(DohReply reply, Status status)
{
    DotScene scene;
    DotAsk ask = {0};

    wrong = reply;
    doh_scene_open(&scene, script_wrong);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpint(ask.status, ==, status);
    doh_scene_close(&scene);
}

static void status_500_is_a_failure(void)
{
    assert_wrong((DohReply){.status = 500}, STATUS_SERVER_FAILED);
}

static void redirection_is_a_failure(void)
{
    assert_wrong((DohReply){.status = 302}, STATUS_SERVER_FAILED);
}

static void web_page_is_no_answer(void)
{
    assert_wrong((DohReply){.content_type = "text/html"}, STATUS_MALFORMED);
}

static void type_with_parameters_is_taken(void)
{
    assert_wrong((DohReply){.content_type = "Application/DNS-Message; x=y"}, STATUS_OK);
}

static void longer_type_is_another(void)
{
    assert_wrong((DohReply){.content_type = "application/dns-messages"}, STATUS_MALFORMED);
}

static void empty_body_is_no_answer(void)
{
    assert_wrong((DohReply){.body = (const uint8_t *)"", .length = 0}, STATUS_MISMATCH);
}

static void body_of_garbage_is_no_answer(void)
{
    static const uint8_t garbage[300] = {0, 0, 0x81, 0x80, 0xff};

    assert_wrong((DohReply){.body = garbage, .length = sizeof garbage}, STATUS_MISMATCH);
}

static void body_above_the_limit_is_cut_off(void)
{
    g_autofree uint8_t *huge = g_malloc0(200000);

    assert_wrong((DohReply){.body = huge, .length = 200000}, STATUS_NO_SPACE);
}

/* Unpacked it is too long; packed it need not be. */
static void headers_above_the_limit_are_refused(void)
{
    g_autofree char *commas = g_strnfill(20000, ',');

    assert_wrong((DohReply){.cache_control = commas}, STATUS_SERVER_FAILED);
}

static void script_flood(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request = doh_read(talk);

    if (connection <= 2)
        doh_ping(talk, 10000);
    if (request != NULL && connection > 2)
        doh_answer(talk, g_steal_pointer(&request));
    if (request != NULL)
        doh_request_free(request);
    doh_answer_rest(talk);
}

static void flood_of_frames_ends_the_connection(void)
{
    DotScene scene;
    DotAsk first = {0}, second = {0};

    doh_scene_open(&scene, script_flood);
    dot_ask(&scene, &first, "alpha.example");
    turn_until(&scene, first.done == 1);
    g_assert_cmpint(first.status, ==, STATUS_MALFORMED);
    dot_ask(&scene, &second, "beta.example");
    turn_until(&scene, second.done == 1);
    dot_assert_answered(&second);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 3);
    doh_scene_close(&scene);
}

static uint32_t ttl_of(const DotAsk *ask)
{
    Message reply;
    Record record;

    g_assert_cmpint(message_parse(&reply, ask->reply, ask->reply_length), ==, STATUS_OK);
    RecordIterator iterator = record_iterator(&reply);
    g_assert_true(record_next(&iterator, &record));
    return record.ttl;
}

static uint32_t ttl_with_age(const char *age)
{
    DotScene scene;
    DotAsk ask = {0};

    wrong = (DohReply){.age = age};
    doh_scene_open(&scene, script_wrong);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    doh_scene_close(&scene);
    return ttl_of(&ask);
}

static void age_lowers_the_ttl(void)
{
    g_assert_cmpuint(ttl_with_age("20"), ==, 40); /* talk_build_answer gives it 60 */
    g_assert_cmpuint(ttl_with_age("99999999999999999999999"), ==, 0);
    g_assert_cmpuint(ttl_with_age("soon"), ==, 60);
}

/* The longest message there is: the answer, then an unknown record that fills it up. */
static void script_big(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request;
    g_autofree uint8_t *big = g_malloc0(MESSAGE_MAX);

    while ((request = doh_read(talk)) != NULL) {
        g_autoptr(GBytes) query = doh_query(request);
        uint8_t answer[512];
        Message view;
        size_t length = talk_build_answer(query, answer);

        g_assert_cmpint(message_parse(&view, answer, length), ==, STATUS_OK);
        length = view.opt; /* which is last */
        memset(big, 0, MESSAGE_MAX);
        memcpy(big, answer, length);
        wire_put_u16(big + 10, 1);
        wire_put_u16(big + length + 1, 65280); /* root, a type for private use, class IN, TTL 0 */
        wire_put_u16(big + length + 3, CLASS_IN);
        wire_put_u16(big + length + 9, (uint16_t)(MESSAGE_MAX - length - 11));
        doh_reply(talk, request, &(DohReply){.body = big, .length = MESSAGE_MAX});
        doh_request_free(request);
    }
    doh_end(talk);
}

static void longest_message_comes_whole(void)
{
    DotScene scene;
    g_autofree DotAsk *asks = g_new0(DotAsk, MANY);

    doh_scene_open(&scene, script_big);
    dot_ask_many(&scene, asks, MANY);
    for (int i = 0; i < MANY; i++) {
        turn_until(&scene, asks[i].done == 1);
        dot_assert_answered(&asks[i]);
        g_assert_cmpuint(asks[i].reply_length, ==, MESSAGE_MAX);
    }
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    doh_scene_close(&scene);
}

#define add(name, function) g_test_add_func("/doh/" name, function)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    log_set_level(g_test_verbose() ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
    add("question-is-answered", question_is_answered);
    add("request-is-a-padded-post-without-id", request_is_a_padded_post_without_id);
    add("answers-come-in-any-order", answers_come_in_any_order);
    add("refused-stream-is-asked-again", refused_stream_is_asked_again);
    add("get-is-used-where-post-is-refused", get_is_used_where_post_is_refused);
    add("status-500-is-a-failure", status_500_is_a_failure);
    add("redirection-is-a-failure", redirection_is_a_failure);
    add("web-page-is-no-answer", web_page_is_no_answer);
    add("type-with-parameters-is-taken", type_with_parameters_is_taken);
    add("longer-type-is-another", longer_type_is_another);
    add("empty-body-is-no-answer", empty_body_is_no_answer);
    add("body-of-garbage-is-no-answer", body_of_garbage_is_no_answer);
    add("body-above-the-limit-is-cut-off", body_above_the_limit_is_cut_off);
    add("headers-above-the-limit-are-refused", headers_above_the_limit_are_refused);
    add("flood-of-frames-ends-the-connection", flood_of_frames_ends_the_connection);
    add("age-lowers-the-ttl", age_lowers_the_ttl);
    add("longest-message-comes-whole", longest_message_comes_whole);
    return g_test_run();
}
