/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See fake_resolver.h. Assertions here are about what the client under test sends. */
#include "fake_resolver.h"

#include "frame.h"
#include "message.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define ROOM 8192

typedef struct Connection {
    FakeResolver *resolver;
    Stream *stream;
    FrameReader reader;
} Connection;

/* ---- messages ---- */

static size_t write_answer(const FakeResolver *resolver, const uint8_t *query, size_t length,
                           uint8_t *out, bool truncated)
{
    Message view;
    g_assert_cmpint(message_parse(&view, query, length), ==, STATUS_OK);
    WireWriter writer = wire_writer(out, ROOM);
    wire_write_bytes(&writer, query, view.records);
    wire_put_u16(out + 2, truncated ? 0x8380 : 0x8180);
    wire_put_u16(out + 6, truncated && !resolver->cut_records ? 0 : 1);
    wire_put_u16(out + 10, 0);
    if (truncated && !resolver->cut_records)
        return writer.position;
    wire_write_u16(&writer, 0xc00c);
    wire_write_u16(&writer, RRTYPE_A);
    wire_write_u16(&writer, CLASS_IN);
    wire_write_u32(&writer, 300);
    wire_write_u16(&writer, 4);
    wire_write_bytes(&writer, (const uint8_t[]){192, 0, 2, 1}, 4);
    if (truncated)
        return writer.position - 2;
    if (resolver->bulk > 0) {
        wire_put_u16(out + 6, 2);
        wire_write_u16(&writer, 0xc00c);
        wire_write_u16(&writer, 65280); /* for private use (RFC 6895 §3.1) */
        wire_write_u16(&writer, CLASS_IN);
        wire_write_u32(&writer, 300);
        wire_write_u16(&writer, (uint16_t)resolver->bulk);
        wire_write_zeros(&writer, resolver->bulk);
    }
    return writer.position;
}

static void write_certificate(const FakeResolver *resolver, uint16_t es_version, WireWriter *writer)
{
    uint8_t bytes[124];
    WireWriter certificate = wire_writer(bytes, sizeof(bytes));
    wire_write_bytes(&certificate, "DNSC", 4);
    wire_write_u16(&certificate, es_version);
    wire_write_u16(&certificate, 0);
    wire_write_zeros(&certificate, 64);
    wire_write_bytes(&certificate, resolver->resolver_key, 32);
    wire_write_bytes(&certificate, resolver->client_magic, 7);
    wire_write_u8(&certificate, (uint8_t)es_version); /* a magic for each */
    wire_write_u32(&certificate, resolver->serial);
    wire_write_u32(&certificate, (uint32_t)resolver->start_s);
    wire_write_u32(&certificate, (uint32_t)resolver->end_s);
    crypto_sign_detached(bytes + 8, NULL, bytes + 72, 52, resolver->provider_secret);
    if (resolver->forged)
        bytes[9] ^= 1;

    wire_write_u16(writer, 0xc00c);
    wire_write_u16(writer, RRTYPE_TXT);
    wire_write_u16(writer, CLASS_IN);
    wire_write_u32(writer, 300);
    wire_write_u16(writer, 125);
    wire_write_u8(writer, 124);
    wire_write_bytes(writer, bytes, 124);
}

static size_t write_certificates(const FakeResolver *resolver, const uint8_t *query, size_t length,
                                 uint8_t *out)
{
    Message view;
    g_assert_cmpint(message_parse(&view, query, length), ==, STATUS_OK);
    g_assert_cmpuint(view.qtype, ==, RRTYPE_TXT);
    WireWriter writer = wire_writer(out, ROOM);
    wire_write_bytes(&writer, query, view.records);
    wire_put_u16(out + 2, 0x8180);
    wire_put_u16(out + 10, 0);
    if (resolver->es_version != 2)
        write_certificate(resolver, 1, &writer);
    if (resolver->es_version != 1)
        write_certificate(resolver, 2, &writer);
    wire_put_u16(out + 6, resolver->es_version == 0 ? 2 : 1);
    return writer.position;
}

/* ---- DNSCrypt ---- */

static bool is_certificate_request(const FakeResolver *resolver, const uint8_t *packet,
                                   size_t length)
{
    Message view;
    return !resolver->plain && message_parse(&view, packet, length) == STATUS_OK &&
           view.qtype == RRTYPE_TXT;
}

