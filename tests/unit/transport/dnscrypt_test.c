/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The DNSCrypt transport against a resolver that does as it is told. */
#include "asker.h"
#include "box.h"

#include <string.h>

#define MS     1000
#define SECOND (1000 * 1000)
#define BUDGET (5 * SECOND)
#define HOUR   (INT64_C(3600) * SECOND)

static TransportCounters *counters(const Bench *bench)
{
    return &bench->transport->counters;
}

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
    g_assert_cmpuint(counters(bench)->certificate_requests, ==, 1);
    g_assert_cmpuint(counters(bench)->replies, ==, 20);
    bench_free(bench);
}

static void connections_at_once_are_limited(void)
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
    g_assert_cmpuint(bench->resolver->most_connections, <=, 17); /* the certificate's too */
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
    g_assert_cmpuint(counters(bench)->retries, ==, 6);
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

static void lost_datagram_is_repeated_with_a_new_nonce(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    ask_answered(bench);
    bench->resolver->lose = 1;
    ask_send(bench, &ask, BUDGET);
    g_assert_cmpint(ask_wait(&ask, BUDGET), <=, 1 * SECOND);
    ask_assert_answer(&ask);
    g_assert_cmpuint(counters(bench)->retries, ==, 1);
    g_assert_cmpuint(bench->resolver->nonces_repeated, ==, 0);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 0);
    bench_free(bench);
}

static void blocked_udp_gives_way_to_tcp(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    bench->resolver->udp_silent = true;
    ask_send(bench, &ask, BUDGET);
    g_assert_cmpint(ask_wait(&ask, BUDGET), <=, 1500 * MS); /* certificate and query */
    ask_assert_answer(&ask);

    const uint64_t sent = counters(bench)->bytes_sent;
    Ask next = {0};
    ask_send(bench, &next, BUDGET);
    g_assert_cmpint(ask_wait(&next, BUDGET), ==, 0); /* remembered: no datagram, no waiting */
    ask_assert_answer(&next);
    g_assert_cmpuint(counters(bench)->bytes_sent - sent, <, 512);
    bench_free(bench);
}

static void udp_that_stops_gives_way_to_tcp(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    ask_answered(bench);
    bench->resolver->udp_silent = true;
    ask_answered(bench);
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 2);
    bench_free(bench);
}

static void closed_tcp_goes_back_to_udp(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->udp_silent = true;
    ask_answered(bench); /* by TCP: UDP counts as blocked */
    bench->resolver->udp_silent = false;
    loop_io_clear(&bench->resolver->listener);
    shutdown(bench->resolver->listen_fd, SHUT_RDWR);
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->udp_queries, ==, 1);
    bench_free(bench);
}

static void network_change_forgets_that_udp_was_blocked(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->udp_silent = true;
    ask_answered(bench);
    bench->resolver->udp_silent = false;
    transport_network_changed(bench->transport);
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->udp_queries, ==, 1);
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

static void be_post_quantum(FakeResolver *resolver)
{
    resolver->start_s = resolver->end_s; /* an empty window: nothing of use either */
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
    refused_because(STATUS_CERT_NONE, be_post_quantum);
}

static void silent_server_times_out(void)
{
    refused_because(STATUS_TIMEOUT, silence);
}

static void closed_port_is_told(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    udp_clear(&bench->resolver->udp);
    loop_io_clear(&bench->resolver->listener);
    shutdown(bench->resolver->listen_fd, SHUT_RDWR);
    ask_send(bench, &ask, BUDGET);
    g_assert_cmpint(ask_wait(&ask, BUDGET), <, 1 * SECOND);
    g_assert_cmpstr(status_name(ask.status), ==, status_name(STATUS_REFUSED));
    bench_free(bench);
}

static void budget_is_kept(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    ask_answered(bench);
    silence(bench->resolver);
    ask_send(bench, &ask, 1500 * MS);
    bench_pass(bench, 1490 * MS);
    g_assert_cmpuint(ask.done, ==, 0);
    bench_pass(bench, 20 * MS);
    g_assert_cmpuint(ask.done, ==, 1);
    g_assert_cmpint(ask.status, ==, STATUS_TIMEOUT);
    bench_free(bench);
}

static void forgeries_are_dropped_and_counted(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->forge_first = true;
    ask_answered(bench);
    g_assert_cmpuint(counters(bench)->forged, ==, 4);
    g_assert_cmpuint(counters(bench)->replayed, ==, 0);
    bench_free(bench);
}

