/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions and answers over DNS over TLS, and who may go away in between. */
#include "dot_scene.h"
#include "edns.h"
#include "log.h"

enum { MANY = 8 };

static void question_is_answered(void)
{
    DotScene scene;
    DotAsk ask = {0};
    TransportFacts facts;

    dot_scene_open(&scene, script_answer_all);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    transport_facts(scene.transport, &facts);
    g_assert_true(g_str_has_prefix(facts.security, "TLS1.3 TLS_"));
    g_assert_cmpint(facts.last_failure, ==, STATUS_OK);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 0);
    dot_scene_close(&scene);
}

static void query_is_padded_and_asks_for_keepalive(void)
{
    DotScene scene;
    DotAsk ask = {0};
    Message query;
    size_t length;

    dot_scene_open(&scene, script_answer_all);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    const uint8_t *wire = g_bytes_get_data(scene.first, &length);
    g_assert_cmpuint(length % 128, ==, 0);
    g_assert_cmpint(message_parse(&query, wire, length), ==, STATUS_OK);
    g_assert_nonnull(edns_option(&query, EDNS_PADDING, &length));
    g_assert_nonnull(edns_option(&query, EDNS_TCP_KEEPALIVE, &length));
    g_assert_cmpuint(length, ==, 0);
    dot_scene_close(&scene);
}

static void script_reverse(DotScene *scene, DotTalk *talk, int connection)
{
    GBytes *queries[MANY];

    for (int i = 0; i < MANY; i++)
        queries[i] = talk_read(scene, talk);
    for (int i = MANY; i-- > 0;) {
        talk_answer(talk, queries[i]);
        g_bytes_unref(queries[i]);
    }
    talk_swallow(scene, talk);
}

static void answers_come_in_any_order(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};

    dot_scene_open(&scene, script_reverse);
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, asks[0].done == 1);
    for (int i = 0; i < MANY; i++)
        dot_assert_answered(&asks[i]);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    dot_scene_close(&scene);
}

static void queries_of_one_turn_share_a_record(void)
{
    DotScene scene;
    DotAsk first = {0}, asks[MANY] = {0};

    dot_scene_open(&scene, script_answer_all);
    dot_ask(&scene, &first, "first.example");
    turn_until(&scene, first.done == 1);
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, asks[MANY - 1].done == 1);
    g_assert_cmpint(scene.asked, ==, 1 + MANY);
    g_assert_cmpint(scene.records, ==, 2);
    dot_scene_close(&scene);
}

static void script_forge(DotScene *scene, DotTalk *talk, int connection)
{
    GBytes *query = talk_read(scene, talk);
    uint8_t reply[512];
    size_t length = talk_build_answer(query, reply);

    talk_send(talk, reply, 0);
    talk_send(talk, reply, 3);
    talk_send(talk, reply, length - 1);    /* right ID, cut short */
    reply[MESSAGE_HEADER_LENGTH + 1] ^= 1; /* another question */
    talk_send(talk, reply, length);
    reply[MESSAGE_HEADER_LENGTH + 1] ^= 1;
    reply[0] ^= 0x55; /* another ID */
    talk_send(talk, reply, length);
    reply[0] ^= 0x55;
    reply[2] &= 0x7f; /* a query */
    talk_send(talk, reply, length);
    talk_answer(talk, query);
    g_bytes_unref(query);
    talk_swallow(scene, talk);
}

static void forged_answers_are_dropped_and_counted(void)
{
    DotScene scene;
    DotAsk ask = {0};

    dot_scene_open(&scene, script_forge);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    g_assert_cmpuint(dot_scene_counters(&scene)->forged, ==, 6);
    g_assert_cmpuint(dot_scene_counters(&scene)->replayed, ==, 0);
    dot_scene_close(&scene);
}

static void script_replay(DotScene *scene, DotTalk *talk, int connection)
{
    GBytes *query = talk_read(scene, talk);

    talk_answer(talk, query);
    talk_answer(talk, query);
    talk_answer(talk, query);
    g_bytes_unref(query);
    script_answer_all(scene, talk, connection);
}

