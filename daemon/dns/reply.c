/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers of our own: refusals, failures with their reason (RFC 8914), addresses given by rule.
 *
 * The question is copied as the client wrote it, letter case and all: clients compare it.
 */

#include "reply.h"

#include "edns.h"

#include <string.h>

/* What we take in one datagram ourselves: safe from fragmentation (DNS flag day 2020). */
#define PAYLOAD_SIZE 1232

#define IPV4_LENGTH 4
#define IPV6_LENGTH 16

/* QR, and what a reply takes over from its query (RFC 1035 §4.1.1, RFC 4035 §3.2.2). */
static uint16_t reply_flags(uint16_t query_flags, unsigned rcode)
{
    unsigned kept = query_flags & (MESSAGE_OPCODE | MESSAGE_RD | MESSAGE_CD);
    return (uint16_t)(MESSAGE_QR | MESSAGE_RA | kept | (rcode & MESSAGE_RCODE));
}

static void write_header(WireWriter *writer, uint16_t id, uint16_t flags, unsigned questions,
                         unsigned answers)
{
    wire_write_u16(writer, id);
    wire_write_u16(writer, flags);
    wire_write_u16(writer, (uint16_t)questions);
    wire_write_u16(writer, (uint16_t)answers);
    wire_write_u32(writer, 0);
}

/* Header and question; a message without exactly one question gets none back. */
static void write_start(WireWriter *writer, const Message *query, unsigned rcode, unsigned answers)
{
    bool single = query->question_count == 1;
    write_header(writer, query->id, reply_flags(query->flags, rcode), single ? 1 : 0, answers);
    if (single)
        wire_write_bytes(writer, query->wire + MESSAGE_HEADER_LENGTH,
                         query->records - MESSAGE_HEADER_LENGTH);
}

/* Closes the reply with the OPT that a client which sent one is owed. */
static Status finish(const Message *query, const WireWriter *writer, unsigned rcode, int ede,
                     const char *ede_text, size_t *length)
{
    if (writer->failed)
        return STATUS_NO_SPACE;
    size_t end = writer->position;
    if (query->has_edns) {
        Status status = edns_append_opt(writer->bytes, writer->capacity, &end, PAYLOAD_SIZE, rcode,
                                        query->dnssec_ok, ede, ede_text);
        if (status == STATUS_NO_SPACE && ede_text) /* the reason's code says enough */
            status = edns_append_opt(writer->bytes, writer->capacity, &end, PAYLOAD_SIZE, rcode,
                                     query->dnssec_ok, ede, NULL);
        if (status != STATUS_OK)
            return status;
    }
    *length = end;
    return STATUS_OK;
}

Status reply_error(const Message *query, unsigned rcode, int ede, const char *ede_text,
                   uint8_t *out, size_t capacity, size_t *length)
{
    WireWriter writer = wire_writer(out, capacity);
    write_start(&writer, query, rcode, 0);
    return finish(query, &writer, rcode, ede, ede_text, length);
}

Status reply_formerr(const uint8_t *wire, size_t wire_length, uint8_t *out, size_t capacity,
                     size_t *length)
{
    if (wire_length < MESSAGE_HEADER_LENGTH)
        return STATUS_MALFORMED;
    WireWriter writer = wire_writer(out, capacity);
    write_header(&writer, wire_get_u16(wire), reply_flags(wire_get_u16(wire + 2), RCODE_FORMERR), 0,
                 0);
    if (writer.failed)
        return STATUS_NO_SPACE;
    *length = writer.position;
    return STATUS_OK;
}

Status reply_address(const Message *query, const uint8_t *address, size_t address_length,
                     uint32_t ttl_s, uint8_t *out, size_t capacity, size_t *length)
{
    if (address && address_length != IPV4_LENGTH && address_length != IPV6_LENGTH)
        return STATUS_INVALID;
    WireWriter writer = wire_writer(out, capacity);
    write_start(&writer, query, RCODE_NOERROR, address ? 1 : 0);
    if (address) {
        wire_write_u16(&writer, 0xc000 | MESSAGE_HEADER_LENGTH); /* the question's name */
        wire_write_u16(&writer, address_length == IPV4_LENGTH ? RRTYPE_A : RRTYPE_AAAA);
        wire_write_u16(&writer, CLASS_IN);
        wire_write_u32(&writer, ttl_s);
        wire_write_u16(&writer, (uint16_t)address_length);
        wire_write_bytes(&writer, address, address_length);
    }
    return finish(query, &writer, RCODE_NOERROR, EDE_NONE, NULL, length);
}
