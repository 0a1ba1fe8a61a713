/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dnscrypt_upstream ADDRESS:PORT: a DNSCrypt resolver for benchmarks, by UDP alone.
 *
 * It answers every question with the same address, and costs as little as a DNSCrypt resolver can:
 * the key shared with a client is derived once, datagrams come and go in batches. So what is
 * measured is whoever asks it. (dnsdist derives the key anew for each query, 100 µs and more, and
 * its answers come one at a time.)
 *
 * Its first line of output is its stamp. Keys are new at each start, the certificate is good for a
 * day.
 */
#include "box.h"
#include "message.h"
#include "stamp.h"
#include "udp.h"

#include <glib.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define PROVIDER        "2.dnscrypt-cert.bench-names.net"
#define RESPONSE_ROOM   1024
#define QUERY_PREFIX    52 /* client magic, client key, nonce */
#define RESPONSE_PREFIX 32 /* resolver magic, nonces */
#define TAG             16
#define CLIENTS         64

/** Who asked lately, and the key shared with it. */
typedef struct Client {
    uint8_t key[BOX_KEY_LENGTH], shared[BOX_KEY_LENGTH];
    bool known;
} Client;

typedef struct Upstream {
    UdpSocket udp;
    uint8_t provider_key[32], provider_secret[64];
    uint8_t key[32], secret[32];
    uint8_t client_magic[BOX_MAGIC_LENGTH];
    Client clients[CLIENTS];
} Upstream;

static void write_record(WireWriter *writer, uint16_t type, const void *data, size_t length)
{
    wire_write_u16(writer, 0xc00c); /* the question's name */
    wire_write_u16(writer, type);
    wire_write_u16(writer, CLASS_IN);
    wire_write_u32(writer, 3600);
    wire_write_u16(writer, (uint16_t)length);
    wire_write_bytes(writer, data, length);
}

static size_t write_answer(const Message *query, const void *data, size_t data_length, uint8_t *out)
{
    WireWriter writer = wire_writer(out, RESPONSE_ROOM);

    wire_write_bytes(&writer, query->wire, query->records);
    write_record(&writer, query->qtype, data, data_length);
    wire_put_u16(out + 2, 0x8180);
    memcpy(out + 6, (const uint8_t[]){0, 1, 0, 0, 0, 0}, 6);
    return writer.failed ? 0 : writer.position;
}

/* ---- the certificate (daemon/transport/certificate.c has its format) ---- */

static size_t answer_certificate(const Upstream *upstream, const Message *query, uint8_t *out)
{
    uint8_t record[125] = {124};
    WireWriter writer = wire_writer(record + 1, 124);
    uint32_t now_s = (uint32_t)(g_get_real_time() / G_USEC_PER_SEC);

    wire_write_bytes(&writer, "DNSC", 4);
    wire_write_u16(&writer, BOX_XCHACHA20);
    wire_write_zeros(&writer, 2 + crypto_sign_BYTES);
    wire_write_bytes(&writer, upstream->key, sizeof upstream->key);
    wire_write_bytes(&writer, upstream->client_magic, sizeof upstream->client_magic);
    wire_write_u32(&writer, 1);
    wire_write_u32(&writer, now_s - 3600);
    wire_write_u32(&writer, now_s + 86400);
    crypto_sign_detached(record + 1 + 8, NULL, record + 1 + 72, 52, upstream->provider_secret);
    return write_answer(query, record, sizeof record, out);
}

/* ---- queries ---- */

static const uint8_t *shared_key(Upstream *upstream, const uint8_t *client_key)
{
    Client *client = &upstream->clients[client_key[0] % CLIENTS];

    if (client->known && memcmp(client->key, client_key, BOX_KEY_LENGTH) == 0)
        return client->shared;
    memcpy(client->key, client_key, BOX_KEY_LENGTH);
    client->known = crypto_box_curve25519xchacha20poly1305_beforenm(client->shared, client_key,
                                                                    upstream->secret) == 0;
    return client->known ? client->shared : NULL;
}

/* Returns the answer's length; 0 for none. */
static size_t answer_message(const uint8_t *query, size_t length, uint8_t *out)
{
    Message view;

    while (length > 0 && query[length - 1] == 0)
        length--;
    if (length == 0 || message_parse(&view, query, length - 1) != STATUS_OK)
        return 0;
    return write_answer(&view, (const uint8_t[]){192, 0, 2, 1}, 4, out);
}

