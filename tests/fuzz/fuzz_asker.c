/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz_asker.h"

#include "edns.h"

#include <sodium.h>

enum {
    STEP_ASK,
    STEP_CANCEL,
    STEP_TIME,
    STEP_NETWORK,
};

enum { THEN_NOTHING, THEN_ASK, THEN_CANCEL, THEN_CLOSE };

enum { QUESTIONS = 6 };

typedef struct Asker Asker;

typedef struct Question {
    Exchange exchange;
    Asker *asker;
    uint8_t query[64];
    bool asked, sending;
    uint8_t then; /* what its `done` does besides */
} Question;

struct Asker {
    Loop *loop;
    TlsContext *tls;
    Transport *transport; /* NULL: closed */
    Question questions[QUESTIONS];
};

static const int64_t budget_us = 10 * G_USEC_PER_SEC;

/* ---- randomness, the same for the same input ---- */

static uint64_t state;

static uint32_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

static const char *random_name(void)
{
    return "fuzz";
}

static void fill_random(void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)next_random();
}

static void make_randomness_repeat(void)
{
    static randombytes_implementation implementation = {
        .implementation_name = random_name, .random = next_random, .buf = fill_random};

    state = UINT64_C(0x50770f022);
    randombytes_set_implementation(&implementation);
    g_assert_cmpint(sodium_init(), >=, 0);
}

/* ---- questions ---- */

static void make_query(Question *question, unsigned number)
{
    WireWriter writer = wire_writer(question->query, sizeof question->query);

    wire_write_u16(&writer, (uint16_t)(0x1000 + number));
    wire_write_u16(&writer, MESSAGE_RD);
    wire_write_u16(&writer, 1);
    wire_write_u32(&writer, 0);
    wire_write_u16(&writer, number % 2); /* every other one with OPT */
    wire_write_u8(&writer, 1);
    wire_write_u8(&writer, (uint8_t)('a' + number));
    wire_write_bytes(&writer, "\7example", 9);
    wire_write_u16(&writer, number % 3 == 0 ? RRTYPE_AAAA : RRTYPE_A);
    wire_write_u16(&writer, CLASS_IN);
    if (number % 2 == 1) {
        wire_write_u8(&writer, 0);
        wire_write_u16(&writer, RRTYPE_OPT);
        wire_write_u16(&writer, 1232);
        wire_write_zeros(&writer, 6);
    }
    g_assert_false(writer.failed);
    question->exchange.query = question->query;
    question->exchange.query_length = writer.position;
}

static void ask(Asker *asker, unsigned which, uint8_t then)
{
    Question *question = &asker->questions[which % QUESTIONS];

    if (question->asked || asker->transport == NULL)
        return;
    question->then = then;
    question->asked = question->sending = true;
    transport_send(asker->transport, &question->exchange);
    question->sending = false;
}

static void cancel(Asker *asker, unsigned which)
{
    Question *question = &asker->questions[which % QUESTIONS];

    exchange_cancel(&question->exchange);
    question->asked = false;
}

static void close_transport(Asker *asker)
{
    Transport *transport = g_steal_pointer(&asker->transport);

    if (transport != NULL)
        transport_close(transport);
}

static void check_answer(const Question *question, const uint8_t *bytes, size_t length)
{
    Message query, reply;

    g_assert_cmpint(message_parse(&reply, bytes, length), ==, STATUS_OK);
    g_assert_cmpint(
        message_parse(&query, question->exchange.query, question->exchange.query_length), ==,
        STATUS_OK);
    g_assert_true(message_answers(&reply, &query));
}

static void on_done(Exchange *exchange, Status status, const uint8_t *reply, size_t length)
{
    Question *question = exchange->owner;
    Asker *asker = question->asker;
    unsigned number = (unsigned)(question - asker->questions);
    uint8_t then = question->then;

    g_assert_true(question->asked);
    g_assert_false(question->sending);
    g_assert_false(exchange_is_live(exchange));
    question->asked = false;
    question->then = THEN_NOTHING;
    if (status == STATUS_OK)
        check_answer(question, reply, length);
    if (status == STATUS_CANCELLED) /* the transport is being closed: nothing may be sent to it */
        return;
    if (then == THEN_ASK)
        ask(asker, number + 1, THEN_NOTHING);
    else if (then == THEN_CANCEL)
        cancel(asker, number + 1);
    else if (then == THEN_CLOSE)
        close_transport(asker);
}

/* ---- its life ---- */

static void open_transport(Asker *asker, Endpoint *endpoint, const TransportSettings *settings)
{
    *asker = (Asker){.loop = loop_new_fake(G_USEC_PER_SEC, INT64_C(1795000000)),
                     .tls = tls_context_new(NULL)};
    const TransportEnvironment environment = {
        .loop = asker->loop, .tls = asker->tls, .settings = *settings};

    make_randomness_repeat();
    for (unsigned i = 0; i < QUESTIONS; i++) {
        Question *question = &asker->questions[i];

        question->asker = asker;
        question->exchange.owner = question;
        question->exchange.done = on_done;
        question->exchange.budget_us = budget_us;
        make_query(question, i);
    }
    g_assert_cmpint(transport_open(&environment, endpoint, &asker->transport), ==, STATUS_OK);
}

static void end(Asker *asker)
{
    close_transport(asker);
    loop_advance(asker->loop, 0);
    for (unsigned i = 0; i < QUESTIONS; i++)
        g_assert_false(asker->questions[i].asked);
    g_assert_cmpint(loop_wait_us(asker->loop), ==, -1); /* nothing was left behind */
    loop_free(asker->loop);
    tls_context_free(asker->tls);
}

static void take_step(Asker *asker, uint8_t step)
{
    unsigned argument = step >> 2;

    switch (step & 3) {
    case STEP_ASK:
        ask(asker, argument % QUESTIONS, (uint8_t)(argument / QUESTIONS % 4));
        break;
    case STEP_CANCEL:
        cancel(asker, argument);
        break;
    case STEP_TIME:
        loop_advance(asker->loop, (int64_t)argument * argument * 10 * 1000);
        break;
    default: /* STEP_NETWORK, seldom */
        if (argument % 8 == 0 && asker->transport != NULL) {
            TransportFacts facts;

            transport_facts(asker->transport, &facts);
            transport_network_changed(asker->transport);
        }
    }
    loop_advance(asker->loop, 0);
}

Endpoint *fuzz_endpoint(EndpointKind kind, uint16_t port)
{
    Address address;

    g_assert_cmpint(address_parse("192.0.2.1", port, &address), ==, STATUS_OK);
    return endpoint_new(kind, &address);
}

void fuzz_asker_run(Endpoint *endpoint, const TransportSettings *settings, FuzzInput *input,
                    void (*say)(FuzzInput *input, uint8_t step))
{
    Asker asker;

    open_transport(&asker, endpoint, settings);
    while (input->left > 0) {
        uint8_t step = fuzz_take_u8(input);

        if (step & 1)
            say(input, step);
        else
            take_step(&asker, step >> 1);
        loop_advance(asker.loop, 0);
    }
    end(&asker);
    endpoint_unref(endpoint);
}
