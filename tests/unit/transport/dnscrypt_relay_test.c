/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNSCrypt through a relay. That nothing goes to the resolver but from the relay is seen by the
 * counts: whatever the resolver was asked, the relay has passed on. */
#include "asker.h"
#include "edns.h"

#include <string.h>

static Bench *relayed_bench(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    bench_add_relay(bench);
    return bench;
}

static void assert_all_relayed(const Bench *bench)
{
    const FakeResolver *resolver = bench->resolver;
    g_assert_cmpuint(resolver->certificate_requests + resolver->udp_queries, ==,
                     bench->relay->by_udp + bench->relay->by_tcp);
    g_assert_cmpuint(resolver->most_connections, ==, 0);
}

static void everything_goes_through_the_relay(void)
{
    Bench *bench = relayed_bench();
    ask_answered(bench);
    ask_answered(bench);
    g_assert_cmpuint(bench->resolver->certificate_requests, ==, 1);
    g_assert_cmpuint(bench->resolver->udp_queries, ==, 2);
    g_assert_cmpuint(bench->relay->by_udp, ==, 3);
    assert_all_relayed(bench);
    bench_free(bench);
}

static void facts_name_the_relay(void)
{
    Bench *bench = relayed_bench();
    TransportFacts facts;
    char address[ADDRESS_MAX_TEXT];
    ask_answered(bench);
    transport_facts(bench->transport, &facts);
    g_autofree char *expected = g_strdup_printf("X25519-XChaCha20Poly1305, serial 1, through %s",
                                                address_format(&bench->relay->address, address));
    g_assert_cmpstr(facts.security, ==, expected);
    bench_free(bench);
}

static void xsalsa20_goes_through_too(void)
{
    Bench *bench = relayed_bench();
    bench->resolver->es_version = 1;
    ask_answered(bench);
    assert_all_relayed(bench);
    bench_free(bench);
}

static void tcp_only_reaches_the_relay_by_tcp(void)
{
    Bench *bench = relayed_bench();
    bench->environment.settings.tcp_only = true;
    ask_answered(bench);
    g_assert_cmpuint(bench->relay->by_udp, ==, 0);
    g_assert_cmpuint(bench->relay->by_tcp, ==, 2);
    assert_all_relayed(bench);
    bench_free(bench);
}

static void blocked_udp_gives_way_to_tcp(void)
{
    Bench *bench = relayed_bench();
    Ask ask = {0};
    bench->relay->udp_silent = true;
    ask_send(bench, &ask, BUDGET);
    ask_wait(&ask, BUDGET);
    ask_assert_answer(&ask);
    assert_all_relayed(bench);
    bench_free(bench);
}

static void queries_are_padded_to_make_room(void)
{
    Bench *bench = relayed_bench();
    ask_answered(bench);
    bench->resolver->bulk = 900;
    ask_answered(bench);
    g_assert_cmpuint(bench->relay->by_tcp, ==, 0);
    g_assert_cmpuint(bench->relay->last_length, <=, 1232);
    g_assert_cmpuint(bench->relay->dropped, ==, 0);
    bench_free(bench);
}

static void truncated_is_asked_again_at_full_length(void)
{
    Bench *bench = relayed_bench();
    Ask ask = {0};
    bench->resolver->bulk = 3800;
    ask_send(bench, &ask, BUDGET);
    ask_wait(&ask, BUDGET);
    ask_assert_answer(&ask);
    g_assert_cmpuint(ask.reply_length, >, 3800);
    g_assert_cmpuint(bench->relay->by_tcp, ==, 1);
    g_assert_cmpuint(bench->relay->last_length, <=, 4096);
    assert_all_relayed(bench);
    bench->resolver->bulk = 0;
    ask_answered(bench); /* and the next one is as short as before */
    g_assert_cmpuint(bench->relay->last_length, <=, 1280);
    bench_free(bench);
}

static void server_is_told_how_much_room_there_is(void)
{
    Bench *bench = relayed_bench();
    Ask ask = {0};
    static const uint8_t opt[EDNS_OPT_HEADER] = {0, 0, RRTYPE_OPT, 1232 >> 8, 1232 & 255};
    bench->resolver->bulk = 3800;
    ask_prepare(&ask);
    memcpy(ask.query + ask.exchange.query_length, opt, sizeof(opt));
    ask.exchange.query_length += sizeof(opt);
    ask.query[11] = 1;
    ask_send(bench, &ask, BUDGET);
    ask_wait(&ask, BUDGET);
    ask_assert_answer(&ask);
    g_assert_cmpuint(bench->resolver->last_udp_size, >, 3900);
    g_assert_cmpuint(bench->resolver->last_udp_size, <, 4096 - 48 - 28);
    bench_free(bench);
}

static void truncated_over_tcp_is_asked_again_at_full_length(void)
{
    Bench *bench = relayed_bench();
    bench->environment.settings.tcp_only = true;
    bench->resolver->bulk = 3800;
    ask_answered(bench);
    g_assert_cmpuint(bench->relay->by_tcp, ==, 3);
    bench_free(bench);
}

