/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The DNSCrypt transport: how it comes by its certificate and its keys, and how long they last. */
#include "asker.h"
#include "box.h"

#include <string.h>

#define HOUR (INT64_C(3600) * SECOND)

static void certificate_by_udp_when_tcp_gives_none(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->environment.settings.tcp_only = true;
    bench->resolver->tcp_refuses_certificate = true;
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 1);
    g_assert_cmpuint(bench->resolver->udp_queries, ==, 0);
    bench_free(bench);
}

static void one_certificate_serves_many(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask asks[20] = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
        ask_send(bench, &asks[i], BUDGET);
    ask_wait(&asks[19], BUDGET);
    bench_settle(bench);
    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
        ask_assert_answer(&asks[i]);
    g_assert_cmpuint(bench->resolver->certificate_requests, ==, 1);
    g_assert_cmpuint(bench_counters(bench)->certificate_requests, ==, 1);
    g_assert_cmpuint(bench_counters(bench)->replies, ==, 20);
    bench_free(bench);
}

static void mismatched_answer_ends_no_fetch(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->mismatch_certificate_first = true;
    ask_answered(bench);
    g_assert_cmpuint(bench_counters(bench)->forged, ==, 1);
    g_assert_cmpuint(bench_counters(bench)->connections, ==, 0);
    bench_free(bench);
}

/* Nothing but the signature inside tells which answer is the server's. */
static void useless_answer_ends_no_fetch(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->useless_certificate_first = true;
    bench->resolver->tcp_refuses_certificate = true;
    ask_answered(bench);
    bench_free(bench);
}

static void refused_because(Status expected, void (*spoil)(FakeResolver *resolver))
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    TransportFacts facts;
    Ask ask = {0};
    spoil(bench->resolver);
    ask_send(bench, &ask, BUDGET);
    ask_wait(&ask, BUDGET);
    g_assert_cmpuint(ask.done, ==, 1);
    g_assert_cmpstr(status_name(ask.status), ==, status_name(expected));
    g_assert_cmpuint(bench->resolver->udp_queries + bench->resolver->tcp_queries, ==, 0);
    transport_facts(bench->transport, &facts);
    g_assert_cmpint(facts.last_failure, ==, expected);
    bench_free(bench);
}

static void forge(FakeResolver *resolver)
{
    resolver->forged = true;
}

static void expire(FakeResolver *resolver)
{
    resolver->end_s = resolver->start_s + 1;
}

static void postpone(FakeResolver *resolver)
{
    resolver->start_s += 3600;
}

static void be_empty(FakeResolver *resolver)
{
    resolver->start_s = resolver->end_s; /* a window with no inside */
}

static void silence(FakeResolver *resolver)
{
    resolver->udp_silent = resolver->tcp_silent = true;
}

static void forged_certificate_is_refused(void)
{
    refused_because(STATUS_CERT_FORGED, forge);
}

static void expired_certificate_is_refused(void)
{
    refused_because(STATUS_CERT_EXPIRED, expire);
}

static void early_certificate_is_refused(void)
{
    refused_because(STATUS_CERT_NOT_YET_VALID, postpone);
}

static void useless_certificate_is_refused(void)
{
    refused_because(STATUS_CERT_NONE, be_empty);
}

static void silent_server_times_out(void)
{
    refused_because(STATUS_TIMEOUT, silence);
}

static void idle_is_silent(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    ask_answered(bench);
    bench_pass(bench, 11 * SECOND);
    g_assert_cmpint(loop_wait_us(bench->loop), ==, -1); /* no timer is left */
    loop_advance(bench->loop, 5 * HOUR);
    bench_settle(bench);
    g_assert_cmpuint(bench->resolver->certificate_requests, ==, 1);
    bench_free(bench);
}

static void certificate_is_renewed_by_the_hour(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    ask_answered(bench);
    loop_advance(bench->loop, HOUR / 2);
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->certificate_requests, ==, 1);
    loop_advance(bench->loop, HOUR / 2);
    Ask ask = {0};
    ask_send(bench, &ask, BUDGET);
    g_assert_cmpint(ask_wait(&ask, BUDGET), ==, 0); /* the query did not wait for it */
    bench_settle(bench);
    g_assert_cmpuint(bench->resolver->certificate_requests, ==, 2);
    bench_free(bench);
}

