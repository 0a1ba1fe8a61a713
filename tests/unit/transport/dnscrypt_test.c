/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The DNSCrypt transport against a resolver that does as it is told: queries on the wire. Its
 * certificates and keys have dnscrypt_keys_test.c; loss and blocked ports, dnscrypt_loss_test.c. */
#include "asker.h"
#include "box.h"

#include <string.h>

#define HOUR (INT64_C(3600) * SECOND)

static void answered_with(uint16_t es_version, const char *security)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    TransportFacts facts;
    bench->resolver->es_version = es_version;
    ask_answered(bench);
    transport_facts(bench->transport, &facts);
    g_assert_cmpstr(facts.security, ==, security);
    g_assert_cmpint(facts.valid_until_s, ==, bench->resolver->end_s);
    g_assert_cmpuint(bench->resolver->udp_queries, ==, 1);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 0);
    bench_free(bench);
}

static void xchacha20_over_udp(void)
{
    answered_with(2, "X25519-XChaCha20Poly1305, serial 1");
}

static void xsalsa20_over_udp(void)
{
    answered_with(1, "X25519-XSalsa20Poly1305, serial 1");
}

static void xchacha20_is_preferred(void)
{
    answered_with(0, "X25519-XChaCha20Poly1305, serial 1");
}

static void tcp_only_with(uint16_t es_version)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->environment.settings.tcp_only = true;
    bench->resolver->es_version = es_version;
    bench->resolver->udp_silent = true;
    ask_answered(bench);
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 2);
    g_assert_cmpuint(bench->resolver->udp_queries, ==, 0);
    bench_free(bench);
}

static void xchacha20_over_tcp(void)
{
    tcp_only_with(2);
}

static void xsalsa20_over_tcp(void)
{
    tcp_only_with(1);
}

static void connections_at_once_are_limited(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask asks[100] = {0};
    bench->environment.settings.tcp_only = true;
    ask_answered(bench);
    bench->resolver->tcp_silent = true;
    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
        ask_send(bench, &asks[i], 2 * SECOND);
    bench_pass(bench, 100 * MS);
    g_assert_cmpuint(bench->resolver->most_connections, ==, 16);
    exchange_cancel(&asks[50].exchange);
    bench_pass(bench, 3 * SECOND);
    g_assert_cmpuint(asks[50].done, ==, 0);
    g_assert_cmpint(asks[99].status, ==, STATUS_TIMEOUT);
    bench_free(bench);
}

static void who_waits_for_a_connection_gets_one(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask asks[100] = {0};
    bench->environment.settings.tcp_only = true;
    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
        ask_send(bench, &asks[i], BUDGET);
    exchange_cancel(&asks[50].exchange);
    bench_pass(bench, SECOND);
    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
        if (i != 50)
            ask_assert_answer(&asks[i]);
    g_assert_cmpuint(asks[50].done, ==, 0);
    bench_free(bench);
}

static void loss_among_answers_is_no_blocking(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask asks[12] = {0};
    ask_answered(bench);
    bench_pass(bench, SECOND);
    bench->resolver->lose = 6;
    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++) {
        ask_send(bench, &asks[i], BUDGET);
        bench_pass(bench, MS);
    }
    bench_pass(bench, SECOND);
    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
        ask_assert_answer(&asks[i]);
    g_assert_cmpuint(bench_counters(bench)->retries, ==, 6);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 0);
    bench_free(bench);
}

static void queries_are_padded(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->last_query_length, >=, 512);
    bench_free(bench);
}

static void truncated_goes_to_tcp(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->truncate = true;
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->udp_queries, ==, 1);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 1);
    bench_free(bench);
}

static void cut_in_a_record_goes_to_tcp(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->truncate = true;
    bench->resolver->cut_records = true;
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 1);
    bench_free(bench);
}

static void truncation_makes_queries_longer(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    ask_answered(bench);
    const size_t before = bench->resolver->last_query_length;
    bench->resolver->truncate = true;
    ask_answered(bench);
    bench->resolver->truncate = false;
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->last_query_length, >, before);
    for (int i = 0; i < 5; i++) {
        bench->resolver->truncate = true;
        ask_answered(bench);
    }
    bench->resolver->truncate = false;
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->last_query_length, <=, 1252);
    bench_free(bench);
}

static void forgeries_are_dropped_and_counted(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->forge_first = true;
    ask_answered(bench);
    g_assert_cmpuint(bench_counters(bench)->forged, ==, 4);
    g_assert_cmpuint(bench_counters(bench)->replayed, ==, 0);
    bench_free(bench);
}

static void forgeries_over_tcp_are_dropped_and_counted(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->environment.settings.tcp_only = true;
    bench->resolver->forge_first = true;
    ask_answered(bench);
    g_assert_cmpuint(bench_counters(bench)->forged, ==, 1);
    bench_free(bench);
}

static void mismatched_answers_are_dropped_and_counted(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->wrong_question = true;
    ask_answered(bench);
    g_assert_cmpuint(bench_counters(bench)->forged, ==, 2);
    bench_free(bench);
}

static void replays_are_dropped_and_counted(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->replay = true;
    ask_answered(bench);
    bench_settle(bench);
    g_assert_cmpuint(bench_counters(bench)->replayed, ==, 1);
    g_assert_cmpuint(bench_counters(bench)->forged, ==, 0);
    bench_free(bench);
}

static void late_answer_is_neither(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    ask_answered(bench);
    bench->resolver->hold = true;
    ask_send(bench, &ask, 500 * MS);
    ask_wait(&ask, BUDGET);
    g_assert_cmpint(ask.status, ==, STATUS_TIMEOUT);
    fake_resolver_release(bench->resolver);
    bench_settle(bench);
    g_assert_cmpuint(bench_counters(bench)->forged + bench_counters(bench)->replayed, ==, 0);
    bench_free(bench);
}