static void replayed_answers_are_dropped_and_counted(void)
{
    DotScene scene;
    DotAsk first = {0}, second = {0};

    dot_scene_open(&scene, script_replay);
    dot_ask(&scene, &first, "alpha.example");
    turn_until(&scene, first.done == 1);
    dot_ask(&scene, &second, "beta.example");
    turn_until(&scene, second.done == 1);
    dot_assert_answered(&second);
    g_assert_cmpuint(first.done, ==, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->replayed, ==, 2);
    g_assert_cmpuint(dot_scene_counters(&scene)->forged, ==, 0);
    dot_scene_close(&scene);
}

/* The first question is answered after the second. */
static void script_late(DotScene *scene, DotTalk *talk, int connection)
{
    GBytes *slow = talk_read(scene, talk), *quick = talk_read(scene, talk);

    if (quick != NULL) {
        talk_answer(talk, slow);
        talk_answer(talk, quick);
    }
    g_clear_pointer(&slow, g_bytes_unref);
    g_clear_pointer(&quick, g_bytes_unref);
    talk_swallow(scene, talk);
}

static void timeout_leaves_the_connection_alone(void)
{
    DotScene scene;
    DotAsk slow = {.budget_us = SECOND_US}, quick = {0};

    dot_scene_open(&scene, script_late);
    dot_ask(&scene, &slow, "slow.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    loop_advance(scene.loop, SECOND_US - 1);
    g_assert_cmpuint(slow.done, ==, 0);
    loop_advance(scene.loop, 1);
    g_assert_cmpuint(slow.done, ==, 1);
    g_assert_cmpint(slow.status, ==, STATUS_TIMEOUT);
    dot_ask(&scene, &quick, "quick.example");
    turn_until(&scene, quick.done == 1);
    dot_assert_answered(&quick);
    g_assert_cmpuint(slow.done, ==, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->forged, ==, 0); /* late is not forged */
    dot_scene_close(&scene);
}

static void cancelled_is_never_told(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};

    dot_scene_open(&scene, script_reverse);
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, g_atomic_int_get(&scene.asked) > 0);
    exchange_cancel(&asks[0].exchange);
    exchange_cancel(&asks[3].exchange);
    exchange_cancel(&asks[3].exchange);
    turn_until(&scene, asks[1].done == 1);
    dot_scene_turn(&scene);
    for (int i = 0; i < MANY; i++)
        g_assert_cmpuint(asks[i].done, ==, (i == 0 || i == 3 ? 0 : 1));
    g_assert_cmpuint(dot_scene_counters(&scene)->forged, ==, 0);
    dot_scene_close(&scene);
}

static void free_ask(DotAsk *ask)
{
    g_free(ask);
}

static void exchange_may_be_freed_inside_done(void)
{
    DotScene scene;
    DotAsk last = {0};

    dot_scene_open(&scene, script_answer_all);
    for (int i = 0; i < 3; i++) {
        DotAsk *ask = g_new0(DotAsk, 1);

        ask->then = free_ask;
        dot_ask(&scene, ask, "alpha.example");
    }
    dot_ask(&scene, &last, "last.example");
    turn_until(&scene, last.done == 1);
    dot_assert_answered(&last);
    dot_scene_close(&scene);
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

    dot_scene_open(&scene, script_reverse);
    for (int i = 0; i < MANY; i++)
        asks[i].then = close_transport;
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, scene.transport == NULL);
    for (int i = 0; i < MANY; i++) {
        g_assert_cmpuint(asks[i].done, ==, 1);
        answered += asks[i].status == STATUS_OK;
        if (asks[i].status != STATUS_OK)
            g_assert_cmpint(asks[i].status, ==, STATUS_CANCELLED);
    }
    g_assert_cmpuint(answered, ==, 1);
    dot_scene_close(&scene);
}

static void change_network(DotAsk *ask)
{
    transport_network_changed(ask->scene->transport);
}