/* Opens a query. Returns the message's length; 0 when it is not under the present certificate. */
static size_t open_query(FakeResolver *resolver, const uint8_t *packet, size_t length,
                         uint8_t *message)
{
    uint8_t nonce[24] = {0};
    if (length < 68 || memcmp(packet, resolver->client_magic, 7) != 0)
        return 0;
    memcpy(nonce, packet + 40, 12);
    resolver->nonces_repeated += memcmp(resolver->last_nonce, nonce, 12) == 0;
    memcpy(resolver->last_nonce, nonce, 12);
    memcpy(resolver->last_client_key, packet + 8, 32);
    resolver->last_query_length = length;
    const int opened =
        packet[7] == 1
            ? crypto_box_open_easy(message, packet + 52, length - 52, nonce, packet + 8,
                                   resolver->resolver_secret)
            : crypto_box_curve25519xchacha20poly1305_open_easy(
                  message, packet + 52, length - 52, nonce, packet + 8, resolver->resolver_secret);
    if (opened != 0)
        return 0;
    size_t end = length - 52 - 16;
    g_assert_cmpuint(end % 64, ==, 0);
    while (end > 0 && message[end - 1] == 0)
        end--;
    g_assert_cmpint(message[end - 1], ==, 0x80);
    return end - 1;
}

static size_t seal_response(FakeResolver *resolver, const uint8_t *query, const uint8_t *message,
                            size_t length, uint8_t *packet)
{
    uint8_t plain[ROOM] = {0};
    const size_t padded = (length + 64) / 64 * 64;
    memcpy(plain, message, length);
    plain[length] = 0x80;
    memcpy(packet, "r6fnvWj8", 8);
    memcpy(packet + 8, query + 40, 12);
    randombytes_buf(packet + 20, 12);
    int sealed;
    if (query[7] == 1)
        sealed = crypto_box_easy(packet + 32, plain, padded, packet + 8, query + 8,
                                 resolver->resolver_secret);
    else
        sealed = crypto_box_curve25519xchacha20poly1305_easy(packet + 32, plain, padded, packet + 8,
                                                             query + 8, resolver->resolver_secret);
    g_assert_cmpint(sealed, ==, 0);
    return 32 + 16 + padded;
}

/* ---- UDP ---- */

static void send_datagram(FakeResolver *resolver, const UdpPacket *to, uint8_t *bytes,
                          size_t length)
{
    const UdpPacket packet = {.bytes = bytes, .length = length, .peer = to->peer};
    udp_send(&resolver->udp, &packet, 1);
}

/* A flipped byte, another nonce, no DNSCrypt at all, nothing. */
static void send_forgeries(FakeResolver *resolver, const UdpPacket *to, const uint8_t *response,
                           size_t length)
{
    uint8_t forged[ROOM];
    memcpy(forged, response, length);
    forged[length - 1] ^= 1;
    send_datagram(resolver, to, forged, length);
    memcpy(forged, response, length);
    forged[8] ^= 1;
    send_datagram(resolver, to, forged, length);
    memset(forged, 'x', 100);
    send_datagram(resolver, to, forged, 100);
    send_datagram(resolver, to, forged, 0);
}

/* An authentic answer, but with another ID, then to another question. */
static void send_mismatches(FakeResolver *resolver, const UdpPacket *to, const uint8_t *message,
                            size_t length)
{
    uint8_t other[ROOM], packet[ROOM];
    memcpy(other, message, length);
    other[0] ^= 1;
    send_datagram(resolver, to, packet, seal_response(resolver, to->bytes, other, length, packet));
    other[0] ^= 1;
    other[13] ^= 3; /* a letter of the name */
    send_datagram(resolver, to, packet, seal_response(resolver, to->bytes, other, length, packet));
}

static void note_room(FakeResolver *resolver, const uint8_t *query, size_t length)
{
    Message view;
    if (message_parse(&view, query, length) == STATUS_OK)
        resolver->last_udp_size = view.has_edns ? view.udp_size : 0;
}

static void answer_datagram(FakeResolver *resolver, const UdpPacket *packet)
{
    uint8_t query[ROOM], message[ROOM], response[ROOM];
    const size_t length = open_query(resolver, packet->bytes, packet->length, query);
    if (length == 0)
        return;
    resolver->udp_queries++;
    note_room(resolver, query, length);
    size_t message_length = write_answer(resolver, query, length, message, resolver->truncate);
    if ((message_length + 64) / 64 * 64 + 48 > packet->length)
        message_length = write_answer(resolver, query, length, message, true);
    if (resolver->wrong_question)
        send_mismatches(resolver, packet, message, message_length);
    const size_t response_length =
        seal_response(resolver, packet->bytes, message, message_length, response);
    g_assert_cmpuint(response_length, <=, packet->length);
    if (resolver->forge_first)
        send_forgeries(resolver, packet, response, response_length);
    if (resolver->hold) {
        g_clear_pointer(&resolver->held, g_bytes_unref);
        resolver->held = g_bytes_new(response, response_length);
        resolver->held_peer = packet->peer;
        return;
    }
    send_datagram(resolver, packet, response, response_length);
    if (resolver->replay)
        send_datagram(resolver, packet, response, response_length);
}

