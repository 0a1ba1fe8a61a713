/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection under DNS over TLS: how it ends, and what becomes of those who wait then. */
#include "dot_scene.h"
#include "edns.h"
#include "log.h"

#include <linux/filter.h>
#include <unistd.h>

enum { MANY = 8 };

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
    talk_swallow(scene, talk);
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

static void script_first_is_silent(DotScene *scene, DotTalk *talk, int connection)
{
    if (connection == 1)
        talk_swallow(scene, talk);
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
    dot_ask_many(&scene, asks, MANY);
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
    dot_ask_many(&scene, asks, MANY);
    turn_until(&scene, asks[0].done == 1);
    for (int i = 0; i < MANY; i++)
        g_assert_cmpint(asks[i].status, ==, STATUS_CERT_NAME);
    g_assert_cmpint(scene.asked, ==, 0);
    transport_facts(scene.transport, &facts);
    g_assert_cmpint(facts.last_failure, ==, STATUS_CERT_NAME);
    dot_scene_close(&scene);
}

static void ask_again(DotAsk *ask)
{
    ask->then = NULL;
    dot_ask(ask->scene, ask, "again.example");
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

/* The first of two answers says that no more may be asked; the second comes when the test lets it.
 */
static void script_drain(DotScene *scene, DotTalk *talk, int connection)
{
    if (connection > 1) {
        script_answer_all(scene, talk, connection);
        return;
    }
    GBytes *first = talk_read(scene, talk), *second = talk_read(scene, talk);

    answer_with_keepalive(talk, first, 0);
    while (!g_atomic_int_get(&scene->go_on))
        g_usleep(1000);
    talk_answer(talk, second);
    g_bytes_unref(first);
    g_bytes_unref(second);
    talk_swallow(scene, talk);
}

static void draining_connection_holds_up_no_new_question(void)
{
    DotScene scene;
    DotAsk first = {0}, second = {0}, third = {0};

    dot_scene_open(&scene, script_drain);
    dot_ask(&scene, &first, "first.example");
    dot_ask(&scene, &second, "second.example");
    turn_until(&scene, first.done == 1);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 1); /* nobody asks */
    dot_ask(&scene, &third, "third.example");
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 2);
    g_atomic_int_set(&scene.go_on, 1);
    turn_until(&scene, second.done == 1 && third.done == 1);
    dot_assert_answered(&second);
    dot_assert_answered(&third);
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 0);
    dot_scene_close(&scene);
}

static void close_ends_what_drains(void)
{
    DotScene scene;
    DotAsk first = {0}, second = {0};

    dot_scene_open(&scene, script_drain);
    dot_ask(&scene, &first, "first.example");
    dot_ask(&scene, &second, "second.example");
    turn_until(&scene, first.done == 1);
    transport_close(g_steal_pointer(&scene.transport));
    g_assert_cmpuint(second.done, ==, 1);
    g_assert_cmpint(second.status, ==, STATUS_CANCELLED);
    g_atomic_int_set(&scene.go_on, 1);
    dot_scene_close(&scene);
}

static void cancelled_question_frees_what_drains(void)
{
    DotScene scene;
    DotAsk first = {0}, second = {0}, third = {0};

    dot_scene_open(&scene, script_drain);
    dot_ask(&scene, &first, "first.example");
    dot_ask(&scene, &second, "second.example");
    turn_until(&scene, first.done == 1);
    exchange_cancel(&second.exchange);
    dot_ask(&scene, &third, "third.example");
    g_atomic_int_set(&scene.go_on, 1);
    turn_until(&scene, third.done == 1);
    dot_assert_answered(&third);
    g_assert_cmpuint(second.done, ==, 0);
    dot_scene_close(&scene);
}

#define add(name, function) g_test_add_func("/dot/" name, function)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    if (g_test_verbose())
        log_set_level(LOG_LEVEL_DEBUG);
    add("close-by-the-server-is-no-failure", close_by_the_server_is_no_failure);
    add("idle-close-opens-anew-for-the-next-question", idle_close_opens_anew_for_the_next_question);
    add("second-close-in-a-row-is-a-failure", second_close_in_a_row_is_a_failure);
    add("silent-connection-is-replaced", silent_connection_is_replaced);
    add("silence-counts-though-nobody-waits-any-more", silence_counts_though_nobody_waits_any_more);
    add("dead-path-is-left-sooner-than-a-slow-server", dead_path_is_left_sooner_than_a_slow_server);
    add("refused-ends-all-that-wait", refused_ends_all_that_wait);
    add("wrong-certificate-ends-all-that-wait", wrong_certificate_ends_all_that_wait);
    add("unused-connection-is-closed", unused_connection_is_closed);
    add("keepalive-of-the-server-is-honoured", keepalive_of_the_server_is_honoured);
    add("keepalive-of-zero-closes-at-once", keepalive_of_zero_closes_at_once);
    add("draining-connection-holds-up-no-new-question",
        draining_connection_holds_up_no_new_question);
    add("close-ends-what-drains", close_ends_what_drains);
    add("cancelled-question-frees-what-drains", cancelled_question_frees_what_drains);
    return g_test_run();
}