static void network_may_change_inside_done(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};

    dot_scene_open(&scene, script_reverse);
    asks[MANY - 1].then = change_network;
    dot_ask_many(&scene, asks, MANY);
    /* The others are asked again, but the script wants a whole round of questions. */
    turn_until(&scene, asks[MANY - 1].done == 1);
    dot_ask(&scene, &asks[MANY - 1], "h.example");
    asks[MANY - 1].then = NULL;
    turn_until(&scene, asks[0].done == 1);
    for (int i = 0; i < MANY; i++)
        dot_assert_answered(&asks[i]);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    g_assert_cmpint(scene.server.resumed, ==, 0); /* nothing that ties the networks together */
    dot_scene_close(&scene);
}

static void ask_again(DotAsk *ask)
{
    ask->then = NULL;
    dot_ask(ask->scene, ask, "again.example");
}

static void question_may_be_sent_inside_done(void)
{
    DotScene scene;
    DotAsk ask = {.then = ask_again};

    dot_scene_open(&scene, script_answer_all);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1 && g_atomic_int_get(&scene.asked) == 2);
    dot_assert_answered(&ask);
    dot_scene_close(&scene);
}

static void ids_are_unique_and_unlike_the_owners(void)
{
    enum { COUNT = 250 };
    DotScene scene;
    g_autofree DotAsk *asks = g_new0(DotAsk, COUNT);
    g_autoptr(GHashTable) ids = g_hash_table_new(NULL, NULL);
    guint kept = 0;

    dot_scene_open(&scene, script_silent);
    for (int i = 0; i < COUNT; i++)
        dot_ask(&scene, &asks[i], "alpha.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == COUNT);
    for (int i = 0; i < COUNT; i++) {
        g_hash_table_add(ids, GUINT_TO_POINTER(asks[i].exchange.wire_id));
        kept += asks[i].exchange.wire_id == 0x1234;
    }
    g_assert_cmpuint(g_hash_table_size(ids), ==, COUNT);
    g_assert_cmpuint(kept, <=, 1);
    dot_scene_close(&scene);
    for (int i = 0; i < COUNT; i++) {
        g_assert_cmpuint(asks[i].done, ==, 1);
        g_assert_cmpint(asks[i].status, ==, STATUS_CANCELLED);
    }
}

static void malformed_query_fails_by_itself(void)
{
    DotScene scene;
    DotAsk good = {0}, bad = {0};

    dot_scene_open(&scene, script_answer_all);
    dot_ask(&scene, &bad, "alpha.example");
    bad.exchange.query_length = 13;
    dot_ask(&scene, &good, "beta.example");
    turn_until(&scene, good.done == 1 && bad.done == 1);
    dot_assert_answered(&good);
    g_assert_cmpint(bad.status, ==, STATUS_MALFORMED);
    dot_scene_close(&scene);
}

#define add(name, function) g_test_add_func("/dot/" name, function)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    if (g_test_verbose())
        log_set_level(LOG_LEVEL_DEBUG);
    add("question-is-answered", question_is_answered);
    add("query-is-padded-and-asks-for-keepalive", query_is_padded_and_asks_for_keepalive);
    add("answers-come-in-any-order", answers_come_in_any_order);
    add("queries-of-one-turn-share-a-record", queries_of_one_turn_share_a_record);
    add("forged-answers-are-dropped-and-counted", forged_answers_are_dropped_and_counted);
    add("replayed-answers-are-dropped-and-counted", replayed_answers_are_dropped_and_counted);
    add("timeout-leaves-the-connection-alone", timeout_leaves_the_connection_alone);
    add("cancelled-is-never-told", cancelled_is_never_told);
    add("exchange-may-be-freed-inside-done", exchange_may_be_freed_inside_done);
    add("transport-may-be-closed-inside-done", transport_may_be_closed_inside_done);
    add("network-may-change-inside-done", network_may_change_inside_done);
    add("question-may-be-sent-inside-done", question_may_be_sent_inside_done);
    add("ids-are-unique-and-unlike-the-owners", ids_are_unique_and_unlike_the_owners);
    add("malformed-query-fails-by-itself", malformed_query_fails_by_itself);
    return g_test_run();
}
