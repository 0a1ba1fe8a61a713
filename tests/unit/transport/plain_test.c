/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain DNS against a resolver that does as it is told. */
#include "asker.h"
#include "message.h"

#include <string.h>

/* Puts an OPT record of its own behind the question. */
static void add_opt(Ask *ask, uint16_t payload_size)
{
    WireWriter writer = wire_writer(ask->query, sizeof(ask->query));
    writer.position = ask->exchange.query_length;
    wire_write_u8(&writer, 0);
    wire_write_u16(&writer, RRTYPE_OPT);
    wire_write_u16(&writer, payload_size);
    wire_write_zeros(&writer, 6);
    ask->exchange.query_length = writer.position;
    wire_put_u16(ask->query + 10, 1);
}

static void udp_answers(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    ask_answered(bench);
    g_assert_cmpuint(bench_counters(bench)->replies, ==, 1);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 0);
    bench_free(bench);
}

static void ports_differ(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    uint16_t ports[8];
    unsigned same = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(ports); i++) {
        ask_answered(bench);
        ports[i] = bench->resolver->last_client_port;
        same += i > 0 && ports[i] == ports[i - 1];
    }
    g_assert_cmpuint(same, <, 3);
    bench_free(bench);
}

static void forgeries_are_dropped_and_counted(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    bench->resolver->forge_first = true;
    ask_answered(bench);
    g_assert_cmpuint(bench_counters(bench)->forged, ==, 3);
    bench_free(bench);
}

/* As by one who tries every ID while the server is slow. */
static void many_forgeries_go_to_tcp(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    Ask ask = {0};
    uint8_t bytes[MESSAGE_HEADER_LENGTH] = {0};
    UdpPacket forged = {.bytes = bytes, .length = sizeof(bytes)};
    bench->resolver->udp_silent = true;
    ask_send(bench, &ask, BUDGET);
    bench_settle(bench);
    g_assert_cmpint(address_parse("127.0.0.1", bench->resolver->last_client_port, &forged.peer), ==,
                    STATUS_OK);
    for (unsigned i = 0; i < 8; i++) {
        wire_put_u16(bytes, (uint16_t)i);
        g_assert_cmpuint(udp_send(&bench->resolver->udp, &forged, 1), ==, 1);
    }
    g_assert_cmpint(ask_wait(&ask, BUDGET), ==, 0);
    ask_assert_answer(&ask);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 1);
    g_assert_cmpuint(bench_counters(bench)->forged, ==, 4);
    bench_free(bench);
}

static void truncated_goes_to_tcp(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    bench->resolver->truncate = true;
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 1);
    bench_free(bench);
}

static void tcp_only_sends_no_datagram(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    bench->environment.settings.tcp_only = true;
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->udp_queries, ==, 0);
    g_assert_cmpuint(bench_counters(bench)->connections, ==, 1);
    bench_free(bench);
}

static void lost_datagram_is_repeated(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    bench->resolver->lose = 2;
    ask_answered(bench);
    g_assert_cmpuint(bench_counters(bench)->retries, ==, 2);
    bench_free(bench);
}

static void budget_is_kept(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    Ask ask = {0};
    bench->resolver->udp_silent = true;
    ask_send(bench, &ask, 1500 * MS);
    bench_pass(bench, 1490 * MS);
    g_assert_cmpuint(ask.done, ==, 0);
    bench_pass(bench, 20 * MS);
    g_assert_cmpint(ask.status, ==, STATUS_TIMEOUT);
    bench_free(bench);
}

static void silent_tcp_times_out(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    Ask ask = {0};
    bench->environment.settings.tcp_only = true;
    bench->resolver->tcp_silent = true;
    ask_send(bench, &ask, SECOND);
    ask_wait(&ask, BUDGET);
    g_assert_cmpint(ask.status, ==, STATUS_TIMEOUT);
    bench_free(bench);
}

static void closed_port_is_told(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    Ask ask = {0};
    udp_clear(&bench->resolver->udp);
    ask_send(bench, &ask, BUDGET);
    g_assert_cmpint(ask_wait(&ask, BUDGET), ==, 0);
    g_assert_cmpint(ask.status, ==, STATUS_REFUSED);
    bench_free(bench);
}

static void payload_size_is_advertised(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->last_udp_size, ==, 1232);
    bench_free(bench);
}

static void payload_of_512_sends_no_opt(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    bench->environment.settings.edns_payload = 512;
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->last_udp_size, ==, 0);
    bench_free(bench);
}

static void clients_own_opt_stays(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    Ask first = {0}, ask = {0};
    bench->environment.settings.edns_payload = 512;
    ask_send(bench, &first, BUDGET);
    ask_wait(&first, BUDGET);
    memcpy(ask.query, first.query, sizeof(ask.query));
    ask.exchange.query_length = first.exchange.query_length;
    add_opt(&ask, 4096);
    ask_send(bench, &ask, BUDGET);
    ask_wait(&ask, BUDGET);
    ask_assert_answer(&ask);
    g_assert_cmpuint(bench->resolver->last_udp_size, ==, 512);
    bench_free(bench);
}

static void network_change_asks_again(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    Ask ask = {0};
    bench->resolver->lose = 1;
    ask_send(bench, &ask, BUDGET);
    bench_settle(bench);
    transport_network_changed(bench->transport);
    g_assert_cmpint(ask_wait(&ask, BUDGET), ==, 0);
    ask_assert_answer(&ask);
    bench_free(bench);
}

