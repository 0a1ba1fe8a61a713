/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See asker.h. Sockets are real, time is not: loopback delivers within a few turns of the loop. */
#include "asker.h"

#include "message.h"

#include <string.h>

#define STEP_US     (10 * 1000)
#define START_US    INT64_C(1000000000)
#define START_S     INT64_C(1800000000)
#define SETTLE      12
#define QUESTION_ID 0x4d2

Bench *bench_new(EndpointKind kind)
{
    Bench *bench = g_new0(Bench, 1);
    bench->loop = loop_new_fake(START_US, START_S);
    bench->resolver = fake_resolver_new(bench->loop);
    bench->resolver->plain = kind == ENDPOINT_PLAIN;
    bench->environment = (TransportEnvironment){
        .loop = bench->loop,
        .settings = {.edns_payload = 1232, .idle_close_us = 10 * 1000 * 1000},
    };
    bench->endpoint = endpoint_new(kind, &bench->resolver->address);
    bench->endpoint->provider_name = g_strdup("2.dnscrypt-cert.example");
    memcpy(bench->endpoint->provider_key, bench->resolver->provider_key, 32);
    return bench;
}

void bench_add_relay(Bench *bench)
{
    bench->relay = fake_relay_new(bench->loop);
    Endpoint *relay = endpoint_new(ENDPOINT_DNSCRYPT, &bench->relay->address);
    Endpoint *direct = bench->endpoint;
    bench->endpoint = endpoint_derive(direct, relay, NULL);
    endpoint_unref(direct);
    endpoint_unref(relay);
}

void bench_free(Bench *bench)
{
    if (bench->transport != NULL)
        transport_close(bench->transport);
    endpoint_unref(bench->endpoint);
    fake_resolver_free(bench->resolver);
    if (bench->relay != NULL)
        fake_relay_free(bench->relay);
    loop_free(bench->loop);
    g_free(bench);
}

void bench_settle(Bench *bench)
{
    for (int i = 0; i < SETTLE; i++)
        loop_turn(bench->loop, 0);
}

void bench_pass(Bench *bench, int64_t us)
{
    bench_settle(bench);
    for (int64_t passed_us = 0; passed_us < us; passed_us += STEP_US) {
        loop_advance(bench->loop, MIN(STEP_US, us - passed_us));
        bench_settle(bench);
    }
}

static void asked(Exchange *exchange, Status status, const uint8_t *reply, size_t length)
{
    Ask *ask = exchange->owner;
    g_assert_false(exchange_is_live(exchange));
    ask->done++;
    ask->status = status;
    ask->reply_length = length;
    g_assert_cmpuint(length, <=, sizeof(ask->reply));
    if (status == STATUS_OK)
        memcpy(ask->reply, reply, length);
    if (ask->then != NULL)
        ask->then(ask);
}

static size_t write_question(uint8_t *out, size_t capacity)
{
    Name name;
    WireWriter writer = wire_writer(out, capacity);
    g_assert_cmpint(name_parse("www.example.test", &name), ==, STATUS_OK);
    wire_write_u16(&writer, QUESTION_ID);
    wire_write_u16(&writer, MESSAGE_RD);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 6);
    wire_write_bytes(&writer, name.wire, name.length);
    wire_write_u16(&writer, RRTYPE_A);
    wire_write_u16(&writer, CLASS_IN);
    return writer.position;
}

TransportCounters *bench_counters(const Bench *bench)
{
    return &bench->transport->counters;
}

void bench_silence(Bench *bench)
{
    bench->resolver->udp_silent = bench->resolver->tcp_silent = true;
}

void ask_prepare(Ask *ask)
{
    ask->exchange.query_length = write_question(ask->query, sizeof(ask->query));
}

void ask_send(Bench *bench, Ask *ask, int64_t budget_us)
{
    if (bench->transport == NULL)
        g_assert_cmpint(transport_open(&bench->environment, bench->endpoint, &bench->transport), ==,
                        STATUS_OK);
    if (ask->exchange.query_length == 0)
        ask_prepare(ask);
    ask->bench = bench;
    ask->exchange.query = ask->query;
    ask->exchange.budget_us = budget_us;
    ask->exchange.done = asked;
    ask->exchange.owner = ask;
    const unsigned before = ask->done;
    transport_send(bench->transport, &ask->exchange);
    g_assert_cmpuint(ask->done, ==, before); /* never from inside */
}

int64_t ask_wait(Ask *ask, int64_t limit_us)
{
    int64_t waited_us = 0;
    bench_settle(ask->bench);
    for (; ask->done == 0 && waited_us < limit_us; waited_us += STEP_US)
        bench_pass(ask->bench, STEP_US);
    return waited_us;
}

void ask_assert_answer(const Ask *ask)
{
    Message query, reply;
    g_assert_cmpuint(ask->done, ==, 1);
    g_assert_cmpstr(status_name(ask->status), ==, status_name(STATUS_OK));
    g_assert_cmpint(message_parse(&query, ask->query, ask->exchange.query_length), ==, STATUS_OK);
    g_assert_cmpint(message_parse(&reply, ask->reply, ask->reply_length), ==, STATUS_OK);
    g_assert_true(message_answers(&reply, &query)); /* the ID too */
    g_assert_cmpuint(reply.answer_count, >=, 1);
}

void ask_answered(Bench *bench)
{
    Ask ask = {0};
    ask_send(bench, &ask, BUDGET);
    ask_wait(&ask, BUDGET);
    ask_assert_answer(&ask);
}
