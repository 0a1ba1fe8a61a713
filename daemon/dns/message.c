/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The view of a DNS message (RFC 1035 §4, RFC 6891 §6.1): one walk over all records checks every
 * bound, after that offsets are enough. Nothing is copied but the question's name, and nothing is
 * allocated; this runs twice for every query.
 *
 *     header     0  2  ID                     record   0  n  owner name
 *                2  2  flags                           n  2  type
 *                4  2  number of questions           n+2  2  class        (OPT: UDP payload size)
 *                6  2    of answers                  n+4  4  TTL          (OPT: RCODE, version, DO)
 *                8  2    of authority records        n+8  2  length of RDATA
 *               10  2    of additional records      n+10     RDATA        (OPT: options)
 *     question  12  n  name, then 2 type, 2 class
 *
 * Owner names are skipped, their pointers being checked to lead backwards; names within RDATA are
 * not looked at. What passes here is passed on or cached whole, never taken apart.
 */

#include "message.h"

#define RECORD_FIXED  10
#define OPTION_HEADER 4

#define OPT_DNSSEC_OK 0x8000u

static unsigned section_count(const Message *message, unsigned section)
{
    if (section == 1)
        return message->answer_count;
    return section == 2 ? message->authority_count : message->additional_count;
}

RecordIterator record_iterator(const Message *message)
{
    RecordIterator iterator = {.message = message,
                               .reader = wire_reader(message->wire, message->length),
                               .section = 1,
                               .left = message->answer_count};
    wire_skip(&iterator.reader, message->records);
    return iterator;
}

bool record_next(RecordIterator *iterator, Record *record)
{
    while (iterator->left == 0) {
        if (iterator->section == 3)
            return false;
        iterator->left = section_count(iterator->message, ++iterator->section);
    }

    WireReader *reader = &iterator->reader;
    size_t offset = reader->position;
    name_skip(reader);
    size_t behind_name = reader->position;
    const uint8_t *fixed = wire_read_bytes(reader, RECORD_FIXED);
    if (!fixed)
        return false;
    *record = (Record){.offset = offset,
                       .ttl_offset = behind_name + 4,
                       .rdata = behind_name + RECORD_FIXED,
                       .rdata_length = wire_get_u16(fixed + 8),
                       .ttl = wire_get_u32(fixed + 4),
                       .type = wire_get_u16(fixed),
                       .rrclass = wire_get_u16(fixed + 2),
                       .section = (uint8_t)iterator->section};
    wire_skip(reader, record->rdata_length);
    iterator->left--;
    return !reader->failed;
}

static bool options_are_whole(const uint8_t *options, size_t length)
{
    WireReader reader = wire_reader(options, length);
    while (wire_left(&reader) > 0) {
        wire_skip(&reader, OPTION_HEADER - 2);
        wire_skip(&reader, wire_read_u16(&reader));
    }
    return !reader.failed;
}

/* RFC 6891 §6.1.1: one OPT at most, owned by the root, in the additional section. */
static bool take_opt(Message *message, const Record *record)
{
    if (message->has_edns || record->section != 3 || message->wire[record->offset] != 0 ||
        !options_are_whole(message->wire + record->rdata, record->rdata_length))
        return false;
    message->has_edns = true;
    message->opt = record->offset;
    message->opt_end = record->rdata + record->rdata_length;
    message->udp_size = record->rrclass > 512 ? record->rrclass : 512;
    message->extended_rcode = (uint8_t)(record->ttl >> 24);
    message->edns_version = (uint8_t)(record->ttl >> 16);
    message->dnssec_ok = (record->ttl & OPT_DNSSEC_OK) != 0;
    return true;
}

/* The question is copied into replies byte for byte, so it must not lean on other bytes: nothing
 * stands before it that a pointer could lead to, but the header. */
static bool read_question(Message *message, WireReader *reader)
{
    name_read(reader, &message->qname);
    bool compressed = reader->position != (size_t)MESSAGE_HEADER_LENGTH + message->qname.length;
    message->qtype = wire_read_u16(reader);
    message->qclass = wire_read_u16(reader);
    return !reader->failed && !compressed;
}

static bool skip_questions(const Message *message, WireReader *reader)
{
    for (unsigned i = 0; i < message->question_count && !reader->failed; i++) {
        name_skip(reader);
        wire_skip(reader, 4);
    }
    return !reader->failed;
}

static bool read_records(Message *message)
{
    RecordIterator iterator = record_iterator(message);
    Record record;
    while (record_next(&iterator, &record)) {
        if (record.type == RRTYPE_OPT && !take_opt(message, &record))
            return false;
    }
    return !iterator.reader.failed && wire_left(&iterator.reader) == 0;
}

static Status read_header(Message *message, const uint8_t *wire, size_t length)
{
    if (length < MESSAGE_HEADER_LENGTH || length > MESSAGE_MAX)
        return STATUS_MALFORMED;
    *message = (Message){.wire = wire,
                         .length = length,
                         .id = wire_get_u16(wire),
                         .flags = wire_get_u16(wire + 2),
                         .question_count = wire_get_u16(wire + 4),
                         .answer_count = wire_get_u16(wire + 6),
                         .authority_count = wire_get_u16(wire + 8),
                         .additional_count = wire_get_u16(wire + 10),
                         .udp_size = 512};
    return STATUS_OK;
}

Status message_parse(Message *message, const uint8_t *wire, size_t length)
{
    Status status = read_header(message, wire, length);
    if (status != STATUS_OK)
        return status;

    WireReader reader = wire_reader(wire, length);
    wire_skip(&reader, MESSAGE_HEADER_LENGTH);
    bool single = message->question_count == 1;
    if (!(single ? read_question(message, &reader) : skip_questions(message, &reader)))
        return STATUS_MALFORMED;
    message->records = reader.position;
    if (!read_records(message))
        return STATUS_MALFORMED;
    return single ? STATUS_OK : STATUS_UNSUPPORTED;
}

Status message_parse_question(Message *message, const uint8_t *wire, size_t length)
{
    Status status = read_header(message, wire, length);
    if (status != STATUS_OK)
        return status;

    WireReader reader = wire_reader(wire, length);
    wire_skip(&reader, MESSAGE_HEADER_LENGTH);
    if (message->question_count != 1 || !read_question(message, &reader))
        return STATUS_MALFORMED;
    message->records = reader.position;
    return STATUS_OK;
}

bool message_answers(const Message *reply, const Message *query)
{
    return (reply->flags & MESSAGE_QR) && reply->id == query->id &&
           (reply->flags & MESSAGE_OPCODE) == (query->flags & MESSAGE_OPCODE) &&
           reply->question_count == 1 && query->question_count == 1 &&
           reply->qtype == query->qtype && reply->qclass == query->qclass &&
           name_equal(&reply->qname, &query->qname);
}

unsigned message_rcode(const Message *message)
{
    return (unsigned)message->extended_rcode << 4 | (message->flags & MESSAGE_RCODE);
}
