/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EDNS(0): the OPT record belongs to one hop, so each query gets a new one on its way out and each
 * reply a new one on its way back.
 *
 *     OPT        0  1  the root name            (RFC 6891 §6.1.2, §6.1.3)
 *                1  2  type 41
 *                3  2  UDP payload size
 *                5  1  upper eight bits of the RCODE
 *                6  1  version, 0
 *                7  2  flags: DO in the upper bit
 *                9  2  length of the options
 *     option     0  2  code, then 2 length, then the value
 *
 * Written straight into the caller's buffer through one cursor: no allocation, no second pass but
 * for the two lengths that are known only at the end.
 */

#include "edns.h"

#include <string.h>

#define OPTION_HEADER   4
#define OPT_LENGTH_AT   9
#define OPT_DNSSEC_OK   0x8000u
#define UDP_SIZE_PLAIN  512 /* what RFC 1035 §4.2.1 lets everybody send */
#define ARCOUNT_AT      10
#define EDE_CODE_LENGTH 2

typedef struct Option {
    uint16_t code;
    size_t length;
    const uint8_t *value;
} Option;

static WireReader option_reader(const Message *message)
{
    if (!message->has_edns)
        return wire_reader(NULL, 0);
    return wire_reader(message->wire + message->opt + EDNS_OPT_HEADER,
                       message->opt_end - message->opt - EDNS_OPT_HEADER);
}

static bool option_next(WireReader *reader, Option *option)
{
    if (wire_left(reader) == 0)
        return false;
    option->code = wire_read_u16(reader);
    option->length = wire_read_u16(reader);
    option->value = wire_read_bytes(reader, option->length);
    return !reader->failed;
}

const uint8_t *edns_option(const Message *message, uint16_t code, size_t *length)
{
    WireReader reader = option_reader(message);
    Option option;
    while (option_next(&reader, &option)) {
        if (option.code == code) {
            *length = option.length;
            return option.value;
        }
    }
    return NULL;
}

static void write_option(WireWriter *writer, uint16_t code, const void *value, size_t length)
{
    wire_write_u16(writer, code);
    wire_write_u16(writer, (uint16_t)length);
    wire_write_bytes(writer, value, length);
}

static void write_opt_header(WireWriter *writer, uint16_t payload_size, unsigned rcode,
                             bool dnssec_ok)
{
    wire_write_u8(writer, 0);
    wire_write_u16(writer, RRTYPE_OPT);
    wire_write_u16(writer, payload_size);
    wire_write_u32(writer, (uint32_t)(rcode >> 4) << 24 | (dnssec_ok ? OPT_DNSSEC_OK : 0));
    wire_write_u16(writer, 0);
}

/* Zeros up to a multiple of `pad_to` for the whole message, this option being its end. */
static void write_padding(WireWriter *writer, size_t pad_to)
{
    size_t length = (writer->position + OPTION_HEADER) % pad_to;
    size_t padding = length > 0 ? pad_to - length : 0;
    wire_write_u16(writer, EDNS_PADDING);
    wire_write_u16(writer, (uint16_t)padding);
    wire_write_zeros(writer, padding);
}

static void write_query_opt(WireWriter *writer, const Message *query, const EdnsWanted *wanted)
{
    size_t opt = writer->position;
    uint16_t payload_size = wanted->payload_size > 0 ? wanted->payload_size : UDP_SIZE_PLAIN;
    write_opt_header(writer, payload_size, 0, query->dnssec_ok);

    size_t unused;
    if (edns_option(query, EDNS_NSID, &unused)) /* empty in a query: RFC 5001 §2.1 */
        write_option(writer, EDNS_NSID, NULL, 0);
    if (wanted->keepalive) /* empty in a query: RFC 7828 §3.1 */
        write_option(writer, EDNS_TCP_KEEPALIVE, NULL, 0);
    if (wanted->pad_to > 0)
        write_padding(writer, wanted->pad_to);
    if (!writer->failed)
        wire_put_u16(writer->bytes + opt + OPT_LENGTH_AT,
                     (uint16_t)(writer->position - opt - EDNS_OPT_HEADER));
}

/* RD and CD are the client's. AD says that we understand it in the answer (RFC 6840 §5.7): the
 * answer may serve other clients too, of whom some want to know. */