static void cancelled_is_not_called(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask waiting = {0}, sent = {0};
    ask_send(bench, &waiting, BUDGET);
    exchange_cancel(&waiting.exchange);
    g_assert_false(exchange_is_live(&waiting.exchange));
    ask_answered(bench);
    ask_send(bench, &sent, BUDGET);
    exchange_cancel(&sent.exchange);
    exchange_cancel(&sent.exchange); /* harmless */
    bench_pass(bench, BUDGET + SECOND);
    g_assert_cmpuint(waiting.done + sent.done, ==, 0);
    bench_free(bench);
}

static void failing_can_be_cancelled(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    ask.exchange.query_length = 5000; /* more than a packet holds */
    ask_answered(bench);
    ask_send(bench, &ask, BUDGET);
    exchange_cancel(&ask.exchange);
    bench_settle(bench);
    g_assert_cmpuint(ask.done, ==, 0);
    bench_free(bench);
}

static void close_transport(Ask *ask)
{
    transport_close(ask->bench->transport);
    ask->bench->transport = NULL;
}

static void closing_inside_done_is_safe(void)
{
    for (int way = 0; way < 4; way++) {
        Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
        Ask asks[3] = {0};
        bench->environment.settings.tcp_only = way == 1;
        bench->resolver->forged = way == 2;
        bench->resolver->udp_silent = bench->resolver->tcp_silent = way == 3;
        bench->resolver->replay = true;
        asks[0].then = close_transport;
        for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
            ask_send(bench, &asks[i], BUDGET);
        ask_wait(&asks[0], BUDGET);
        bench_pass(bench, 2 * BUDGET);
        for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
            g_assert_cmpuint(asks[i].done, ==, 1);
        g_assert_cmpint(asks[1].status, ==, STATUS_CANCELLED);
        bench_free(bench);
    }
}

static void closing_ends_everyone(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask waiting = {0}, sent = {0};
    bench->resolver->end_s = loop_wall_s(bench->loop) + 60;
    ask_answered(bench);
    bench_silence(bench);
    ask_send(bench, &sent, HOUR);
    loop_advance(bench->loop, 61 * SECOND); /* the certificate is out of date by now */
    ask_send(bench, &waiting, BUDGET);
    g_assert_cmpuint(waiting.done + sent.done, ==, 0);
    close_transport(&waiting);
    g_assert_cmpint(waiting.status, ==, STATUS_CANCELLED);
    g_assert_cmpint(sent.status, ==, STATUS_CANCELLED);
    g_assert_cmpuint(waiting.done + sent.done, ==, 2);
    bench_free(bench);
}

static void ask_once_more(Ask *ask)
{
    ask->then = NULL;
    ask_send(ask->bench, ask, BUDGET);
}

static void sending_inside_done_is_safe(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    ask.then = ask_once_more;
    ask_send(bench, &ask, BUDGET);
    bench_pass(bench, SECOND);
    g_assert_cmpuint(ask.done, ==, 2);
    bench_free(bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dnscrypt/xchacha20-over-udp", xchacha20_over_udp);
    g_test_add_func("/dnscrypt/xsalsa20-over-udp", xsalsa20_over_udp);
    g_test_add_func("/dnscrypt/xchacha20-over-tcp", xchacha20_over_tcp);
    g_test_add_func("/dnscrypt/xsalsa20-over-tcp", xsalsa20_over_tcp);
    g_test_add_func("/dnscrypt/xchacha20-is-preferred", xchacha20_is_preferred);
    g_test_add_func("/dnscrypt/connections-at-once-are-limited", connections_at_once_are_limited);
    g_test_add_func("/dnscrypt/who-waits-for-a-connection-gets-one",
                    who_waits_for_a_connection_gets_one);
    g_test_add_func("/dnscrypt/loss-among-answers-is-no-blocking",
                    loss_among_answers_is_no_blocking);
    g_test_add_func("/dnscrypt/queries-are-padded", queries_are_padded);
    g_test_add_func("/dnscrypt/truncated-goes-to-tcp", truncated_goes_to_tcp);
    g_test_add_func("/dnscrypt/truncation-makes-queries-longer", truncation_makes_queries_longer);
    g_test_add_func("/dnscrypt/forgeries-are-dropped-and-counted",
                    forgeries_are_dropped_and_counted);
    g_test_add_func("/dnscrypt/forgeries-over-tcp-are-dropped-and-counted",
                    forgeries_over_tcp_are_dropped_and_counted);
    g_test_add_func("/dnscrypt/mismatched-answers-are-dropped-and-counted",
                    mismatched_answers_are_dropped_and_counted);
    g_test_add_func("/dnscrypt/replays-are-dropped-and-counted", replays_are_dropped_and_counted);
    g_test_add_func("/dnscrypt/late-answer-is-neither", late_answer_is_neither);
    g_test_add_func("/dnscrypt/cancelled-is-not-called", cancelled_is_not_called);
    g_test_add_func("/dnscrypt/failing-can-be-cancelled", failing_can_be_cancelled);
    g_test_add_func("/dnscrypt/closing-inside-done-is-safe", closing_inside_done_is_safe);
    g_test_add_func("/dnscrypt/closing-ends-everyone", closing_ends_everyone);
    g_test_add_func("/dnscrypt/sending-inside-done-is-safe", sending_inside_done_is_safe);
    g_test_add_func("/dnscrypt/cut-in-a-record-goes-to-tcp", cut_in_a_record_goes_to_tcp);
    return g_test_run();
}
