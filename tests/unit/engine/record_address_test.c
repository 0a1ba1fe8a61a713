/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record_address.h"

#include "wire.h"

#include <glib.h>

#define MAX_REPLY 128

/* The address that a reply with one answer of this type, class and data leads to; "" for none. */
static const char *read_one(uint16_t type, uint16_t class, const void *data, size_t length,
                            char text[ADDRESS_MAX_TEXT])
{
    uint8_t bytes[MAX_REPLY];
    WireWriter writer = wire_writer(bytes, sizeof bytes);
    Address address;
    Message reply;
    Record record;

    wire_write_u16(&writer, 1);
    wire_write_u16(&writer, MESSAGE_QR);
    wire_write_u16(&writer, 1);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 4);
    wire_write_bytes(&writer, (const uint8_t *)"\1a\0\0\1\0\1", 7);
    wire_write_bytes(&writer, (const uint8_t *)"\1a", 3);
    wire_write_u16(&writer, type);
    wire_write_u16(&writer, class);
    wire_write_u32(&writer, 60);
    wire_write_u16(&writer, (uint16_t)length);
    wire_write_bytes(&writer, data, length);
    g_assert_cmpint(message_parse(&reply, bytes, writer.position), ==, STATUS_OK);
    RecordIterator iterator = record_iterator(&reply);
    g_assert_true(record_next(&iterator, &record));
    return record_address(&reply, &record, &address) ? address_format_host(&address, text) : "";
}

static void both_families_are_read(void)
{
    static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    char text[ADDRESS_MAX_TEXT];

    g_assert_cmpstr(read_one(RRTYPE_A, CLASS_IN, "\300\0\2\1", 4, text), ==, "192.0.2.1");
    g_assert_cmpstr(read_one(RRTYPE_AAAA, CLASS_IN, v6, 16, text), ==, "2001:db8::1");
}

static void blocked_names_have_none(void)
{
    static const uint8_t nowhere[16];
    char text[ADDRESS_MAX_TEXT];

    g_assert_cmpstr(read_one(RRTYPE_A, CLASS_IN, nowhere, 4, text), ==, "");
    g_assert_cmpstr(read_one(RRTYPE_AAAA, CLASS_IN, nowhere, 16, text), ==, "");
}

static void other_records_have_none(void)
{
    static const uint8_t data[16] = {1};
    char text[ADDRESS_MAX_TEXT];

    g_assert_cmpstr(read_one(RRTYPE_A, CLASS_IN, data, 5, text), ==, "");
    g_assert_cmpstr(read_one(RRTYPE_AAAA, CLASS_IN, data, 4, text), ==, "");
    g_assert_cmpstr(read_one(RRTYPE_A, CLASS_CH, data, 4, text), ==, "");
    g_assert_cmpstr(read_one(RRTYPE_TXT, CLASS_IN, data, 4, text), ==, "");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/record-address/both-families-are-read", both_families_are_read);
    g_test_add_func("/record-address/blocked-names-have-none", blocked_names_have_none);
    g_test_add_func("/record-address/other-records-have-none", other_records_have_none);
    return g_test_run();
}