static void relay_without_tcp_gets_long_datagrams(void)
{
    Bench *bench = relayed_bench();
    bench->relay->no_tcp = true;
    bench->resolver->bulk = 3800;
    ask_answered(bench);
    g_assert_cmpuint(bench->relay->by_tcp, ==, 0);
    g_assert_cmpuint(bench->relay->last_length, >, 3800);
    bench_free(bench);
}

static void truncated_at_full_length(bool by_tcp)
{
    Bench *bench = relayed_bench();
    Ask ask = {0};
    Message reply;
    bench->relay->no_tcp = !by_tcp;
    bench->resolver->truncate = true;
    bench->resolver->cut_records = true;
    ask_send(bench, &ask, BUDGET);
    g_assert_cmpint(ask_wait(&ask, BUDGET), <, SECOND);
    g_assert_cmpint(ask.status, ==, STATUS_OK);
    g_assert_cmpint(message_parse(&reply, ask.reply, ask.reply_length), ==, STATUS_OK);
    g_assert_true(reply.flags & MESSAGE_TC);
    g_assert_cmpuint(reply.answer_count, ==, 0);
    bench_free(bench);
}

static void truncated_at_full_length_is_final(void)
{
    truncated_at_full_length(true);
}

static void truncated_at_full_length_by_udp_is_final(void)
{
    truncated_at_full_length(false);
}

/* What TCP brings to the relay goes on by UDP, and can be lost there. */
static void lost_behind_the_relay_is_asked_again(void)
{
    Bench *bench = relayed_bench();
    Ask ask = {0};
    bench->environment.settings.tcp_only = true;
    ask_answered(bench);
    bench->relay->lose = 1;
    ask_send(bench, &ask, BUDGET);
    g_assert_cmpint(ask_wait(&ask, BUDGET), <=, 2 * SECOND);
    ask_assert_answer(&ask);
    bench_free(bench);
}

static void lost_certificate_request_is_repeated(void)
{
    Bench *bench = relayed_bench();
    bench->relay->lose = 1;
    ask_answered(bench);
    g_assert_cmpuint(bench->relay->by_tcp, ==, 0);
    assert_all_relayed(bench);
    bench_free(bench);
}

static void dead_relay_is_a_failure_and_nothing_goes_directly(void)
{
    Bench *bench = relayed_bench();
    Ask ask = {0};
    bench->relay->udp_silent = bench->relay->no_tcp = true;
    ask_send(bench, &ask, BUDGET);
    ask_wait(&ask, 2 * BUDGET);
    g_assert_cmpuint(ask.done, ==, 1);
    g_assert_cmpint(ask.status, !=, STATUS_OK);
    g_assert_cmpuint(bench->resolver->certificate_requests, ==, 0);
    bench_free(bench);
}

static void odd_provider_name_cannot_be_relayed(void)
{
    Bench *bench = bench_new(ENDPOINT_DNSCRYPT);
    g_free(bench->endpoint->provider_name);
    bench->endpoint->provider_name = g_strdup("dnscrypt.example");
    bench_add_relay(bench);
    g_assert_cmpint(transport_open(&bench->environment, bench->endpoint, &bench->transport), ==,
                    STATUS_UNSUPPORTED);
    bench_free(bench);
}

#define add(name, function) g_test_add_func("/dnscrypt-relay/" name, function)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    add("everything-goes-through-the-relay", everything_goes_through_the_relay);
    add("facts-name-the-relay", facts_name_the_relay);
    add("xsalsa20-goes-through-too", xsalsa20_goes_through_too);
    add("tcp-only-reaches-the-relay-by-tcp", tcp_only_reaches_the_relay_by_tcp);
    add("blocked-udp-gives-way-to-tcp", blocked_udp_gives_way_to_tcp);
    add("queries-are-padded-to-make-room", queries_are_padded_to_make_room);
    add("truncated-is-asked-again-at-full-length", truncated_is_asked_again_at_full_length);
    add("server-is-told-how-much-room-there-is", server_is_told_how_much_room_there_is);
    add("truncated-over-tcp-is-asked-again-at-full-length",
        truncated_over_tcp_is_asked_again_at_full_length);
    add("relay-without-tcp-gets-long-datagrams", relay_without_tcp_gets_long_datagrams);
    add("truncated-at-full-length-is-final", truncated_at_full_length_is_final);
    add("truncated-at-full-length-by-udp-is-final", truncated_at_full_length_by_udp_is_final);
    add("lost-behind-the-relay-is-asked-again", lost_behind_the_relay_is_asked_again);
    add("lost-certificate-request-is-repeated", lost_certificate_request_is_repeated);
    add("dead-relay-is-a-failure-and-nothing-goes-directly",
        dead_relay_is_a_failure_and_nothing_goes_directly);
    add("odd-provider-name-cannot-be-relayed", odd_provider_name_cannot_be_relayed);
    return g_test_run();
}
