/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The DNSCrypt transport where datagrams are lost, UDP is blocked, or nobody is there. */
#include "asker.h"

#include <sys/socket.h>

static void lost_datagram_is_repeated_with_a_new_nonce(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    ask_answered(bench);
    bench->resolver->lose = 1;
    ask_send(bench, &ask, BUDGET);
    g_assert_cmpint(ask_wait(&ask, BUDGET), <=, 1 * SECOND);
    ask_assert_answer(&ask);
    g_assert_cmpuint(bench_counters(bench)->retries, ==, 1);
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

    const uint64_t sent = bench_counters(bench)->bytes_sent;
    Ask next = {0};
    ask_send(bench, &next, BUDGET);
    g_assert_cmpint(ask_wait(&next, BUDGET), ==, 0); /* remembered: no datagram, no waiting */
    ask_assert_answer(&next);
    g_assert_cmpuint(bench_counters(bench)->bytes_sent - sent, <, 512);
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

/* UDP stops after one good exchange, no certificate comes any more, and the server closes the first
 * connection: TCP begins with the third datagram, and not only once. */
static void blocked_udp_and_closed_call_end_in_time(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    ask_answered(bench);
    bench_pass(bench, 6 * SECOND); /* so that silence casts doubt on the certificate */
    bench->resolver->udp_silent = true;
    bench->resolver->tcp_refuses_certificate = true;
    bench->resolver->tcp_closes = 2;
    ask_send(bench, &ask, 4500 * MS);
    g_assert_cmpint(ask_wait(&ask, BUDGET), ==, 2100 * MS);
    ask_assert_answer(&ask);
    g_assert_cmpuint(bench->resolver->tcp_closes, ==, 0);
    bench_free(bench);
}

/* Several at once make a new certificate wanted, which cannot be had: nobody waits for it. */
static void certificate_in_doubt_delays_no_call(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask asks[4] = {0};
    ask_answered(bench);
    bench_pass(bench, 6 * SECOND);
    bench->resolver->udp_silent = true;
    bench->resolver->tcp_refuses_certificate = true;
    const unsigned before = bench->resolver->certificate_requests;
    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
        ask_send(bench, &asks[i], 4500 * MS);
    int64_t waited_us = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++) {
        waited_us += ask_wait(&asks[i], BUDGET);
        ask_assert_answer(&asks[i]);
    }
    g_assert_cmpint(waited_us, <=, 2100 * MS);
    g_assert_cmpuint(bench->resolver->certificate_requests, >, before);
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
    bench_silence(bench);
    ask_send(bench, &ask, 1500 * MS);
    bench_pass(bench, 1490 * MS);
    g_assert_cmpuint(ask.done, ==, 0);
    bench_pass(bench, 20 * MS);
    g_assert_cmpuint(ask.done, ==, 1);
    g_assert_cmpint(ask.status, ==, STATUS_TIMEOUT);
    bench_free(bench);
}

static void server_gone_is_told_at_once(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    Ask ask = {0};
    ask_answered(bench);
    udp_clear(&bench->resolver->udp);
    loop_io_clear(&bench->resolver->listener);
    shutdown(bench->resolver->listen_fd, SHUT_RDWR);
    ask_send(bench, &ask, BUDGET);
    g_assert_cmpint(ask_wait(&ask, BUDGET), ==, 0);
    g_assert_cmpstr(status_name(ask.status), ==, status_name(STATUS_REFUSED));
    bench_free(bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dnscrypt/lost-datagram-is-repeated-with-a-new-nonce",
                    lost_datagram_is_repeated_with_a_new_nonce);
    g_test_add_func("/dnscrypt/blocked-udp-gives-way-to-tcp", blocked_udp_gives_way_to_tcp);
    g_test_add_func("/dnscrypt/udp-that-stops-gives-way-to-tcp", udp_that_stops_gives_way_to_tcp);
    g_test_add_func("/dnscrypt/blocked-udp-and-closed-call-end-in-time",
                    blocked_udp_and_closed_call_end_in_time);
    g_test_add_func("/dnscrypt/certificate-in-doubt-delays-no-call",
                    certificate_in_doubt_delays_no_call);
    g_test_add_func("/dnscrypt/closed-tcp-goes-back-to-udp", closed_tcp_goes_back_to_udp);
    g_test_add_func("/dnscrypt/network-change-forgets-that-udp-was-blocked",
                    network_change_forgets_that_udp_was_blocked);
    g_test_add_func("/dnscrypt/closed-port-is-told", closed_port_is_told);
    g_test_add_func("/dnscrypt/server-gone-is-told-at-once", server_gone_is_told_at_once);
    g_test_add_func("/dnscrypt/budget-is-kept", budget_is_kept);
    return g_test_run();
}
