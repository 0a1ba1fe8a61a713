/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire.h"

#include <glib.h>

static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07};

static void reads_in_network_order(void)
{
    WireReader reader = wire_reader(bytes, sizeof bytes);
    g_assert_cmphex(wire_read_u8(&reader), ==, 0x01);
    g_assert_cmphex(wire_read_u16(&reader), ==, 0x0203);
    g_assert_cmphex(wire_read_u32(&reader), ==, 0x04050607);
    g_assert_cmpuint(wire_left(&reader), ==, 0);
    g_assert_false(reader.failed);
}

static void read_error_is_sticky(void)
{
    WireReader reader = wire_reader(bytes, 3);
    g_assert_cmphex(wire_read_u32(&reader), ==, 0);
    g_assert_true(reader.failed);
    g_assert_cmphex(wire_read_u8(&reader), ==, 0); /* there would be one */
    g_assert_cmphex(wire_read_u16(&reader), ==, 0);
    g_assert_null(wire_read_bytes(&reader, 1));
    g_assert_cmpuint(wire_left(&reader), ==, 0);
    g_assert_cmpuint(reader.position, ==, 0);
}

static void bytes_are_borrowed_in_place(void)
{
    WireReader reader = wire_reader(bytes, sizeof bytes);
    wire_skip(&reader, 2);
    g_assert_true(wire_read_bytes(&reader, 5) == bytes + 2);
    g_assert_null(wire_read_bytes(&reader, 1));
}

static void huge_counts_do_not_wrap(void)
{
    WireReader reader = wire_reader(bytes, sizeof bytes);
    wire_skip(&reader, 4);
    g_assert_null(wire_read_bytes(&reader, SIZE_MAX - 1));
    g_assert_true(reader.failed);

    uint8_t room[8];
    WireWriter writer = wire_writer(room, sizeof room);
    wire_write_u32(&writer, 1);
    wire_write_zeros(&writer, SIZE_MAX - 1);
    g_assert_true(writer.failed);
}

static void empty_buffer_is_no_error_by_itself(void)
{
    WireReader reader = wire_reader(NULL, 0);
    wire_skip(&reader, 0);
    g_assert_false(reader.failed);
    WireWriter writer = wire_writer(NULL, 0);
    wire_write_bytes(&writer, NULL, 0);
    wire_write_zeros(&writer, 0);
    g_assert_false(writer.failed);
}

static void writes_what_it_reads(void)
{
    uint8_t room[12] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t expected[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0, 0, 'a', 'b'};
    WireWriter writer = wire_writer(room, sizeof room);
    wire_write_u8(&writer, 0x01);
    wire_write_u16(&writer, 0x0203);
    wire_write_u32(&writer, 0x04050607);
    wire_write_zeros(&writer, 2);
    wire_write_bytes(&writer, "ab", 2);
    g_assert_false(writer.failed);
    g_assert_cmpmem(room, writer.position, expected, sizeof expected);
    g_assert_cmphex(room[11], ==, 0xff);
}

static void write_error_is_sticky(void)
{
    uint8_t room[5] = {0};
    WireWriter writer = wire_writer(room, sizeof room);
    wire_write_u32(&writer, 0x01020304);
    wire_write_u16(&writer, 0xffff);
    g_assert_true(writer.failed);
    wire_write_u8(&writer, 0xff); /* there would be room */
    g_assert_cmphex(room[4], ==, 0);
    g_assert_cmpuint(writer.position, ==, 4);
}

static void patching_is_in_network_order(void)
{
    uint8_t room[4];
    wire_put_u32(room, 0xfedcba98);
    g_assert_cmphex(room[0], ==, 0xfe);
    g_assert_cmphex(wire_get_u16(room + 2), ==, 0xba98);
    g_assert_cmphex(wire_get_u32(room), ==, 0xfedcba98);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/reads-in-network-order", reads_in_network_order);
    g_test_add_func("/wire/read-error-is-sticky", read_error_is_sticky);
    g_test_add_func("/wire/bytes-are-borrowed-in-place", bytes_are_borrowed_in_place);
    g_test_add_func("/wire/huge-counts-do-not-wrap", huge_counts_do_not_wrap);
    g_test_add_func("/wire/empty-buffer-is-no-error-by-itself", empty_buffer_is_no_error_by_itself);
    g_test_add_func("/wire/writes-what-it-reads", writes_what_it_reads);
    g_test_add_func("/wire/write-error-is-sticky", write_error_is_sticky);
    g_test_add_func("/wire/patching-is-in-network-order", patching_is_in_network_order);
    return g_test_run();
}