static void certificate_is_renewed_before_it_expires(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->end_s = loop_wall_s(bench->loop) + 600;
    ask_answered(bench);
    loop_advance(bench->loop, INT64_C(301) * SECOND);
    ask_answered(bench);
    bench_settle(bench);
    g_assert_cmpuint(bench->resolver->certificate_requests, ==, 2);
    bench_free(bench);
}

static void expired_in_use_is_fetched_first(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->end_s = loop_wall_s(bench->loop) + 600;
    ask_answered(bench);
    loop_advance(bench->loop, INT64_C(700) * SECOND);
    fake_resolver_rotate(bench->resolver);
    bench->resolver->end_s = loop_wall_s(bench->loop) + 600;
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->udp_queries, ==, 2);
    bench_free(bench);
}

static void expired_in_use_is_used_no_more(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    bench->resolver->end_s = loop_wall_s(bench->loop) + 600;
    ask_answered(bench);
    loop_advance(bench->loop, INT64_C(700) * SECOND); /* and the server has no other */
    ask_send(bench, &ask, BUDGET);
    ask_wait(&ask, BUDGET);
    g_assert_cmpint(ask.status, ==, STATUS_CERT_EXPIRED);
    g_assert_cmpuint(bench->resolver->udp_queries + bench->resolver->tcp_queries, ==, 1);
    bench_free(bench);
}

/* Certificates are judged by the clock of the moment: what was fetched before it was set, too. */
static void clock_that_is_set_counts_at_once(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    int64_t right_s = loop_wall_s(bench->loop);
    Ask early = {0}, late = {0};
    ask_answered(bench);
    loop_set_wall(bench->loop, 0);
    ask_send(bench, &early, BUDGET);
    ask_wait(&early, BUDGET);
    g_assert_cmpint(early.status, ==, STATUS_CERT_NOT_YET_VALID);
    loop_set_wall(bench->loop, right_s + INT64_C(30) * 365 * 86400);
    ask_send(bench, &late, BUDGET);
    ask_wait(&late, BUDGET);
    g_assert_cmpint(late.status, ==, STATUS_CERT_EXPIRED);
    loop_set_wall(bench->loop, right_s);
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->udp_queries + bench->resolver->tcp_queries, ==, 2);
    bench_free(bench);
}

static void failed_renewal_keeps_the_old_certificate(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    ask_answered(bench);
    loop_advance(bench->loop, 2 * HOUR);
    bench->resolver->forged = true;
    ask_answered(bench);
    bench_pass(bench, BUDGET);
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->udp_queries, ==, 3);
    bench_free(bench);
}

/* Someone who kept it may send it in place of the new one. */
static void older_certificate_is_not_taken_back(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    TransportFacts facts;
    bench->resolver->serial = 7;
    ask_answered(bench);
    loop_advance(bench->loop, 2 * HOUR);
    bench->resolver->serial = 6;
    ask_answered(bench);
    bench_pass(bench, SECOND);
    g_assert_cmpuint(bench->resolver->certificate_requests, ==, 2);
    transport_facts(bench->transport, &facts);
    g_assert_nonnull(strstr(facts.security, "serial 7"));
    bench_free(bench);
}

/* Whoever is on the path can leave the better one out of an answer: it is signed, the answer is
 * not. */
static void weaker_certificate_is_not_taken_instead(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    TransportFacts facts;
    bench->resolver->es_version = 0;
    ask_answered(bench);
    loop_advance(bench->loop, 2 * HOUR);
    bench->resolver->es_version = 1;
    bench->resolver->serial++;
    ask_answered(bench);
    bench_pass(bench, SECOND);
    g_assert_cmpuint(bench->resolver->certificate_requests, ==, 2);
    transport_facts(bench->transport, &facts);
    g_assert_nonnull(strstr(facts.security, "XChaCha20"));
    bench_free(bench);
}