static void forgeries_over_tcp_are_dropped_and_counted(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->environment.settings.tcp_only = true;
    bench->resolver->forge_first = true;
    ask_answered(bench);
    g_assert_cmpuint(counters(bench)->forged, ==, 1);
    bench_free(bench);
}

static void mismatched_answers_are_dropped_and_counted(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->wrong_question = true;
    ask_answered(bench);
    g_assert_cmpuint(counters(bench)->forged, ==, 2);
    bench_free(bench);
}

static void replays_are_dropped_and_counted(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench->resolver->replay = true;
    ask_answered(bench);
    bench_settle(bench);
    g_assert_cmpuint(counters(bench)->replayed, ==, 1);
    g_assert_cmpuint(counters(bench)->forged, ==, 0);
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
    g_assert_cmpuint(counters(bench)->forged + counters(bench)->replayed, ==, 0);
    bench_free(bench);
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
    silence(bench->resolver);
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
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {
        {"xchacha20-over-udp", xchacha20_over_udp},
        {"xsalsa20-over-udp", xsalsa20_over_udp},
        {"xchacha20-over-tcp", xchacha20_over_tcp},
        {"xsalsa20-over-tcp", xsalsa20_over_tcp},
        {"xchacha20-is-preferred", xchacha20_is_preferred},
        {"certificate-by-udp-when-tcp-gives-none", certificate_by_udp_when_tcp_gives_none},
        {"one-certificate-serves-many", one_certificate_serves_many},
        {"connections-at-once-are-limited", connections_at_once_are_limited},
        {"loss-among-answers-is-no-blocking", loss_among_answers_is_no_blocking},
        {"queries-are-padded", queries_are_padded},
        {"truncated-goes-to-tcp", truncated_goes_to_tcp},
        {"truncation-makes-queries-longer", truncation_makes_queries_longer},
        {"lost-datagram-is-repeated-with-a-new-nonce", lost_datagram_is_repeated_with_a_new_nonce},
        {"blocked-udp-gives-way-to-tcp", blocked_udp_gives_way_to_tcp},
        {"udp-that-stops-gives-way-to-tcp", udp_that_stops_gives_way_to_tcp},
        {"closed-tcp-goes-back-to-udp", closed_tcp_goes_back_to_udp},
        {"network-change-forgets-that-udp-was-blocked",
         network_change_forgets_that_udp_was_blocked},
        {"forged-certificate-is-refused", forged_certificate_is_refused},
        {"expired-certificate-is-refused", expired_certificate_is_refused},
        {"early-certificate-is-refused", early_certificate_is_refused},
        {"useless-certificate-is-refused", useless_certificate_is_refused},
        {"silent-server-times-out", silent_server_times_out},
        {"closed-port-is-told", closed_port_is_told},
        {"budget-is-kept", budget_is_kept},
        {"forgeries-are-dropped-and-counted", forgeries_are_dropped_and_counted},
        {"forgeries-over-tcp-are-dropped-and-counted", forgeries_over_tcp_are_dropped_and_counted},
        {"mismatched-answers-are-dropped-and-counted", mismatched_answers_are_dropped_and_counted},
        {"replays-are-dropped-and-counted", replays_are_dropped_and_counted},
        {"late-answer-is-neither", late_answer_is_neither},
        {"idle-is-silent", idle_is_silent},
        {"certificate-is-renewed-by-the-hour", certificate_is_renewed_by_the_hour},
        {"certificate-is-renewed-before-it-expires", certificate_is_renewed_before_it_expires},
        {"expired-in-use-is-fetched-first", expired_in_use_is_fetched_first},
        {"failed-renewal-keeps-the-old-certificate", failed_renewal_keeps_the_old_certificate},
        {"rotation-loses-no-query", rotation_loses_no_query},
        {"answer-under-the-old-key-still-counts", answer_under_the_old_key_still_counts},
        {"unanswered-queries-cast-doubt-on-the-certificate",
         unanswered_queries_cast_doubt_on_the_certificate},
        {"key-and-port-last-for-one-network", key_and_port_last_for_one_network},
        {"network-change-asks-again", network_change_asks_again},
        {"fresh-keys-are-fresh", fresh_keys_are_fresh},
        {"cancelled-is-not-called", cancelled_is_not_called},
        {"failing-can-be-cancelled", failing_can_be_cancelled},
        {"closing-inside-done-is-safe", closing_inside_done_is_safe},
        {"closing-ends-everyone", closing_ends_everyone},
        {"sending-inside-done-is-safe", sending_inside_done_is_safe},
    };
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/dnscrypt/%s", tests[i].name);
        g_test_add_func(path, tests[i].run);
    }
    return g_test_run();
}
