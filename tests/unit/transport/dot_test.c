/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dot_scene.h"
#include "edns.h"
#include "log.h"

#include <linux/filter.h>
#include <string.h>
#include <unistd.h>

enum { MANY = 8 };

/* ---- scripts that several tests use ---- */

/* The reply ends with an OPT of no options, which gets this one (RFC 7828 §3.1). */
static void answer_with_keepalive(DotTalk *talk, GBytes *query, uint16_t units)
{
    uint8_t reply[512];
    size_t length = talk_build_answer(query, reply);

    wire_put_u16(reply + length - 2, 6);
    wire_put_u16(reply + length, EDNS_TCP_KEEPALIVE);
    wire_put_u16(reply + length + 2, 2);
    wire_put_u16(reply + length + 4, units);
    talk_send(talk, reply, length + 6);
}

static void script_answer_all(DotScene *scene, DotTalk *talk, int connection)
{
    GBytes *query;

    while ((query = talk_read(scene, talk)) != NULL) {
        talk_answer(talk, query);
        g_bytes_unref(query);
    }
}

/* Reads until the client goes, without a word. */
static void swallow(DotScene *scene, DotTalk *talk)
{
    GBytes *query;

    while ((query = talk_read(scene, talk)) != NULL)
        g_bytes_unref(query);
}

/* ---- tests ---- */

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
    swallow(scene, talk);
}

static void ask_many(DotScene *scene, DotAsk asks[MANY])
{
    for (int i = 0; i < MANY; i++) {
        char name[] = "?.example";

        name[0] = (char)('a' + i);
        dot_ask(scene, &asks[i], name);
    }
}

static void answers_come_in_any_order(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};

    dot_scene_open(&scene, script_reverse);
    ask_many(&scene, asks);
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
    ask_many(&scene, asks);
    turn_until(&scene, asks[MANY - 1].done == 1);
    g_assert_cmpint(scene.asked, ==, 1 + MANY);
    g_assert_cmpint(scene.records, ==, 2);
    dot_scene_close(&scene);
}

static void script_close_on_second(DotScene *scene, DotTalk *talk, int connection)
{
    GBytes *query = talk_read(scene, talk);

    talk_answer(talk, query);
    g_bytes_unref(query);
    query = talk_read(scene, talk);
    if (connection == 1) {
        g_clear_pointer(&query, g_bytes_unref);
        return;
    }
    if (query != NULL)
        talk_answer(talk, query);
    g_clear_pointer(&query, g_bytes_unref);
    swallow(scene, talk);
}

static void close_by_the_server_is_no_failure(void)
{
    DotScene scene;
    DotAsk first = {0}, second = {0};
    TransportFacts facts;

    dot_scene_open(&scene, script_close_on_second);
    dot_ask(&scene, &first, "first.example");
    turn_until(&scene, first.done == 1);
    dot_ask(&scene, &second, "second.example");
    turn_until(&scene, second.done == 1);
    dot_assert_answered(&second);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 1);
    transport_facts(scene.transport, &facts);
    g_assert_true(g_str_has_suffix(facts.security, ", resumed"));
    dot_scene_close(&scene);
}

static void script_one_answer(DotScene *scene, DotTalk *talk, int connection)
{
    GBytes *query = talk_read(scene, talk);

    if (query != NULL)
        talk_answer(talk, query);
    g_clear_pointer(&query, g_bytes_unref);
}

static void idle_close_opens_anew_for_the_next_question(void)
{
    DotScene scene;
    DotAsk ask = {0};

    dot_scene_open(&scene, script_one_answer);
    for (unsigned i = 1; i <= 3; i++) {
        dot_ask(&scene, &ask, "alpha.example");
        turn_until(&scene, ask.done == 1);
        dot_assert_answered(&ask);
        g_usleep(20000); /* the close arrives */
        dot_scene_turn(&scene);
        g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, i);
    }
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 0);
    dot_scene_close(&scene);
}

static void script_close_unanswered(DotScene *scene, DotTalk *talk, int connection)
{
    GBytes *query = talk_read(scene, talk);

    g_clear_pointer(&query, g_bytes_unref);
}