static void older_certificate_serves_when_ours_has_expired(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    TransportFacts facts;
    bench->resolver->serial = 7;
    bench->resolver->end_s = loop_wall_s(bench->loop) + 600;
    ask_answered(bench);
    loop_advance(bench->loop, HOUR);
    bench->resolver->serial = 6;
    bench->resolver->end_s = loop_wall_s(bench->loop) + 86400;
    ask_answered(bench);
    transport_facts(bench->transport, &facts);
    g_assert_nonnull(strstr(facts.security, "serial 6"));
    bench_free(bench);
}

/* The query goes out under the old key, which the server has dropped: the new certificate comes
 * with the renewal that the same query began, and the retransmission uses it. */
static void rotation_loses_no_query(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    TransportFacts facts;
    ask_answered(bench);
    loop_advance(bench->loop, HOUR);
    fake_resolver_rotate(bench->resolver);
    ask_answered(bench);
    transport_facts(bench->transport, &facts);
    g_assert_nonnull(strstr(facts.security, "serial 2"));
    bench_free(bench);
}

static void answer_under_the_old_key_still_counts(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    TransportFacts facts;
    Ask ask = {0};
    ask_answered(bench);
    loop_advance(bench->loop, HOUR);
    bench->resolver->hold = true;
    ask_send(bench, &ask, BUDGET);
    bench->resolver->udp_certificate_silent = true; /* the renewal is lost, once */
    bench_settle(bench);
    bench->resolver->udp_certificate_silent = false;
    g_assert_nonnull(bench->resolver->held);
    fake_resolver_rotate(bench->resolver);
    bench_pass(bench, 600 * MS);
    transport_facts(bench->transport, &facts);
    g_assert_nonnull(strstr(facts.security, "serial 2"));
    fake_resolver_release(bench->resolver);
    ask_wait(&ask, 50 * MS);
    ask_assert_answer(&ask);
    bench_free(bench);
}

/* No hour has passed, but the server knows our key no more (it was restarted, say). */
static void unanswered_queries_cast_doubt_on_the_certificate(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    ask_answered(bench);
    bench_pass(bench, 6 * SECOND);
    fake_resolver_rotate(bench->resolver);
    ask_send(bench, &ask, 2 * SECOND);
    ask_wait(&ask, BUDGET);
    g_assert_cmpint(ask.status, ==, STATUS_TIMEOUT);
    ask_answered(bench);
    bench_free(bench);
}

/* Several in a row: the new certificate comes in time for these questions. */
static void silence_renews_the_certificate_at_once(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask asks[4] = {0};
    ask_answered(bench);
    bench_pass(bench, 6 * SECOND);
    fake_resolver_rotate(bench->resolver);
    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
        ask_send(bench, &asks[i], BUDGET);
    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++) {
        ask_wait(&asks[i], BUDGET);
        ask_assert_answer(&asks[i]);
    }
    bench_free(bench);
}

static void key_and_port_last_for_one_network(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    uint8_t key[BOX_KEY_LENGTH];
    ask_answered(bench);
    memcpy(key, bench->resolver->last_client_key, sizeof(key));
    const uint16_t port = bench->resolver->last_client_port;
    ask_answered(bench);
    g_assert_cmpmem(key, sizeof(key), bench->resolver->last_client_key, sizeof(key));
    g_assert_cmpuint(port, ==, bench->resolver->last_client_port);
    transport_network_changed(bench->transport);
    ask_answered(bench);
    g_assert_cmpint(memcmp(key, bench->resolver->last_client_key, sizeof(key)), !=, 0);
    g_assert_cmpuint(port, !=, bench->resolver->last_client_port);
    g_assert_cmpuint(bench->resolver->certificate_requests, ==, 1);
    bench_free(bench);
}

static void network_change_asks_again(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0}, waiting = {0};
    ask_send(bench, &waiting, BUDGET); /* still without a certificate */
    transport_network_changed(bench->transport);
    ask_wait(&waiting, BUDGET);
    ask_assert_answer(&waiting);
    bench->resolver->lose = 1;
    ask_send(bench, &ask, BUDGET);
    bench_settle(bench);
    transport_network_changed(bench->transport);
    g_assert_cmpint(ask_wait(&ask, BUDGET), ==, 0);
    ask_assert_answer(&ask);
    bench_free(bench);
}