void fake_resolver_release(FakeResolver *resolver)
{
    const UdpPacket to = {.peer = resolver->held_peer};
    size_t length;
    const uint8_t *bytes = g_bytes_get_data(resolver->held, &length);
    g_autofree uint8_t *copy = g_memdup2(bytes, length);
    send_datagram(resolver, &to, copy, length);
    g_clear_pointer(&resolver->held, g_bytes_unref);
}

static void answer_formerr(FakeResolver *resolver, const UdpPacket *packet, size_t question_end)
{
    uint8_t message[ROOM];
    memcpy(message, packet->bytes, question_end);
    wire_put_u16(message + 2, 0x8181);
    wire_put_u16(message + 4, !resolver->bare_error);
    wire_put_u16(message + 10, 0);
    send_datagram(resolver, packet, message, resolver->bare_error ? 12 : question_end);
}

static void answer_plain_datagram(FakeResolver *resolver, const UdpPacket *packet)
{
    Message view;
    uint8_t message[ROOM];
    g_assert_cmpint(message_parse(&view, packet->bytes, packet->length), ==, STATUS_OK);
    resolver->last_udp_size = view.has_edns ? view.udp_size : 0;
    resolver->udp_queries++;
    if (resolver->no_edns && view.has_edns) {
        answer_formerr(resolver, packet, view.records);
        return;
    }
    const size_t length =
        write_answer(resolver, packet->bytes, packet->length, message, resolver->truncate);
    if (resolver->forge_first || resolver->wrong_question) {
        message[1] ^= 1;
        send_datagram(resolver, packet, message, length);
        message[1] ^= 1;
        message[13] ^= 3;
        send_datagram(resolver, packet, message, length);
        message[13] ^= 3;
        send_datagram(resolver, packet, message, 5);
    }
    send_datagram(resolver, packet, message, length);
}

/* What somebody who does not see the request might send, or with `mask` 0 somebody who does. */
static void send_useless(FakeResolver *resolver, const UdpPacket *request, uint8_t mask)
{
    uint8_t message[ROOM];
    const size_t length = write_answer(resolver, request->bytes, request->length, message, false);
    message[0] ^= mask;
    send_datagram(resolver, request, message, length);
}

static void received(void *owner, UdpPacket *packets, size_t count)
{
    FakeResolver *resolver = owner;
    for (size_t i = 0; i < count; i++) {
        uint8_t message[ROOM];
        const UdpPacket *packet = &packets[i];
        const bool certificate = is_certificate_request(resolver, packet->bytes, packet->length);
        resolver->last_client_port = address_port(&packet->peer);
        resolver->certificate_requests += certificate;
        if (resolver->udp_silent || (certificate && resolver->udp_certificate_silent)) {
            continue;
        } else if (resolver->lose > 0) {
            resolver->lose--;
        } else if (certificate) {
            if (resolver->mismatch_certificate_first)
                send_useless(resolver, packet, 0x55);
            if (resolver->useless_certificate_first)
                send_useless(resolver, packet, 0);
            send_datagram(resolver, packet, message,
                          write_certificates(resolver, packet->bytes, packet->length, message));
        } else if (resolver->plain) {
            answer_plain_datagram(resolver, packet);
        } else {
            answer_datagram(resolver, packet);
        }
    }
}

/* ---- TCP ---- */

static void connection_free(void *data)
{
    Connection *connection = data;
    stream_close(connection->stream);
    frame_clear(&connection->reader);
    g_free(connection);
}

static void send_frame(Connection *connection, const uint8_t *bytes, size_t length)
{
    uint8_t framed[ROOM + 2];
    wire_put_u16(framed, (uint16_t)length);
    memcpy(framed + 2, bytes, length);
    g_assert_cmpint(stream_write(connection->stream, framed, length + 2), ==, STATUS_OK);
}

