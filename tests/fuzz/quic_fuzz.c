/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QUIC as anybody on the way may speak it: datagrams that nobody has the keys to, ICMP, silence.
 * What comes behind the encryption is doq_fuzz.c's. Input: steps until its end: what comes in the
 * lower three bits of each, then a piece. The connection IDs of long headers are made the right
 * ones, for a fuzzer would not find them.
 */
#include "fuzz.h"
#include "fuzz_udp.h"
#include "quic.h"

#include <string.h>

enum { RAW, LONG_HEADER, SHORT_HEADER, VERSIONS, ICMP, TIME, ASK, CLOSE };
enum { ID_LENGTH_AT = 5, STREAM_MAX = 1024 };

typedef struct Owner {
    QuicConnection *quic;
    unsigned closed;
} Owner;

static void on_connected(void *owner)
{
    g_assert_not_reached(); /* nobody has shown who they are */
}

static void on_progressed(void *owner)
{
    g_assert_false(quic_has_ended(((Owner *)owner)->quic));
}

static void on_closed(void *owner, Status status, int64_t code)
{
    g_assert_cmpint(status, !=, STATUS_OK);
    g_assert_cmpuint(((Owner *)owner)->closed++, ==, 0);
}

/* Of the client's first packet, both IDs, each with its length in front. */
static bool find_ids(WireReader *server, WireReader *client)
{
    GBytes *sent = fuzz_udp_heard(0);
    size_t length;
    const uint8_t *bytes = sent != NULL ? g_bytes_get_data(sent, &length) : NULL;

    if (bytes == NULL || length < 64 || !(bytes[0] & 0x80))
        return false;
    *server = wire_reader(bytes + ID_LENGTH_AT, bytes[ID_LENGTH_AT] + 1u);
    bytes += ID_LENGTH_AT + server->length;
    *client = wire_reader(bytes, bytes[0] + 1u);
    return true;
}

/* First byte and version of the piece, then the client's ID, the server's, and the rest of it. */
static void say(unsigned what, GBytes *piece)
{
    size_t length;
    const uint8_t *bytes = g_bytes_get_data(piece, &length);
    g_autoptr(GByteArray) packet = g_byte_array_new();
    WireReader server, client;
    const uint8_t none[4] = {0};

    if (what == RAW || length < ID_LENGTH_AT || !find_ids(&server, &client)) {
        fuzz_udp_say(0, bytes, length);
        return;
    }
    g_byte_array_append(packet, bytes, 1);
    if (what == SHORT_HEADER) {
        packet->data[0] &= 0x7f;
        g_byte_array_append(packet, client.bytes + 1, (guint)client.length - 1);
    } else {
        packet->data[0] |= 0x80;
        g_byte_array_append(packet, what == VERSIONS ? none : bytes + 1, 4);
        g_byte_array_append(packet, client.bytes, (guint)client.length);
        g_byte_array_append(packet, server.bytes, (guint)server.length);
    }
    g_byte_array_append(packet, bytes + ID_LENGTH_AT, (guint)(length - ID_LENGTH_AT));
    fuzz_udp_say(0, packet->data, packet->len);
}

static void step(Owner *owner, Loop *loop, uint8_t choice, FuzzInput *input)
{
    unsigned what = choice & 7;

    if (what <= VERSIONS) {
        g_autoptr(GBytes) piece = fuzz_take_piece(input);

        say(what, piece);
    } else if (what == ICMP) {
        fuzz_udp_refuse(0, choice & 8 ? STATUS_REFUSED : STATUS_UNREACHABLE);
    } else if (what == TIME) {
        loop_advance(loop, (int64_t)choice * 50 * 1000);
    } else if (what == ASK) {
        g_assert_null(quic_ask(owner->quic, g_byte_array_new(), owner));
        quic_flush(owner->quic);
    } else {
        g_assert_cmpint(quic_migrate(owner->quic), ==, STATUS_UNSUPPORTED);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const QuicEvents events = {on_connected, on_progressed, on_closed};
    const TlsTarget target = {.host = "dns.example", .alpn = "doq"};
    const QuicOptions options = {.stream_max = STREAM_MAX};
    FuzzInput input = {bytes, length};
    Loop *loop = loop_new_fake(G_USEC_PER_SEC, INT64_C(1795000000));
    TlsContext *tls = tls_context_new("/dev/null");
    QuicMemory memory = {0};
    Owner owner = {0};
    Address peer;

    g_assert_cmpint(address_parse("192.0.2.1", 853, &peer), ==, STATUS_OK);
    owner.quic = quic_connect(loop, tls, &peer, &target, &memory, &options, &events, &owner);
    loop_advance(loop, 0);
    while (input.left > 0) {
        step(&owner, loop, fuzz_take_u8(&input), &input);
        loop_advance(loop, 0);
    }
    quic_close(owner.quic, 0);
    g_assert_cmpint(loop_wait_us(loop), ==, -1);
    fuzz_udp_forget();
    quic_memory_clear(&memory);
    tls_context_free(tls);
    loop_free(loop);
    return 0;
}
