/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS messages in a byte stream: 2 bytes of length, network order, then the message (RFC 1035
 * §4.2.2, RFC 7766 §8).
 *
 * Nearly every read holds whole messages, so these are handed on from the read's own buffer; only a
 * message cut by the end of a read is copied. The buffer grows with what has really arrived, not
 * with what a length promises: a peer cannot make us hold 64 KiB with two bytes.
 */
#include "frame.h"

#include "wire.h"

#include <glib.h>
#include <string.h>

enum {
    LENGTH_BYTES = 2,
    FRAME_MAX = LENGTH_BYTES + 65535,
    KEPT_CAPACITY = 2048, /* a larger buffer goes back as soon as it is empty */
};

static size_t frame_size(const uint8_t *frame)
{
    return LENGTH_BYTES + wire_get_u16(frame);
}

static void append(FrameReader *reader, const uint8_t *bytes, size_t length)
{
    size_t needed = reader->length + length;
    if (needed > reader->capacity) {
        size_t doubled = MIN(2 * reader->capacity, (size_t)FRAME_MAX);
        reader->capacity = MAX(MAX(needed, doubled), (size_t)256);
        reader->buffer = g_realloc(reader->buffer, reader->capacity);
    }
    memcpy(reader->buffer + reader->length, bytes, length);
    reader->length += length;
}

static void empty(FrameReader *reader)
{
    reader->length = 0;
    if (reader->capacity > KEPT_CAPACITY)
        frame_clear(reader);
}

/* How many of `length` bytes the frame begun in the buffer still lacks, its length first. */
static size_t missing(const FrameReader *reader, size_t length)
{
    size_t goal = reader->length < LENGTH_BYTES ? LENGTH_BYTES : frame_size(reader->buffer);
    return MIN(goal - reader->length, length);
}

bool frame_feed(FrameReader *reader, const uint8_t *bytes, size_t length, FrameFn fn, void *owner)
{
    while (reader->length > 0) {
        size_t taken = missing(reader, length);
        append(reader, bytes, taken);
        bytes += taken;
        length -= taken;
        if (reader->length >= LENGTH_BYTES && reader->length == frame_size(reader->buffer)) {
            if (!fn(owner, reader->buffer + LENGTH_BYTES, reader->length - LENGTH_BYTES))
                return false;
            empty(reader);
        } else if (length == 0) {
            return true;
        }
    }
    while (length >= LENGTH_BYTES && length >= frame_size(bytes)) {
        size_t size = frame_size(bytes);
        if (!fn(owner, bytes + LENGTH_BYTES, size - LENGTH_BYTES))
            return false;
        bytes += size;
        length -= size;
    }
    if (length > 0)
        append(reader, bytes, length);
    return true;
}

void frame_clear(FrameReader *reader)
{
    g_free(reader->buffer);
    *reader = (FrameReader){0};
}