static void cancelled_is_not_called(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    Ask ask = {0};
    ask_send(bench, &ask, BUDGET);
    exchange_cancel(&ask.exchange);
    bench_pass(bench, BUDGET + SECOND);
    g_assert_cmpuint(ask.done, ==, 0);
    bench_free(bench);
}

static void nonsense_fails_later(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    Ask ask = {0};
    ask.exchange.query_length = 7;
    ask_send(bench, &ask, BUDGET);
    bench_settle(bench);
    g_assert_cmpuint(ask.done, ==, 1);
    g_assert_cmpint(ask.status, ==, STATUS_MALFORMED);
    bench_free(bench);
}

static void failing_can_be_cancelled(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    Ask ask = {0};
    ask.exchange.query_length = 7;
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
    for (int tcp = 0; tcp < 2; tcp++) {
        Bench *bench = bench_new(ENDPOINT_PLAIN);
        Ask asks[3] = {0};
        bench->environment.settings.tcp_only = tcp;
        asks[0].then = close_transport;
        for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
            ask_send(bench, &asks[i], BUDGET);
        ask_wait(&asks[0], BUDGET);
        bench_pass(bench, SECOND);
        for (size_t i = 0; i < G_N_ELEMENTS(asks); i++)
            g_assert_cmpuint(asks[i].done, ==, 1);
        bench_free(bench);
    }
}

static void closing_ends_those_that_fail_too(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    Ask ask = {0}, failing = {0};
    failing.exchange.query_length = 7;
    ask_send(bench, &ask, BUDGET);
    ask_send(bench, &failing, BUDGET);
    close_transport(&ask);
    g_assert_cmpint(ask.status, ==, STATUS_CANCELLED);
    g_assert_cmpint(failing.status, ==, STATUS_CANCELLED);
    bench_settle(bench);
    g_assert_cmpuint(ask.done + failing.done, ==, 2);
    bench_free(bench);
}

static void unknown_protocol_is_unsupported(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    Endpoint *endpoint = endpoint_new(ENDPOINT_KINDS, &bench->resolver->address);
    g_assert_false(transport_is_supported(ENDPOINT_KINDS));
    g_assert_cmpint(transport_open(&bench->environment, endpoint, &bench->transport), ==,
                    STATUS_UNSUPPORTED);
    endpoint_unref(endpoint);
    bench_free(bench);
}

static void cut_in_a_record_goes_to_tcp(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    bench->resolver->truncate = true;
    bench->resolver->cut_records = true;
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->tcp_queries, ==, 1);
    bench_free(bench);
}

/* The first question takes two datagrams, the second one. */
static void server_without_edns_is_asked_without(void)
{
    for (int bare = 0; bare < 2; bare++) {
        Bench *bench = bench_new(ENDPOINT_PLAIN);
        bench->resolver->no_edns = true;
        bench->resolver->bare_error = bare;
        ask_answered(bench);
        g_assert_cmpuint(bench->resolver->udp_queries, ==, 2);
        g_assert_cmpuint(bench->resolver->last_udp_size, ==, 0);
        ask_answered(bench);
        g_assert_cmpuint(bench->resolver->udp_queries, ==, 3);
        bench_free(bench);
    }
}

static void another_network_may_know_edns(void)
{
    Bench *bench = bench_new(ENDPOINT_PLAIN);
    bench->resolver->no_edns = true;
    ask_answered(bench);
    bench->resolver->no_edns = false;
    transport_network_changed(bench->transport);
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->last_udp_size, ==, 1232);
    bench_free(bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plain/udp-answers", udp_answers);
    g_test_add_func("/plain/ports-differ", ports_differ);
    g_test_add_func("/plain/forgeries-are-dropped-and-counted", forgeries_are_dropped_and_counted);
    g_test_add_func("/plain/many-forgeries-go-to-tcp", many_forgeries_go_to_tcp);
    g_test_add_func("/plain/truncated-goes-to-tcp", truncated_goes_to_tcp);
    g_test_add_func("/plain/tcp-only-sends-no-datagram", tcp_only_sends_no_datagram);
    g_test_add_func("/plain/lost-datagram-is-repeated", lost_datagram_is_repeated);
    g_test_add_func("/plain/budget-is-kept", budget_is_kept);
    g_test_add_func("/plain/silent-tcp-times-out", silent_tcp_times_out);
    g_test_add_func("/plain/closed-port-is-told", closed_port_is_told);
    g_test_add_func("/plain/payload-size-is-advertised", payload_size_is_advertised);
    g_test_add_func("/plain/payload-of-512-sends-no-opt", payload_of_512_sends_no_opt);
    g_test_add_func("/plain/clients-own-opt-stays", clients_own_opt_stays);
    g_test_add_func("/plain/server-without-edns-is-asked-without",
                    server_without_edns_is_asked_without);
    g_test_add_func("/plain/another-network-may-know-edns", another_network_may_know_edns);
    g_test_add_func("/plain/network-change-asks-again", network_change_asks_again);
    g_test_add_func("/plain/cancelled-is-not-called", cancelled_is_not_called);
    g_test_add_func("/plain/nonsense-fails-later", nonsense_fails_later);
    g_test_add_func("/plain/failing-can-be-cancelled", failing_can_be_cancelled);
    g_test_add_func("/plain/closing-inside-done-is-safe", closing_inside_done_is_safe);
    g_test_add_func("/plain/closing-ends-those-that-fail-too", closing_ends_those_that_fail_too);
    g_test_add_func("/transport/unknown-protocol-is-unsupported", unknown_protocol_is_unsupported);
    g_test_add_func("/plain/cut-in-a-record-goes-to-tcp", cut_in_a_record_goes_to_tcp);
    return g_test_run();
}
