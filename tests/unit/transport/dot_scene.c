/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dot_scene.h"

#include "message.h"
#include "reply.h"

#include <string.h>

#define DAY 86400

/* ---- the server's side; runs in its thread ---- */

/* Takes a whole query off what was received; NULL when there is none yet. */
static GBytes *take_query(DotTalk *talk)
{
    if (talk->bytes->len < 2)
        return NULL;
    size_t length = wire_get_u16(talk->bytes->data);
    if (talk->bytes->len < length + 2)
        return NULL;
    GBytes *query = g_bytes_new(talk->bytes->data + 2, length);
    g_byte_array_remove_range(talk->bytes, 0, (guint)length + 2);
    return query;
}

static void note_query(DotScene *scene, GBytes *query)
{
    g_mutex_lock(&scene->mutex);
    if (scene->first == NULL)
        scene->first = g_bytes_ref(query);
    g_mutex_unlock(&scene->mutex);
    g_atomic_int_inc(&scene->asked);
}

GBytes *talk_read(DotScene *scene, DotTalk *talk)
{
    GBytes *query;

    while ((query = take_query(talk)) == NULL) {
        uint8_t bytes[65536];
        ssize_t length = gnutls_record_recv(talk->session, bytes, sizeof bytes);

        if (length <= 0)
            return NULL;
        g_atomic_int_inc(&scene->records);
        g_byte_array_append(talk->bytes, bytes, (guint)length);
    }
    note_query(scene, query);
    return query;
}

void talk_send(DotTalk *talk, const uint8_t *message, size_t length)
{
    g_autofree uint8_t *framed = g_malloc(length + 2);

    wire_put_u16(framed, (uint16_t)length);
    memcpy(framed + 2, message, length);
    gnutls_record_send(talk->session, framed, length + 2);
}

/* 192.0.2.<letter>, of the question's first letter. Returns the length. */
size_t talk_build_answer(GBytes *query_bytes, uint8_t out[512])
{
    size_t length;
    const uint8_t *wire = g_bytes_get_data(query_bytes, &length);
    Message query;

    g_assert_cmpint(message_parse(&query, wire, length), ==, STATUS_OK);
    const uint8_t address[] = {192, 0, 2, query.qname.wire[1]};
    g_assert_cmpint(reply_address(&query, address, 4, 60, out, 512, &length), ==, STATUS_OK);
    return length;
}

void talk_answer(DotTalk *talk, GBytes *query)
{
    uint8_t reply[512];
    size_t length = talk_build_answer(query, reply);

    talk_send(talk, reply, length);
}

void talk_swallow(DotScene *scene, DotTalk *talk)
{
    GBytes *query;

    while ((query = talk_read(scene, talk)) != NULL)
        g_bytes_unref(query);
}

void script_answer_all(DotScene *scene, DotTalk *talk, int connection)
{
    GBytes *query;

    while ((query = talk_read(scene, talk)) != NULL) {
        talk_answer(talk, query);
        g_bytes_unref(query);
    }
}

void script_silent(DotScene *scene, DotTalk *talk, int connection)
{
    talk_swallow(scene, talk);
}

static void serve(gnutls_session_t session, void *owner)
{
    DotScene *scene = owner;
    DotTalk talk = {session, g_byte_array_new()};

    scene->script(scene, &talk, g_atomic_int_get(&scene->server.handshakes));
    g_byte_array_unref(talk.bytes);
}

/* ---- the client's side ---- */

static void on_done(Exchange *exchange, Status status, const uint8_t *reply, size_t length)
{
    DotAsk *ask = exchange->owner;

    g_assert_false(ask->sending);
    g_assert_false(exchange_is_live(exchange));
    ask->done++;
    ask->status = status;
    ask->reply_length = length;
    if (status == STATUS_OK)
        memcpy(ask->reply, reply, length);
    if (ask->then != NULL)
        ask->then(ask);
}

