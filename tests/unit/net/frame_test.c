/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frame.h"

#include "wire.h"

#include <glib.h>
#include <string.h>

typedef struct Sink {
    GPtrArray *messages; /* of GBytes */
    guint stop_after;    /* 0: never */
} Sink;

static bool keep(void *owner, const uint8_t *message, size_t length)
{
    Sink *sink = owner;

    g_ptr_array_add(sink->messages, g_bytes_new(message, length));
    return sink->messages->len != sink->stop_after;
}

static Sink sink_new(guint stop_after)
{
    return (Sink){g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref), stop_after};
}

static void append_frame(GByteArray *stream, size_t length)
{
    g_autofree uint8_t *frame = g_malloc(length + 2);

    wire_put_u16(frame, (uint16_t)length);
    for (size_t i = 0; i < length; i++)
        frame[2 + i] = (uint8_t)(length + i);
    g_byte_array_append(stream, frame, (guint)length + 2);
}

static void assert_message(const Sink *sink, guint index, size_t length)
{
    size_t size;
    const uint8_t *bytes = g_bytes_get_data(sink->messages->pdata[index], &size);

    g_assert_cmpuint(size, ==, length);
    for (size_t i = 0; i < length; i++)
        g_assert_cmpuint(bytes[i], ==, (uint8_t)(length + i));
}

/* Two cuts at every pair of places: each message comes out whole, in order. */
static void any_cut_gives_the_same_messages(void)
{
    static const size_t lengths[] = {12, 0, 1, 40, 3};
    g_autoptr(GByteArray) stream = g_byte_array_new();

    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++)
        append_frame(stream, lengths[i]);
    for (guint first = 0; first <= stream->len; first++) {
        for (guint second = first; second <= stream->len; second++) {
            FrameReader reader = {0};
            Sink sink = sink_new(0);

            g_assert_true(frame_feed(&reader, stream->data, first, keep, &sink));
            g_assert_true(frame_feed(&reader, stream->data + first, second - first, keep, &sink));
            g_assert_true(
                frame_feed(&reader, stream->data + second, stream->len - second, keep, &sink));
            g_assert_cmpuint(sink.messages->len, ==, G_N_ELEMENTS(lengths));
            for (guint i = 0; i < G_N_ELEMENTS(lengths); i++)
                assert_message(&sink, i, lengths[i]);
            g_ptr_array_unref(sink.messages);
            frame_clear(&reader);
        }
    }
}

static void largest_message_byte_by_byte(void)
{
    g_autoptr(GByteArray) stream = g_byte_array_new();
    FrameReader reader = {0};
    Sink sink = sink_new(0);

    append_frame(stream, 65535);
    for (guint i = 0; i < stream->len; i++)
        g_assert_true(frame_feed(&reader, stream->data + i, 1, keep, &sink));
    g_assert_cmpuint(sink.messages->len, ==, 1);
    assert_message(&sink, 0, 65535);
    g_assert_cmpuint(reader.capacity, ==, 0);
    g_ptr_array_unref(sink.messages);
}

static void a_promised_length_takes_no_memory(void)
{
    static const uint8_t promise[] = {0xff, 0xff, 0x00};
    FrameReader reader = {0};
    Sink sink = sink_new(0);

    g_assert_true(frame_feed(&reader, promise, sizeof promise, keep, &sink));
    g_assert_cmpuint(reader.capacity, <, 1024);
    frame_clear(&reader);
    g_ptr_array_unref(sink.messages);
}

static bool free_reader(void *owner, const uint8_t *message, size_t length)
{
    FrameReader **reader = owner;

    frame_clear(*reader);
    g_free(*reader);
    *reader = NULL;
    return false;
}

static void the_reader_may_go_inside_the_callback(void)
{
    g_autoptr(GByteArray) stream = g_byte_array_new();

    append_frame(stream, 20);
    append_frame(stream, 20);
    for (guint cut = 0; cut < 22; cut++) {
        FrameReader *reader = g_new0(FrameReader, 1);

        g_assert_true(frame_feed(reader, stream->data, cut, free_reader, &reader));
        g_assert_false(
            frame_feed(reader, stream->data + cut, stream->len - cut, free_reader, &reader));
        g_assert_null(reader);
    }
}

static void reading_stops_when_told(void)
{
    g_autoptr(GByteArray) stream = g_byte_array_new();
    FrameReader reader = {0};
    Sink sink = sink_new(2);

    for (int i = 0; i < 3; i++)
        append_frame(stream, 5);
    g_assert_false(frame_feed(&reader, stream->data, stream->len, keep, &sink));
    g_assert_cmpuint(sink.messages->len, ==, 2);
    frame_clear(&reader);
    g_ptr_array_unref(sink.messages);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame/any-cut-gives-the-same-messages", any_cut_gives_the_same_messages);
    g_test_add_func("/frame/largest-message-byte-by-byte", largest_message_byte_by_byte);
    g_test_add_func("/frame/a-promised-length-takes-no-memory", a_promised_length_takes_no_memory);
    g_test_add_func("/frame/the-reader-may-go-inside-the-callback",
                    the_reader_may_go_inside_the_callback);
    g_test_add_func("/frame/reading-stops-when-told", reading_stops_when_told);
    return g_test_run();
}
