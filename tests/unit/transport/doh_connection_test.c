/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS over HTTPS against an HTTP/2 server made of nghttp2: what befalls a connection. */
#include "doh_scene.h"
#include "log.h"

#include <string.h>

static void script_two_streams(DotScene *scene, DotTalk *dot, int connection)
{
    doh_answer_rest(doh_talk_new(scene, dot, 2));
}

static void limit_of_streams_is_honoured(void)
{
    DotScene scene;
    DotAsk first = {0}, asks[MANY] = {0};

    doh_scene_open(&scene, script_two_streams);
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
    g_assert_cmpuint(doh_seen.most_open, <=, 2);
    scene.server.stopping = 0;
    tls_server_start(&scene.server); /* for scene_close */
    doh_scene_close(&scene);
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
        doh_end(talk);
        return;
    }
    doh_answer_rest(talk);
}

static void goaway_moves_the_rest_to_a_new_connection(void)
{
    DotScene scene;
    DotAsk one = {0}, two = {0};

    doh_scene_open(&scene, script_go_away);
    dot_ask(&scene, &one, "alpha.example");
    dot_ask(&scene, &two, "beta.example");
    turn_until(&scene, one.done == 1 && two.done == 1);
    dot_assert_answered(&one);
    dot_assert_answered(&two);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    doh_scene_close(&scene);
}

static void script_close_on_second(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request = doh_read(talk);

    if (request != NULL)
        doh_answer(talk, request);
    if (connection > 1) {
        doh_answer_rest(talk);
        return;
    }
    if ((request = doh_read(talk)) != NULL)
        doh_request_free(request);
    doh_end(talk);
}

static void close_by_the_server_is_no_failure(void)
{
    DotScene scene;
    DotAsk first = {0}, second = {0};

    doh_scene_open(&scene, script_close_on_second);
    dot_ask(&scene, &first, "first.example");
    turn_until(&scene, first.done == 1);
    dot_ask(&scene, &second, "second.example");
    turn_until(&scene, second.done == 1);
    dot_assert_answered(&second);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 1);
    doh_scene_close(&scene);
}

static void unused_connection_is_closed(void)
{
    DotScene scene;
    DotAsk ask = {0};

    doh_scene_open(&scene, doh_script_answer);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    loop_advance(scene.loop, 30 * SECOND_US);
    dot_ask(&scene, &ask, "beta.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 0);
    doh_scene_close(&scene);
}

static void script_first_is_silent(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);

    if (connection == 1)
        doh_swallow(talk);
    doh_answer_rest(talk);
}

static void silent_connection_is_replaced(void)
{
    DotScene scene;
    DotAsk ask = {0};

    doh_scene_open(&scene, script_first_is_silent);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    for (int i = 0; i < 100; i++) /* its SETTINGS are in */
        dot_scene_turn(&scene);
    loop_advance(scene.loop, 4 * SECOND_US);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    doh_scene_close(&scene);
}

static void server_without_h2_is_refused(void)
{
    DotScene scene;
    DotAsk ask = {0};

    memset(&doh_seen, 0, sizeof doh_seen);
    dot_scene_open_as(&scene, ENDPOINT_DOH, NULL, script_silent);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpint(ask.status, ==, STATUS_UNSUPPORTED);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    g_assert_cmpint(scene.asked, ==, 0);
    doh_scene_close(&scene);
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

    doh_scene_open(&scene, script_garbage);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpint(ask.status, ==, STATUS_MALFORMED);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    doh_scene_close(&scene);
}

static void cancelled_is_reset_and_never_told(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0}, last = {0};

    doh_scene_open(&scene, doh_script_reverse);
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
    g_assert_cmpuint(doh_seen.resets, ==, 2);
    scene.server.stopping = 0;
    tls_server_start(&scene.server); /* for scene_close */
    doh_scene_close(&scene);
}

static void timeout_leaves_the_connection_alone(void)
{
    DotScene scene;
    DotAsk slow = {.budget_us = SECOND_US}, asks[MANY] = {0};

    doh_scene_open(&scene, doh_script_reverse);
    dot_ask(&scene, &slow, "slow.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    loop_advance(scene.loop, SECOND_US);
    g_assert_cmpint(slow.status, ==, STATUS_TIMEOUT);
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, asks[0].done == 1);
    dot_assert_answered(&asks[0]);
    g_assert_cmpuint(slow.done, ==, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    doh_scene_close(&scene);
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

    doh_scene_open(&scene, doh_script_reverse);
    for (int i = 0; i < MANY; i++)
        asks[i].then = close_transport;
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, scene.transport == NULL);
    for (int i = 0; i < MANY; i++) {
        g_assert_cmpuint(asks[i].done, ==, 1);
        answered += asks[i].status == STATUS_OK;
    }
    g_assert_cmpuint(answered, ==, 1);
    doh_scene_close(&scene);
}

static void change_network(DotAsk *ask)
{
    ask->then = NULL;
    transport_network_changed(ask->scene->transport);
}

static void script_reverse_first(DotScene *scene, DotTalk *dot, int connection)
{
    if (connection == 1)
        doh_script_reverse(scene, dot, connection);
    else
        doh_script_answer(scene, dot, connection);
}

static void network_may_change_inside_done(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};

    doh_scene_open(&scene, script_reverse_first);
    asks[MANY - 1].then = change_network;
    dot_ask_many(&scene, asks, MANY);
    for (int i = 0; i < MANY; i++) {
        turn_until(&scene, asks[i].done == 1);
        dot_assert_answered(&asks[i]);
    }
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    g_assert_cmpint(scene.server.resumed, ==, 0);
    doh_scene_close(&scene);
}

static void malformed_query_fails_by_itself(void)
{
    DotScene scene;
    DotAsk good = {0}, bad = {0};

    doh_scene_open(&scene, doh_script_answer);
    dot_ask(&scene, &bad, "alpha.example");
    bad.exchange.query_length = 13;
    dot_ask(&scene, &good, "beta.example");
    turn_until(&scene, good.done == 1 && bad.done == 1);
    dot_assert_answered(&good);
    g_assert_cmpint(bad.status, ==, STATUS_MALFORMED);
    doh_scene_close(&scene);
}

#define add(name, function) g_test_add_func("/doh/" name, function)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    log_set_level(g_test_verbose() ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
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
    return g_test_run();
}
