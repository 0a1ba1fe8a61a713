/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS over HTTPS against an HTTP/2 server made of nghttp2: answers, then connections. One file,
 * long as it is, for both halves share scripts and what they have seen. */
#include "doh_server.h"
#include "edns.h"
#include "log.h"

#include <nghttp2/nghttp2.h>
#include <string.h>

enum { MANY = 8 };

/* What scripts have seen, for the test to look at when the scene is closed. */
static struct {
    char *method, *path, *authority, *content_type;
    bool told_on;
    GBytes *query;
    unsigned resets, most_open;
} seen;

static void scene_open(DotScene *scene, DotScript script)
{
    memset(&seen, 0, sizeof seen);
    dot_scene_open_as(scene, ENDPOINT_DOH, "h2", script);
}

static void scene_close(DotScene *scene)
{
    dot_scene_close(scene);
    g_free(seen.method);
    g_free(seen.path);
    g_free(seen.authority);
    g_free(seen.content_type);
    g_clear_pointer(&seen.query, g_bytes_unref);
}

static void note(const DohRequest *request)
{
    if (seen.query != NULL)
        return;
    seen.method = g_strdup(request->method);
    seen.path = g_strdup(request->path);
    seen.authority = g_strdup(request->authority);
    seen.content_type = g_strdup(request->content_type);
    seen.told_on = request->cookie_or_agent;
    seen.query = doh_query(request);
}

static void end_talk(DohTalk *talk)
{
    seen.resets += doh_resets(talk);
    seen.most_open = MAX(seen.most_open, doh_most_open(talk));
    doh_talk_free(talk);
}

/* Answers everything that comes. */
static void answer_rest(DohTalk *talk)
{
    DohRequest *request;

    while ((request = doh_read(talk)) != NULL) {
        note(request);
        doh_answer(talk, request);
    }
    end_talk(talk);
}

static void script_answer(DotScene *scene, DotTalk *dot, int connection)
{
    answer_rest(doh_talk_new(scene, dot, 0));
}

static void question_is_answered(void)
{
    DotScene scene;
    DotAsk ask = {0};
    TransportFacts facts;

    scene_open(&scene, script_answer);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    transport_facts(scene.transport, &facts);
    g_assert_true(g_str_has_prefix(facts.security, "TLS1.3 TLS_"));
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 0);
    scene_close(&scene);
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

    scene_open(&scene, script_answer);
    scene.endpoint->path = g_strdup("/ask{?dns}");
    reopen(&scene);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpstr(seen.method, ==, "POST");
    g_assert_cmpstr(seen.path, ==, "/ask");
    g_assert_cmpstr(seen.content_type, ==, "application/dns-message");
    g_assert_true(g_str_has_prefix(seen.authority, "dns.example:"));
    g_assert_false(seen.told_on);
    const uint8_t *query = g_bytes_get_data(seen.query, &length);
    g_assert_cmpuint(length, ==, 128);
    g_assert_cmpuint(wire_get_u16(query), ==, 0);
    scene_close(&scene);
}

static void script_reverse(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *requests[MANY];

    for (int i = 0; i < MANY; i++)
        requests[i] = doh_read(talk);
    for (int i = MANY; i-- > 0;)
        if (requests[i] != NULL)
            doh_answer(talk, requests[i]);
    answer_rest(talk);
}

static void answers_come_in_any_order(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};

    scene_open(&scene, script_reverse);
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, asks[0].done == 1);
    for (int i = 0; i < MANY; i++)
        dot_assert_answered(&asks[i]);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    scene_close(&scene);
}

static void script_two_streams(DotScene *scene, DotTalk *dot, int connection)
{
    answer_rest(doh_talk_new(scene, dot, 2));
}

static void limit_of_streams_is_honoured(void)
{
    DotScene scene;
    DotAsk first = {0}, asks[MANY] = {0};

    scene_open(&scene, script_two_streams);
    dot_ask(&scene, &first, "first.example"); /* whose answer brings the limit along */
    turn_until(&scene, first.done == 1);
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, asks[MANY - 1].done == 1);
    for (int i = 0; i < MANY; i++)
        dot_assert_answered(&asks[i]);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 0);
    transport_close(g_steal_pointer(&scene.transport));
    tls_server_stop(&scene.server);
    g_assert_cmpuint(seen.most_open, <=, 2);
    scene.server.stopping = 0;
    tls_server_start(&scene.server); /* for scene_close */
    scene_close(&scene);
}

/* GOAWAY after the first of two: that one is answered, the other was not looked at. */
static void script_go_away(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);

    if (connection == 1) {
        DohRequest *one = doh_read(talk), *two = doh_read(talk);

        doh_go_away(talk, one->id);
        doh_answer(talk, one);
        doh_request_free(two);
        doh_swallow(talk);
        end_talk(talk);
        return;
    }
    answer_rest(talk);
}