static size_t answer_query(Upstream *upstream, const UdpPacket *packet, uint8_t *out)
{
    uint8_t query[UDP_PACKET_MAX], plain[RESPONSE_ROOM] = {0}, nonce[24] = {0};
    const uint8_t *shared = shared_key(upstream, packet->bytes + BOX_MAGIC_LENGTH);
    size_t sealed_length = packet->length - QUERY_PREFIX, length, padded;

    memcpy(nonce, packet->bytes + QUERY_PREFIX - BOX_NONCE_LENGTH, BOX_NONCE_LENGTH);
    if (!shared || crypto_box_curve25519xchacha20poly1305_open_easy_afternm(
                       query, packet->bytes + QUERY_PREFIX, sealed_length, nonce, shared) != 0)
        return 0;
    length = answer_message(query, sealed_length - TAG, plain);
    padded = (length + BOX_PADDING_BLOCK) / BOX_PADDING_BLOCK * BOX_PADDING_BLOCK;
    if (length == 0 || RESPONSE_PREFIX + TAG + padded > RESPONSE_ROOM)
        return 0;
    plain[length] = 0x80;
    memcpy(nonce + BOX_NONCE_LENGTH, nonce, BOX_NONCE_LENGTH); /* as good as any: unique */
    memcpy(out, "r6fnvWj8", BOX_MAGIC_LENGTH);
    memcpy(out + BOX_MAGIC_LENGTH, nonce, sizeof nonce);
    crypto_box_curve25519xchacha20poly1305_easy_afternm(out + RESPONSE_PREFIX, plain, padded, nonce,
                                                        shared);
    return RESPONSE_PREFIX + TAG + padded;
}

static size_t answer_packet(Upstream *upstream, const UdpPacket *packet, uint8_t *out)
{
    Message query;

    if (packet->length > BOX_QUERY_OVERHEAD &&
        memcmp(packet->bytes, upstream->client_magic, BOX_MAGIC_LENGTH) == 0)
        return answer_query(upstream, packet, out);
    if (message_parse(&query, packet->bytes, packet->length) == STATUS_OK &&
        query.qtype == RRTYPE_TXT)
        return answer_certificate(upstream, &query, out);
    return 0;
}

static void on_received(void *owner, UdpPacket *packets, size_t count)
{
    static uint8_t responses[UDP_BATCH][RESPONSE_ROOM];
    Upstream *upstream = owner;
    UdpPacket answers[UDP_BATCH];
    size_t answer_count = 0;

    for (size_t i = 0; i < count; i++) {
        size_t length = answer_packet(upstream, &packets[i], responses[answer_count]);

        if (length == 0)
            continue;
        answers[answer_count] = (UdpPacket){.bytes = responses[answer_count],
                                            .length = length,
                                            .peer = packets[i].peer,
                                            .local = packets[i].local};
        answer_count++;
    }
    udp_send(&upstream->udp, answers, answer_count);
}

static void print_stamp(const Upstream *upstream, const char *address)
{
    g_autofree char *copy = g_strdup(address);
    char name[] = PROVIDER;
    Stamp stamp = {.kind = STAMP_DNSCRYPT, .address = copy, .provider_name = name};
    g_autofree char *text = NULL;

    memcpy(stamp.provider_key, upstream->provider_key, sizeof stamp.provider_key);
    text = stamp_build(&stamp);
    puts(text ? text : "");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static Upstream upstream;
    Loop *loop = loop_new();
    Address address;
    int fd;

    if (argc != 2 || address_parse(argv[1], 0, &address) != STATUS_OK || sodium_init() < 0) {
        fputs("usage: dnscrypt_upstream ADDRESS:PORT\n", stderr);
        return 2;
    }
    crypto_sign_keypair(upstream.provider_key, upstream.provider_secret);
    crypto_box_curve25519xchacha20poly1305_keypair(upstream.key, upstream.secret);
    randombytes_buf(upstream.client_magic, sizeof upstream.client_magic);
    if (udp_bind(&address, 0, &fd) != STATUS_OK ||
        udp_open(&upstream.udp, loop, fd, on_received, NULL, &upstream) != STATUS_OK) {
        fprintf(stderr, "cannot listen on %s\n", argv[1]);
        return 1;
    }
    print_stamp(&upstream, argv[1]);
    loop_run(loop);
    return 0;
}
