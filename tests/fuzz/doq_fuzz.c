/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS over QUIC on streams that QUIC has put together: what quic.h promises is kept here by a
 * connection of our own, which stands in for quic.c, quic_stream.c and quic_tls.c. Input: whether
 * early data is wanted (1), then steps until its end. An even byte is the asker's (fuzz_asker.h),
 * one bit to the right. Of an odd one bits 1 to 3 say what the server does, the upper ones to which
 * stream.
 */
#include "fuzz_asker.h"
#include "quic.h"

enum { SAY_RAW, SAY_ANSWER, RESET, TOO_LONG, REFUSE, CLOSE, CONNECT, ROOM };

struct QuicStream {
    ListNode node; /* in `open` or `ended` */
    QuicResult result;
    GByteArray *upload;
};

struct QuicConnection {
    Loop *loop;
    ListNode node;
    const QuicEvents *events;
    void *owner;
    List open, ended;
    size_t room;
    bool connected, closed, early;
};

static List all = {&all, &all};

static QuicConnection *newest(void)
{
    return list_last(&all, QuicConnection, node);
}

/* ---- in place of quic.c and its parts ---- */

QuicConnection *quic_connect(Loop *loop, TlsContext *context, const Address *peer,
                             const TlsTarget *target, QuicMemory *memory,
                             const QuicOptions *options, const QuicEvents *events, void *owner)
{
    QuicConnection *quic = g_new0(QuicConnection, 1);

    *quic = (QuicConnection){
        .loop = loop, .events = events, .owner = owner, .room = 4, .early = options->early_data};
    list_init(&quic->node);
    list_init(&quic->open);
    list_init(&quic->ended);
    list_append(&all, &quic->node);
    return quic;
}

static void stream_free(QuicStream *stream)
{
    list_remove(&stream->node);
    g_byte_array_unref(stream->upload);
    g_clear_pointer(&stream->result.download, g_byte_array_unref);
    g_free(stream);
}

static void free_streams(List *list)
{
    list_for_each (node, list)
        stream_free(container_of(node, QuicStream, node));
}

void quic_close(QuicConnection *quic, uint64_t code)
{
    if (quic == NULL)
        return;
    free_streams(&quic->open);
    free_streams(&quic->ended);
    list_remove(&quic->node);
    g_free(quic);
}

size_t quic_room(const QuicConnection *quic)
{
    return !quic->closed && (quic->connected || quic->early) ? quic->room : 0;
}

QuicStream *quic_ask(QuicConnection *quic, GByteArray *upload, void *owner)
{
    QuicStream *stream = g_new0(QuicStream, 1);

    g_assert_cmpuint(wire_get_u16(upload->data), ==, upload->len - 2);
    stream->upload = upload;
    stream->result.owner = owner;
    stream->result.download = g_byte_array_new();
    list_init(&stream->node);
    if (quic_room(quic) == 0) {
        stream_free(stream);
        return NULL;
    }
    quic->room--;
    list_append(&quic->open, &stream->node);
    return stream;
}

void quic_cancel(QuicConnection *quic, QuicStream *stream, uint64_t code)
{
    stream_free(stream);
}

void quic_flush(QuicConnection *quic)
{
}

bool quic_has_ended(const QuicConnection *quic)
{
    return !list_is_empty(&quic->ended);
}

bool quic_take_ended(QuicConnection *quic, QuicResult *result)
{
    QuicStream *stream = list_first(&quic->ended, QuicStream, node);

    if (stream == NULL)
        return false;
    *result = stream->result;
    stream->result.download = NULL;
    stream_free(stream);
    return true;
}

Status quic_migrate(QuicConnection *quic)
{
    return quic->connected && !quic->closed ? STATUS_OK : STATUS_UNSUPPORTED;
}

bool quic_is_stalled(const QuicConnection *quic)
{
    return !quic->connected;
}

int64_t quic_idle_us(const QuicConnection *quic)
{
    return 30 * G_USEC_PER_SEC;
}

void quic_facts(const QuicConnection *quic, TlsFacts *facts)
{
    *facts = (TlsFacts){.version = "QUIC TLS1.3", .alpn = "doq"};
}

void quic_chain(const QuicConnection *quic, PeerChain *chain)
{
}

void quic_memory_clear(QuicMemory *memory)
{
}

/* ---- the server ---- */

static QuicStream *find_stream(const QuicConnection *quic, unsigned number)
{
    list_for_each (node, (List *)&quic->open) {
        if (number-- == 0)
            return container_of(node, QuicStream, node);
    }
    return NULL;
}

/* What it says on a stream: a piece, or that as the answer to what was asked there. */
static void append(QuicStream *stream, GBytes *piece, bool is_answer)
{
    g_autoptr(GBytes) reply = NULL;
    Message query;
    uint8_t head[2];

    if (is_answer) {
        g_assert_cmpint(message_parse(&query, stream->upload->data + 2, stream->upload->len - 2),
                        ==, STATUS_OK);
        g_assert_cmpuint(query.id, ==, 0);
        reply = fuzz_fit_reply(piece, &query);
        wire_put_u16(head, (uint16_t)g_bytes_get_size(reply));
        g_byte_array_append(stream->result.download, head, sizeof head);
        piece = reply;
    }
    if (g_bytes_get_size(piece) > 0)
        g_byte_array_append(stream->result.download, g_bytes_get_data(piece, NULL),
                            (guint)g_bytes_get_size(piece));
}

static void end_stream(QuicConnection *quic, QuicStream *stream, QuicEnding ending, uint64_t code)
{
    stream->result.ending = ending;
    stream->result.code = code;
    list_remove(&stream->node);
    list_append(&quic->ended, &stream->node);
    quic->events->progressed(quic->owner);
}

static void close_connection(QuicConnection *quic, unsigned number)
{
    static const int64_t codes[] = {-1, 0, 2, 4};

    quic->closed = true;
    quic->events->closed(quic->owner, STATUS_CLOSED, codes[number % G_N_ELEMENTS(codes)]);
}

static void say(FuzzInput *input, uint8_t step)
{
    static const QuicEnding endings[] = {
        [RESET] = QUIC_RESET, [TOO_LONG] = QUIC_TOO_LONG, [REFUSE] = QUIC_REFUSED};
    unsigned number = step >> 4, what = step >> 1 & 7;
    QuicConnection *quic = newest();
    QuicStream *stream = quic != NULL ? find_stream(quic, number % 8) : NULL;

    if (quic == NULL || quic->closed)
        return;
    if (what == CLOSE) {
        close_connection(quic, number);
    } else if (what == CONNECT && !quic->connected) {
        quic->connected = true;
        quic->events->connected(quic->owner);
    } else if (what == ROOM || what == CONNECT) {
        quic->room += number;
        quic->events->progressed(quic->owner);
    } else if (stream != NULL && what <= SAY_ANSWER) {
        g_autoptr(GBytes) piece = fuzz_take_piece(input);

        append(stream, piece, what == SAY_ANSWER);
        end_stream(quic, stream, QUIC_WHOLE, 0);
    } else if (stream != NULL) {
        end_stream(quic, stream, endings[what], number);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    const TransportSettings settings = {.edns_payload = 1232,
                                        .idle_close_us = 10 * G_USEC_PER_SEC,
                                        .zero_rtt = fuzz_take_u8(&input) & 1};
    Endpoint *endpoint = fuzz_endpoint(ENDPOINT_DOQ, 853);
    endpoint->host = g_strdup("dns.example");
    fuzz_asker_run(endpoint, &settings, &input, say);
    g_assert_true(list_is_empty(&all));
    return 0;
}