static void second_close_in_a_row_is_a_failure(void)
{
    DotScene scene;
    DotAsk ask = {0};

    dot_scene_open(&scene, script_close_unanswered);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpint(ask.status, ==, STATUS_CLOSED);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
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
    swallow(scene, talk);
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
    swallow(scene, talk);
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

static void script_first_is_silent(DotScene *scene, DotTalk *talk, int connection)
{
    if (connection == 1)
        swallow(scene, talk);
    else
        script_answer_all(scene, talk, connection);
}

static void silent_connection_is_replaced(void)
{
    DotScene scene;
    DotAsk ask = {0};

    dot_scene_open(&scene, script_first_is_silent);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    loop_advance(scene.loop, 4 * SECOND_US - 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    loop_advance(scene.loop, 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    dot_scene_close(&scene);
}

static void silence_counts_though_nobody_waits_any_more(void)
{
    DotScene scene;
    DotAsk ask = {0};

    dot_scene_open(&scene, script_first_is_silent);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    exchange_cancel(&ask.exchange);
    loop_advance(scene.loop, 4 * SECOND_US);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    dot_assert_answered(&ask);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    dot_scene_close(&scene);
}

/* After one answer the server's system drops whatever comes and acknowledges nothing, as a path
 * through a middlebox that has forgotten the connection would. */
static void script_go_deaf(DotScene *scene, DotTalk *talk, int connection)
{
    struct sock_filter drop = {.code = BPF_RET | BPF_K, .k = 0};
    struct sock_fprog filter = {.len = 1, .filter = &drop};
    int fd = gnutls_transport_get_int(talk->session);

    if (connection > 1) {
        script_answer_all(scene, talk, connection);
        return;
    }
    script_one_answer(scene, talk, connection);
    g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), ==, 0);
    g_atomic_int_set(&scene->dead, dup(fd)); /* else the end of this script would close it */
}

static void dead_path_is_left_sooner_than_a_slow_server(void)
{
    DotScene scene;
    DotAsk first = {0}, second = {0};

    dot_scene_open(&scene, script_go_deaf);
    scene.server.no_goodbye = true;
    dot_ask(&scene, &first, "alpha.example");
    turn_until(&scene, first.done == 1 && g_atomic_int_get(&scene.dead) > 0);
    dot_ask(&scene, &second, "beta.example");
    dot_scene_turn(&scene);
    dot_scene_turn(&scene);
    g_usleep(1500000); /* the kernel's clock is real: time for it to send again */
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    loop_advance(scene.loop, 2 * SECOND_US);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    turn_until(&scene, second.done == 1);
    dot_assert_answered(&second);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 1);
    close(scene.dead);
    dot_scene_close(&scene);
}

static void refused_ends_all_that_wait(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};

    dot_scene_open(&scene, script_answer_all);
    tls_server_stop(&scene.server);
    ask_many(&scene, asks);
    turn_until(&scene, asks[0].done == 1);
    for (int i = 0; i < MANY; i++) {
        g_assert_cmpuint(asks[i].done, ==, 1);
        g_assert_cmpint(asks[i].status, ==, STATUS_REFUSED);
    }
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    scene.server.stopping = 0;
    tls_server_start(&scene.server); /* for dot_scene_close */
    dot_scene_close(&scene);
}

static void wrong_certificate_ends_all_that_wait(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};
    TransportFacts facts;

    dot_scene_open(&scene, script_answer_all);
    transport_close(scene.transport);
    g_free(scene.endpoint->host);
    scene.endpoint->host = g_strdup("other.example");
    TransportEnvironment environment = {.loop = scene.loop, .tls = scene.tls};
    g_assert_cmpint(transport_open(&environment, scene.endpoint, &scene.transport), ==, STATUS_OK);
    ask_many(&scene, asks);
    turn_until(&scene, asks[0].done == 1);
    for (int i = 0; i < MANY; i++)
        g_assert_cmpint(asks[i].status, ==, STATUS_CERT_NAME);
    g_assert_cmpint(scene.asked, ==, 0);
    transport_facts(scene.transport, &facts);
    g_assert_cmpint(facts.last_failure, ==, STATUS_CERT_NAME);
    dot_scene_close(&scene);
}

