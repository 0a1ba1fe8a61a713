/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "samples.h"

#include <glib.h>

static void count(Sample *sample, unsigned section)
{
    uint8_t *field = sample->bytes + 4 + 2 * section;
    wire_put_u16(field, (uint16_t)(wire_get_u16(field) + 1));
}

void sample_begin(Sample *sample, uint16_t id, uint16_t flags)
{
    sample->writer = wire_writer(sample->bytes, sizeof sample->bytes);
    wire_write_u16(&sample->writer, id);
    wire_write_u16(&sample->writer, flags);
    wire_write_zeros(&sample->writer, 8);
}

void sample_name(Sample *sample, const char *name)
{
    Name wire;
    g_assert_cmpint(name_parse(name, &wire), ==, STATUS_OK);
    wire_write_bytes(&sample->writer, wire.wire, wire.length);
}

void sample_question(Sample *sample, const char *name, uint16_t type)
{
    count(sample, 0);
    sample_name(sample, name);
    wire_write_u16(&sample->writer, type);
    wire_write_u16(&sample->writer, CLASS_IN);
}

static void write_record(Sample *sample, const char *owner, uint16_t type, uint16_t rrclass,
                         uint32_t ttl, const void *rdata, size_t rdata_length)
{
    if (owner)
        sample_name(sample, owner);
    else
        wire_write_u16(&sample->writer, 0xc000 | MESSAGE_HEADER_LENGTH);
    wire_write_u16(&sample->writer, type);
    wire_write_u16(&sample->writer, rrclass);
    wire_write_u32(&sample->writer, ttl);
    wire_write_u16(&sample->writer, (uint16_t)rdata_length);
    wire_write_bytes(&sample->writer, rdata, rdata_length);
}

void sample_record(Sample *sample, unsigned section, const char *owner, uint16_t type,
                   uint32_t ttl_s, const void *rdata, size_t rdata_length)
{
    count(sample, section);
    write_record(sample, owner, type, CLASS_IN, ttl_s, rdata, rdata_length);
}

void sample_opt(Sample *sample, uint16_t payload_size, uint32_t ttl, const void *options,
                size_t options_length)
{
    count(sample, 3);
    write_record(sample, ".", RRTYPE_OPT, payload_size, ttl, options, options_length);
}

size_t sample_length(const Sample *sample)
{
    g_assert_false(sample->writer.failed);
    return sample->writer.position;
}

void sample_parse(const Sample *sample, Message *message)
{
    g_assert_cmpint(message_parse(message, sample->bytes, sample_length(sample)), ==, STATUS_OK);
}

void sample_query(Sample *sample)
{
    sample_begin(sample, 0x1234, MESSAGE_RD);
    sample_question(sample, "example.com", RRTYPE_A);
    sample_opt(sample, 1232, 0, NULL, 0);
}

void sample_reply(Sample *sample)
{
    static const uint8_t nsid[] = {0, 3, 0, 4, 'n', 's', '0', '1'};
    sample_begin(sample, 0x1234, MESSAGE_QR | MESSAGE_RD | MESSAGE_RA);
    sample_question(sample, "example.com", RRTYPE_A);
    sample_record(sample, 1, NULL, RRTYPE_CNAME, 300, "\3www\xc0\x0c", 6);
    sample_record(sample, 1, "www.example.com", RRTYPE_A, 60, "\xc0\x00\x02\x01", 4);
    sample_record(sample, 1, "www.example.com", RRTYPE_A, 60, "\xc0\x00\x02\x02", 4);
    sample_record(sample, 2, NULL, RRTYPE_NS, 3600, "\2ns\xc0\x0c", 5);
    sample_record(sample, 3, "ns.example.com", RRTYPE_A, 3600, "\xc0\x00\x02\x35", 4);
    sample_opt(sample, 4096, 0x8000, nsid, sizeof nsid);
}