static void goaway_moves_the_rest_to_a_new_connection(void)
{
    DotScene scene;
    DotAsk one = {0}, two = {0};

    scene_open(&scene, script_go_away);
    dot_ask(&scene, &one, "alpha.example");
    dot_ask(&scene, &two, "beta.example");
    turn_until(&scene, one.done == 1 && two.done == 1);
    dot_assert_answered(&one);
    dot_assert_answered(&two);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    scene_close(&scene);
}

static void script_refuse_first(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request = doh_read(talk);

    doh_reset(talk, request->id, NGHTTP2_REFUSED_STREAM);
    doh_request_free(request);
    answer_rest(talk);
}

static void refused_stream_is_asked_again(void)
{
    DotScene scene;
    DotAsk ask = {0};

    scene_open(&scene, script_refuse_first);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 1);
    scene_close(&scene);
}

static void script_get_only(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request;

    while ((request = doh_read(talk)) != NULL) {
        if (g_str_equal(request->method, "GET")) {
            note(request);
            doh_answer(talk, request);
            continue;
        }
        doh_reply(talk, request, &(DohReply){.status = 405, .content_type = "text/plain"});
        doh_request_free(request);
    }
    end_talk(talk);
}

static void get_is_used_where_post_is_refused(void)
{
    DotScene scene;
    DotAsk first = {0}, second = {0};

    scene_open(&scene, script_get_only);
    scene.endpoint->path = g_strdup("/dns-query");
    reopen(&scene);
    dot_ask(&scene, &first, "alpha.example");
    turn_until(&scene, first.done == 1);
    dot_assert_answered(&first);
    g_assert_true(g_str_has_prefix(seen.path, "/dns-query?dns=AAAB"));
    g_assert_false(g_str_has_suffix(seen.path, "=")); /* no padding */
    g_assert_null(seen.content_type);
    dot_ask(&scene, &second, "beta.example");
    turn_until(&scene, second.done == 1);
    dot_assert_answered(&second);
    g_assert_cmpint(scene.asked, ==, 3); /* POST only once */
    scene_close(&scene);
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
    end_talk(talk);
}

static void assert_wrong(DohReply reply, Status status)
{
    DotScene scene;
    DotAsk ask = {0};

    wrong = reply;
    scene_open(&scene, script_wrong);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpint(ask.status, ==, status);
    scene_close(&scene);
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
    scene_open(&scene, script_wrong);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    scene_close(&scene);
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
    end_talk(talk);
}

static void longest_message_comes_whole(void)
{
    DotScene scene;
    g_autofree DotAsk *asks = g_new0(DotAsk, MANY);

    scene_open(&scene, script_big);
    dot_ask_many(&scene, asks, MANY);
    for (int i = 0; i < MANY; i++) {
        turn_until(&scene, asks[i].done == 1);
        dot_assert_answered(&asks[i]);
        g_assert_cmpuint(asks[i].reply_length, ==, MESSAGE_MAX);
    }
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    scene_close(&scene);
}

static void script_close_on_second(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request = doh_read(talk);

    if (request != NULL)
        doh_answer(talk, request);
    if (connection > 1) {
        answer_rest(talk);
        return;
    }
    if ((request = doh_read(talk)) != NULL)
        doh_request_free(request);
    end_talk(talk);
}

static void close_by_the_server_is_no_failure(void)
{
    DotScene scene;
    DotAsk first = {0}, second = {0};

    scene_open(&scene, script_close_on_second);
    dot_ask(&scene, &first, "first.example");
    turn_until(&scene, first.done == 1);
    dot_ask(&scene, &second, "second.example");
    turn_until(&scene, second.done == 1);
    dot_assert_answered(&second);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 1);
    scene_close(&scene);
}

static void unused_connection_is_closed(void)
{
    DotScene scene;
    DotAsk ask = {0};

    scene_open(&scene, script_answer);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    loop_advance(scene.loop, 30 * SECOND_US);
    dot_ask(&scene, &ask, "beta.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 0);
    scene_close(&scene);
}

static void script_first_is_silent(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);

    if (connection == 1)
        doh_swallow(talk);
    answer_rest(talk);
}

static void silent_connection_is_replaced(void)
{
    DotScene scene;
    DotAsk ask = {0};

    scene_open(&scene, script_first_is_silent);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    for (int i = 0; i < 100; i++) /* its SETTINGS are in */
        dot_scene_turn(&scene);
    loop_advance(scene.loop, 4 * SECOND_US);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    scene_close(&scene);
}

static void server_without_h2_is_refused(void)
{
    DotScene scene;
    DotAsk ask = {0};

    memset(&seen, 0, sizeof seen);
    dot_scene_open_as(&scene, ENDPOINT_DOH, NULL, script_silent);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpint(ask.status, ==, STATUS_UNSUPPORTED);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    g_assert_cmpint(scene.asked, ==, 0);
    scene_close(&scene);
}