static void fresh_keys_are_fresh(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    uint8_t key[BOX_KEY_LENGTH];
    bench->environment.settings.fresh_keys = true;
    ask_answered(bench);
    memcpy(key, bench->resolver->last_client_key, sizeof(key));
    ask_answered(bench);
    g_assert_cmpint(memcmp(key, bench->resolver->last_client_key, sizeof(key)), !=, 0);
    bench_free(bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dnscrypt-keys/certificate-by-udp-when-tcp-gives-none",
                    certificate_by_udp_when_tcp_gives_none);
    g_test_add_func("/dnscrypt-keys/one-certificate-serves-many", one_certificate_serves_many);
    g_test_add_func("/dnscrypt-keys/mismatched-answer-ends-no-fetch",
                    mismatched_answer_ends_no_fetch);
    g_test_add_func("/dnscrypt-keys/useless-answer-ends-no-fetch", useless_answer_ends_no_fetch);
    g_test_add_func("/dnscrypt-keys/forged-certificate-is-refused", forged_certificate_is_refused);
    g_test_add_func("/dnscrypt-keys/expired-certificate-is-refused",
                    expired_certificate_is_refused);
    g_test_add_func("/dnscrypt-keys/early-certificate-is-refused", early_certificate_is_refused);
    g_test_add_func("/dnscrypt-keys/useless-certificate-is-refused",
                    useless_certificate_is_refused);
    g_test_add_func("/dnscrypt-keys/silent-server-times-out", silent_server_times_out);
    g_test_add_func("/dnscrypt-keys/idle-is-silent", idle_is_silent);
    g_test_add_func("/dnscrypt-keys/certificate-is-renewed-by-the-hour",
                    certificate_is_renewed_by_the_hour);
    g_test_add_func("/dnscrypt-keys/certificate-is-renewed-before-it-expires",
                    certificate_is_renewed_before_it_expires);
    g_test_add_func("/dnscrypt-keys/expired-in-use-is-fetched-first",
                    expired_in_use_is_fetched_first);
    g_test_add_func("/dnscrypt-keys/expired-in-use-is-used-no-more",
                    expired_in_use_is_used_no_more);
    g_test_add_func("/dnscrypt-keys/clock-that-is-set-counts-at-once",
                    clock_that_is_set_counts_at_once);
    g_test_add_func("/dnscrypt-keys/failed-renewal-keeps-the-old-certificate",
                    failed_renewal_keeps_the_old_certificate);
    g_test_add_func("/dnscrypt-keys/rotation-loses-no-query", rotation_loses_no_query);
    g_test_add_func("/dnscrypt-keys/answer-under-the-old-key-still-counts",
                    answer_under_the_old_key_still_counts);
    g_test_add_func("/dnscrypt-keys/unanswered-queries-cast-doubt-on-the-certificate",
                    unanswered_queries_cast_doubt_on_the_certificate);
    g_test_add_func("/dnscrypt-keys/silence-renews-the-certificate-at-once",
                    silence_renews_the_certificate_at_once);
    g_test_add_func("/dnscrypt-keys/key-and-port-last-for-one-network",
                    key_and_port_last_for_one_network);
    g_test_add_func("/dnscrypt-keys/network-change-asks-again", network_change_asks_again);
    g_test_add_func("/dnscrypt-keys/fresh-keys-are-fresh", fresh_keys_are_fresh);
    g_test_add_func("/dnscrypt-keys/older-certificate-is-not-taken-back",
                    older_certificate_is_not_taken_back);
    g_test_add_func("/dnscrypt-keys/weaker-certificate-is-not-taken-instead",
                    weaker_certificate_is_not_taken_instead);
    g_test_add_func("/dnscrypt-keys/older-certificate-serves-when-ours-has-expired",
                    older_certificate_serves_when_ours_has_expired);
    return g_test_run();
}