static uint16_t query_flags(const Message *query)
{
    const uint16_t kept = MESSAGE_OPCODE | MESSAGE_RD | MESSAGE_CD;
    return (uint16_t)((query->flags & kept) | MESSAGE_AD);
}

Status edns_rewrite_query(const Message *query, const EdnsWanted *wanted, uint8_t *out,
                          size_t capacity, size_t *out_length)
{
    bool opt = query->has_edns || wanted->payload_size > 0;
    WireWriter writer = wire_writer(out, capacity < MESSAGE_MAX ? capacity : MESSAGE_MAX);
    wire_write_u16(&writer, query->id);
    wire_write_u16(&writer, query_flags(query));
    wire_write_u16(&writer, query->question_count);
    wire_write_u32(&writer, 0);
    wire_write_u16(&writer, opt ? 1 : 0);
    wire_write_bytes(&writer, query->wire + MESSAGE_HEADER_LENGTH,
                     query->records - MESSAGE_HEADER_LENGTH);
    if (opt)
        write_query_opt(&writer, query, wanted);
    if (writer.failed)
        return STATUS_NO_SPACE;
    *out_length = writer.position;
    return STATUS_OK;
}

/* How many additional records stand before OPT: it is nearly always the last one. */
static unsigned additional_before_opt(const Message *message)
{
    if (message->opt_end == message->length)
        return message->additional_count - 1u;
    RecordIterator iterator = record_iterator(message);
    Record record;
    unsigned count = 0;
    while (record_next(&iterator, &record) && record.offset < message->opt)
        count += record.section == 3;
    return count;
}

Status edns_strip_reply(const Message *reply, uint8_t *out, size_t capacity, size_t *out_length)
{
    size_t length = reply->has_edns ? reply->opt : reply->length;
    if (length > capacity)
        return STATUS_NO_SPACE;
    memcpy(out, reply->wire, length);
    if (reply->has_edns)
        wire_put_u16(out + ARCOUNT_AT, (uint16_t)additional_before_opt(reply));
    *out_length = length;
    return STATUS_OK;
}

Message edns_stripped_view(const Message *reply, const uint8_t *stripped, size_t length)
{
    Message view = *reply;
    view.wire = stripped;
    view.length = length;
    view.flags = wire_get_u16(stripped + 2);
    view.additional_count = wire_get_u16(stripped + ARCOUNT_AT);
    view.has_edns = view.dnssec_ok = false;
    view.opt = view.opt_end = 0;
    view.extended_rcode = view.edns_version = 0;
    view.udp_size = UDP_SIZE_PLAIN;
    return view;
}

Status edns_append_opt(uint8_t *buffer, size_t capacity, size_t *length, uint16_t payload_size,
                       unsigned rcode, bool dnssec_ok, int ede, const char *ede_text)
{
    size_t text_length = ede != EDE_NONE && ede_text ? strlen(ede_text) : 0;
    size_t options =
        ede == EDE_NONE ? 0 : OPTION_HEADER + EDE_CODE_LENGTH + text_length; /* RFC 8914 §2 */
    if (capacity > MESSAGE_MAX)
        capacity = MESSAGE_MAX;
    if (text_length > capacity || *length > capacity ||
        EDNS_OPT_HEADER + options > capacity - *length)
        return STATUS_NO_SPACE;

    WireWriter writer = wire_writer(buffer, capacity);
    writer.position = *length;
    write_opt_header(&writer, payload_size, rcode, dnssec_ok);
    wire_put_u16(buffer + *length + OPT_LENGTH_AT, (uint16_t)options);
    if (ede != EDE_NONE) {
        wire_write_u16(&writer, EDNS_EXTENDED_ERROR);
        wire_write_u16(&writer, (uint16_t)(EDE_CODE_LENGTH + text_length));
        wire_write_u16(&writer, (uint16_t)ede);
        wire_write_bytes(&writer, ede_text, text_length);
    }
    buffer[3] = (uint8_t)((buffer[3] & ~MESSAGE_RCODE) | (rcode & MESSAGE_RCODE));
    wire_put_u16(buffer + ARCOUNT_AT, (uint16_t)(wire_get_u16(buffer + ARCOUNT_AT) + 1));
    *length = writer.position;
    return STATUS_OK;
}