static void script_garbage(DotScene *scene, DotTalk *dot, int connection)
{
    static const char page[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

    gnutls_record_send(dot->session, page, strlen(page));
    talk_swallow(scene, dot);
}

static void garbage_is_a_failure_the_second_time(void)
{
    DotScene scene;
    DotAsk ask = {0};

    scene_open(&scene, script_garbage);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpint(ask.status, ==, STATUS_MALFORMED);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    scene_close(&scene);
}

static void cancelled_is_reset_and_never_told(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0}, last = {0};

    scene_open(&scene, script_reverse);
    dot_ask_many(&scene, asks, MANY - 1);
    turn_until(&scene, g_atomic_int_get(&scene.asked) > 0);
    exchange_cancel(&asks[0].exchange);
    exchange_cancel(&asks[3].exchange);
    exchange_cancel(&asks[3].exchange);
    dot_ask(&scene, &last, "last.example");
    turn_until(&scene, last.done == 1 && asks[1].done == 1);
    for (int i = 0; i < MANY - 1; i++)
        g_assert_cmpuint(asks[i].done, ==, (i == 0 || i == 3 ? 0 : 1));
    transport_close(g_steal_pointer(&scene.transport));
    tls_server_stop(&scene.server);
    g_assert_cmpuint(seen.resets, ==, 2);
    scene.server.stopping = 0;
    tls_server_start(&scene.server); /* for scene_close */
    scene_close(&scene);
}

static void timeout_leaves_the_connection_alone(void)
{
    DotScene scene;
    DotAsk slow = {.budget_us = SECOND_US}, asks[MANY] = {0};

    scene_open(&scene, script_reverse);
    dot_ask(&scene, &slow, "slow.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    loop_advance(scene.loop, SECOND_US);
    g_assert_cmpint(slow.status, ==, STATUS_TIMEOUT);
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, asks[0].done == 1);
    dot_assert_answered(&asks[0]);
    g_assert_cmpuint(slow.done, ==, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    scene_close(&scene);
}

static void close_transport(DotAsk *ask)
{
    if (ask->status == STATUS_OK) /* the others are cancelled by this close */
        transport_close(g_steal_pointer(&ask->scene->transport));
}

static void transport_may_be_closed_inside_done(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};
    guint answered = 0;

    scene_open(&scene, script_reverse);
    for (int i = 0; i < MANY; i++)
        asks[i].then = close_transport;
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, scene.transport == NULL);
    for (int i = 0; i < MANY; i++) {
        g_assert_cmpuint(asks[i].done, ==, 1);
        answered += asks[i].status == STATUS_OK;
    }
    g_assert_cmpuint(answered, ==, 1);
    scene_close(&scene);
}

static void change_network(DotAsk *ask)
{
    ask->then = NULL;
    transport_network_changed(ask->scene->transport);
}

static void script_reverse_first(DotScene *scene, DotTalk *dot, int connection)
{
    if (connection == 1)
        script_reverse(scene, dot, connection);
    else
        script_answer(scene, dot, connection);
}

static void network_may_change_inside_done(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};

    scene_open(&scene, script_reverse_first);
    asks[MANY - 1].then = change_network;
    dot_ask_many(&scene, asks, MANY);
    for (int i = 0; i < MANY; i++) {
        turn_until(&scene, asks[i].done == 1);
        dot_assert_answered(&asks[i]);
    }
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    g_assert_cmpint(scene.server.resumed, ==, 0);
    scene_close(&scene);
}

static void malformed_query_fails_by_itself(void)
{
    DotScene scene;
    DotAsk good = {0}, bad = {0};

    scene_open(&scene, script_answer);
    dot_ask(&scene, &bad, "alpha.example");
    bad.exchange.query_length = 13;
    dot_ask(&scene, &good, "beta.example");
    turn_until(&scene, good.done == 1 && bad.done == 1);
    dot_assert_answered(&good);
    g_assert_cmpint(bad.status, ==, STATUS_MALFORMED);
    scene_close(&scene);
}

#define add(name, function) g_test_add_func("/doh/" name, function)

static void add_connections(void)
{
    add("limit-of-streams-is-honoured", limit_of_streams_is_honoured);
    add("goaway-moves-the-rest-to-a-new-connection", goaway_moves_the_rest_to_a_new_connection);
    add("close-by-the-server-is-no-failure", close_by_the_server_is_no_failure);
    add("unused-connection-is-closed", unused_connection_is_closed);
    add("silent-connection-is-replaced", silent_connection_is_replaced);
    add("server-without-h2-is-refused", server_without_h2_is_refused);
    add("garbage-is-a-failure-the-second-time", garbage_is_a_failure_the_second_time);
    add("cancelled-is-reset-and-never-told", cancelled_is_reset_and_never_told);
    add("timeout-leaves-the-connection-alone", timeout_leaves_the_connection_alone);
    add("transport-may-be-closed-inside-done", transport_may_be_closed_inside_done);
    add("network-may-change-inside-done", network_may_change_inside_done);
    add("malformed-query-fails-by-itself", malformed_query_fails_by_itself);
}

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
    add("age-lowers-the-ttl", age_lowers_the_ttl);
    add("longest-message-comes-whole", longest_message_comes_whole);
    add_connections();
    return g_test_run();
}