static bool frame_received(void *owner, const uint8_t *bytes, size_t length)
{
    Connection *connection = owner;
    FakeResolver *resolver = connection->resolver;
    uint8_t query[ROOM], message[ROOM], response[ROOM];
    const bool certificate = is_certificate_request(resolver, bytes, length);
    resolver->certificate_requests += certificate;
    if (resolver->tcp_silent)
        return true;
    if (certificate) {
        const size_t reply = resolver->tcp_refuses_certificate
                                 ? 0
                                 : write_certificates(resolver, bytes, length, message);
        send_frame(connection, message, reply);
        return true;
    }
    resolver->tcp_queries++;
    if (resolver->plain) {
        send_frame(connection, message, write_answer(resolver, bytes, length, message, false));
        return true;
    }
    const size_t query_length = open_query(resolver, bytes, length, query);
    if (query_length == 0)
        return true;
    g_assert_cmpuint(length - 68 - query_length, <=, 256); /* of padding; dnsdist insists */
    if (resolver->tcp_closes > 0) {
        resolver->tcp_closes--;
        g_ptr_array_remove(resolver->connections, connection);
        return false;
    }
    const size_t message_length = write_answer(resolver, query, query_length, message, false);
    const size_t response_length =
        seal_response(resolver, bytes, message, message_length, response);
    if (resolver->forge_first) {
        response[40] ^= 1;
        send_frame(connection, response, response_length);
        response[40] ^= 1;
    }
    send_frame(connection, response, response_length);
    return true;
}

static void stream_connected(void *owner)
{
}

static void stream_received(void *owner, const uint8_t *bytes, size_t length)
{
    Connection *connection = owner;
    frame_feed(&connection->reader, bytes, length, frame_received, connection);
}

static void stream_closed(void *owner, Status status)
{
    Connection *connection = owner;
    g_ptr_array_remove(connection->resolver->connections, connection);
}

static const StreamEvents stream_events = {
    .connected = stream_connected,
    .received = stream_received,
    .closed = stream_closed,
};

static void accept_one(void *owner, uint32_t events)
{
    FakeResolver *resolver = owner;
    Address peer;
    int fd, interface;
    if (tcp_accept(resolver->listen_fd, &fd, &peer, &interface) != STATUS_OK)
        return;
    Connection *connection = g_new0(Connection, 1);
    connection->resolver = resolver;
    connection->stream = tcp_adopt(resolver->loop, fd, &stream_events, connection);
    g_ptr_array_add(resolver->connections, connection);
    resolver->most_connections = MAX(resolver->most_connections, resolver->connections->len);
}

/* ---- life ---- */

void fake_resolver_rotate(FakeResolver *resolver)
{
    crypto_box_keypair(resolver->resolver_key, resolver->resolver_secret);
    randombytes_buf(resolver->client_magic, sizeof(resolver->client_magic));
    resolver->serial++;
}

/* One port for both protocols: TCP takes a free one, UDP the same. */
static void bind_both(FakeResolver *resolver)
{
    struct sockaddr_in bound;
    socklen_t size = sizeof(bound);
    int fd;
    g_assert_cmpint(address_parse("127.0.0.1:0", 0, &resolver->address), ==, STATUS_OK);
    g_assert_cmpint(tcp_bind(&resolver->address, 0, &resolver->listen_fd), ==, STATUS_OK);
    g_assert_cmpint(getsockname(resolver->listen_fd, (struct sockaddr *)&bound, &size), ==, 0);
    address_set_port(&resolver->address, ntohs(bound.sin_port));
    g_assert_cmpint(udp_bind(&resolver->address, 0, &fd), ==, STATUS_OK);
    g_assert_cmpint(udp_open(&resolver->udp, resolver->loop, fd, received, NULL, resolver), ==,
                    STATUS_OK);
    g_assert_cmpint(loop_io_open(&resolver->listener, resolver->loop, resolver->listen_fd,
                                 LOOP_READ, accept_one, resolver),
                    ==, STATUS_OK);
}

FakeResolver *fake_resolver_new(Loop *loop)
{
    FakeResolver *resolver = g_new0(FakeResolver, 1);
    resolver->loop = loop;
    resolver->connections = g_ptr_array_new_with_free_func(connection_free);
    resolver->start_s = loop_wall_s(loop) - 60;
    resolver->end_s = loop_wall_s(loop) + 86400;
    crypto_sign_keypair(resolver->provider_key, resolver->provider_secret);
    fake_resolver_rotate(resolver);
    bind_both(resolver);
    return resolver;
}

void fake_resolver_free(FakeResolver *resolver)
{
    g_ptr_array_free(resolver->connections, TRUE);
    g_clear_pointer(&resolver->held, g_bytes_unref);
    udp_clear(&resolver->udp);
    loop_io_clear(&resolver->listener);
    close(resolver->listen_fd);
    g_free(resolver);
}