void dot_ask(DotScene *scene, DotAsk *ask, const char *name)
{
    WireWriter writer = wire_writer(ask->query, sizeof ask->query);
    Name question;

    g_assert_cmpint(name_parse(name, &question), ==, STATUS_OK);
    wire_write_u16(&writer, 0x1234);
    wire_write_u16(&writer, MESSAGE_RD);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 6);
    wire_write_bytes(&writer, question.wire, question.length);
    wire_write_u16(&writer, RRTYPE_A);
    wire_write_u16(&writer, CLASS_IN);
    ask->scene = scene;
    ask->exchange = (Exchange){.query = ask->query,
                               .query_length = writer.position,
                               .budget_us = ask->budget_us > 0 ? ask->budget_us : 60 * SECOND_US,
                               .done = on_done,
                               .owner = ask};
    ask->done = 0;
    ask->sending = true;
    transport_send(scene->transport, &ask->exchange);
    ask->sending = false;
}

void dot_ask_many(DotScene *scene, DotAsk *asks, int count)
{
    for (int i = 0; i < count; i++) {
        char name[] = "?.example";

        name[0] = (char)('a' + i);
        dot_ask(scene, &asks[i], name);
    }
}

void dot_assert_answered(const DotAsk *ask)
{
    Message query, reply;

    g_assert_cmpuint(ask->done, ==, 1);
    g_assert_cmpint(ask->status, ==, STATUS_OK);
    g_assert_cmpint(message_parse(&query, ask->query, ask->exchange.query_length), ==, STATUS_OK);
    g_assert_cmpint(message_parse(&reply, ask->reply, ask->reply_length), ==, STATUS_OK);
    g_assert_true(message_answers(&reply, &query));
    RecordIterator iterator = record_iterator(&reply);
    Record record;
    g_assert_true(record_next(&iterator, &record));
    g_assert_cmpuint(ask->reply[record.rdata + 3], ==, query.qname.wire[1]);
}

void dot_scene_turn(DotScene *scene)
{
    loop_turn(scene->loop, 0);
    g_usleep(300);
}

void dot_scene_open(DotScene *scene, DotScript script)
{
    dot_scene_open_as(scene, ENDPOINT_DOT, "dot", script);
}

void dot_scene_open_as(DotScene *scene, EndpointKind kind, const char *alpn, DotScript script)
{
    CertificateRequest request = {.name = "dns.example", .from_s = -DAY, .until_s = DAY};

    *scene = (DotScene){.script = script};
    g_mutex_init(&scene->mutex);
    scene->authority = authority_new();
    scene->credentials = credentials_new(scene->authority, &request);
    scene->server = (TlsServer){
        .credentials = scene->credentials, .alpn = alpn, .serve = serve, .owner = scene};
    tls_server_start(&scene->server);
    scene->loop = loop_new_fake(SECOND_US, 1);
    scene->tls = tls_context_new(authority_file(scene->authority));
    scene->endpoint = endpoint_new(kind, &scene->server.address);
    scene->endpoint->host = g_strdup("dns.example");
    TransportEnvironment environment = {
        .loop = scene->loop,
        .tls = scene->tls,
        .settings = {.edns_payload = 1232, .idle_close_us = 30 * SECOND_US},
    };
    g_assert_cmpint(transport_open(&environment, scene->endpoint, &scene->transport), ==,
                    STATUS_OK);
}

void dot_scene_close(DotScene *scene)
{
    if (scene->transport != NULL)
        transport_close(scene->transport);
    tls_server_stop(&scene->server);
    endpoint_unref(scene->endpoint);
    tls_context_free(scene->tls);
    loop_free(scene->loop);
    g_clear_pointer(&scene->first, g_bytes_unref);
    credentials_free(scene->credentials);
    authority_free(scene->authority);
    g_mutex_clear(&scene->mutex);
}

const TransportCounters *dot_scene_counters(const DotScene *scene)
{
    return &scene->transport->counters;
}
