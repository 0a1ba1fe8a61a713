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

#define POINTER 0xc000 /* a name that stands at the offset in the lower bits (RFC 1035 §4.1.4) */

#define IPV4_LENGTH 4
#define IPV6_LENGTH 16

/* QR, and what a reply takes over from its query (RFC 1035 §4.1.1, RFC 4035 §3.2.2). */
static uint16_t reply_flags(uint16_t query_flags, unsigned rcode)
{
    unsigned kept = query_flags & (MESSAGE_OPCODE | MESSAGE_RD | MESSAGE_CD);
    return (uint16_t)(MESSAGE_QR | MESSAGE_RA | kept | (rcode & MESSAGE_RCODE));
}

static void write_header(WireWriter *writer, uint16_t id, uint16_t flags, unsigned questions,
                         unsigned answers, unsigned authorities)
{
    wire_write_u16(writer, id);
    wire_write_u16(writer, flags);
    wire_write_u16(writer, (uint16_t)questions);
    wire_write_u16(writer, (uint16_t)answers);
    wire_write_u16(writer, (uint16_t)authorities);
    wire_write_u16(writer, 0);
}

/* Header and question; a message without exactly one question gets none back. */
static void write_start(WireWriter *writer, const Message *query, unsigned rcode, unsigned answers,
                        unsigned authorities)
{
    bool single = query->question_count == 1;
    write_header(writer, query->id, reply_flags(query->flags, rcode), single ? 1 : 0, answers,
                 authorities);
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

/* Owner (a name that stands in the message already), type, class, TTL, length of the data. */
static void write_record_start(WireWriter *writer, size_t owner, uint16_t type, uint32_t ttl_s,
                               size_t length)
{
    wire_write_u16(writer, (uint16_t)(POINTER | owner));
    wire_write_u16(writer, type);
    wire_write_u16(writer, CLASS_IN);
    wire_write_u32(writer, ttl_s);
    wire_write_u16(writer, (uint16_t)length);
}

static void write_data(WireWriter *writer, const ReplyContent *content)
{
    size_t owner = MESSAGE_HEADER_LENGTH;

    if (content->alias) {
        write_record_start(writer, owner, RRTYPE_CNAME, content->ttl_s, content->alias->length);
        owner = writer->position;
        wire_write_bytes(writer, content->alias->wire, content->alias->length);
    }
    for (size_t i = 0; i < content->count; i++) {
        write_record_start(writer, owner, content->type, content->ttl_s, content->data_length);
        wire_write_bytes(writer, content->data + i * content->data_length, content->data_length);
    }
}

/* The SOA that RFC 6303 §3 gives to zones nobody serves: the zone itself as server, nobody.invalid
 * as the one to write to, serial 1, refresh 3600, retry 1200, expire 604800; MINIMUM our TTL. */
static void write_soa(WireWriter *writer, const ReplyContent *content)
{
    static const uint8_t nobody[] = "\006nobody\007invalid";
    size_t zone = MESSAGE_HEADER_LENGTH + (size_t)content->zone;

    write_record_start(writer, zone, RRTYPE_SOA, content->ttl_s, 2 + sizeof nobody + 20);
    wire_write_u16(writer, (uint16_t)(POINTER | zone));
    wire_write_bytes(writer, nobody, sizeof nobody);
    wire_write_u32(writer, 1);
    wire_write_u32(writer, 3600);
    wire_write_u32(writer, 1200);
    wire_write_u32(writer, 604800);
    wire_write_u32(writer, content->ttl_s);
}

Status reply_compose(const Message *query, const ReplyContent *content, uint8_t *out,
                     size_t capacity, size_t *length)
{
    WireWriter writer = wire_writer(out, capacity);
    bool negative = content->negative && query->question_count == 1;
    unsigned answers = (unsigned)content->count + (content->alias ? 1 : 0);

    write_start(&writer, query, content->rcode, answers, negative ? 1 : 0);
    write_data(&writer, content);
    if (negative)
        write_soa(&writer, content);
    return finish(query, &writer, content->rcode, content->ede, content->ede_text, length);
}

Status reply_error(const Message *query, unsigned rcode, int ede, const char *ede_text,
                   uint8_t *out, size_t capacity, size_t *length)
{
    ReplyContent content = {.rcode = rcode, .ede = ede, .ede_text = ede_text};

    return reply_compose(query, &content, out, capacity, length);
}

Status reply_formerr(const uint8_t *wire, size_t wire_length, uint8_t *out, size_t capacity,
                     size_t *length)
{
    if (wire_length < MESSAGE_HEADER_LENGTH)
        return STATUS_MALFORMED;
    WireWriter writer = wire_writer(out, capacity);
    write_header(&writer, wire_get_u16(wire), reply_flags(wire_get_u16(wire + 2), RCODE_FORMERR), 0,
                 0, 0);
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
    return reply_compose(query,
                         &(ReplyContent){
                             .rcode = RCODE_NOERROR,
                             .type = address_length == IPV4_LENGTH ? RRTYPE_A : RRTYPE_AAAA,
                             .data = address,
                             .data_length = address_length,
                             .count = address ? 1 : 0,
                             .ttl_s = ttl_s,
                             .ede = EDE_NONE,
                         },
                         out, capacity, length);
}