static void cancelled_is_never_told(void)
{
    DotScene scene;
    DotAsk asks[MANY] = {0};

    dot_scene_open(&scene, script_reverse);
    ask_many(&scene, asks);
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
    ask_many(&scene, asks);
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
    ask_many(&scene, asks);
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

static void unused_connection_is_closed(void)
{
    DotScene scene;
    DotAsk ask = {0};

    dot_scene_open(&scene, script_answer_all);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    loop_advance(scene.loop, 29 * SECOND_US);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    loop_advance(scene.loop, 30 * SECOND_US);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    dot_scene_close(&scene);
}

static void script_keepalive_one_second(DotScene *scene, DotTalk *talk, int connection)
{
    GBytes *query;

    while ((query = talk_read(scene, talk)) != NULL) {
        answer_with_keepalive(talk, query, 10);
        g_bytes_unref(query);
    }
}

static void keepalive_of_the_server_is_honoured(void)
{
    DotScene scene;
    DotAsk ask = {0};

    dot_scene_open(&scene, script_keepalive_one_second);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    loop_advance(scene.loop, SECOND_US - 1);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1);
    loop_advance(scene.loop, SECOND_US);
    dot_ask(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    dot_scene_close(&scene);
}

static void script_keepalive_none(DotScene *scene, DotTalk *talk, int connection)
{
    GBytes *query;

    while ((query = talk_read(scene, talk)) != NULL) {
        answer_with_keepalive(talk, query, 0);
        g_bytes_unref(query);
    }
}

static void keepalive_of_zero_closes_at_once(void)
{
    DotScene scene;
    DotAsk first = {.then = ask_again}, second = {0};

    dot_scene_open(&scene, script_keepalive_none);
    dot_ask(&scene, &first, "alpha.example"); /* and again from `done`: on a new connection */
    turn_until(&scene, first.done == 1 && g_atomic_int_get(&scene.asked) == 2);
    dot_assert_answered(&first);
    dot_scene_turn(&scene);
    dot_ask(&scene, &second, "beta.example");
    turn_until(&scene, second.done == 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 3);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 0);
    dot_scene_close(&scene);
}

static void ids_are_unique_and_unlike_the_owners(void)
{
    enum { COUNT = 250 };
    DotScene scene;
    g_autofree DotAsk *asks = g_new0(DotAsk, COUNT);
    g_autoptr(GHashTable) ids = g_hash_table_new(NULL, NULL);
    guint kept = 0;

    dot_scene_open(&scene, script_first_is_silent);
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
    add("close-by-the-server-is-no-failure", close_by_the_server_is_no_failure);
    add("idle-close-opens-anew-for-the-next-question", idle_close_opens_anew_for_the_next_question);
    add("second-close-in-a-row-is-a-failure", second_close_in_a_row_is_a_failure);
    add("forged-answers-are-dropped-and-counted", forged_answers_are_dropped_and_counted);
    add("replayed-answers-are-dropped-and-counted", replayed_answers_are_dropped_and_counted);
    add("timeout-leaves-the-connection-alone", timeout_leaves_the_connection_alone);
    add("silent-connection-is-replaced", silent_connection_is_replaced);
    add("silence-counts-though-nobody-waits-any-more", silence_counts_though_nobody_waits_any_more);
    add("dead-path-is-left-sooner-than-a-slow-server", dead_path_is_left_sooner_than_a_slow_server);
    add("refused-ends-all-that-wait", refused_ends_all_that_wait);
    add("wrong-certificate-ends-all-that-wait", wrong_certificate_ends_all_that_wait);
    add("cancelled-is-never-told", cancelled_is_never_told);
    add("exchange-may-be-freed-inside-done", exchange_may_be_freed_inside_done);
    add("transport-may-be-closed-inside-done", transport_may_be_closed_inside_done);
    add("network-may-change-inside-done", network_may_change_inside_done);
    add("question-may-be-sent-inside-done", question_may_be_sent_inside_done);
    add("unused-connection-is-closed", unused_connection_is_closed);
    add("keepalive-of-the-server-is-honoured", keepalive_of_the_server_is_honoured);
    add("keepalive-of-zero-closes-at-once", keepalive_of_zero_closes_at_once);
    add("ids-are-unique-and-unlike-the-owners", ids_are_unique_and_unlike_the_owners);
    add("malformed-query-fails-by-itself", malformed_query_fails_by_itself);
    return g_test_run();
}
