/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cursors through which every codec of this program touches network bytes.
 *
 * An error is sticky, so that a codec reads like the format's table: field after field, with one
 * check of `failed` at the end. After a failure the position stays where it was, reads give zeros,
 * and nothing is written any more.
 */

#include "wire.h"

#include <string.h>

/* `count` bytes at the cursor, or NULL after setting the error. Comparing with what is left, never
 * adding to the position, keeps huge counts from wrapping around. */
static const uint8_t *take(WireReader *reader, size_t count)
{
    if (reader->failed || count > reader->length - reader->position) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *bytes = reader->bytes + reader->position;
    reader->position += count;
    return bytes;
}

static uint8_t *reserve(WireWriter *writer, size_t count)
{
    if (writer->failed || count > writer->capacity - writer->position) {
        writer->failed = true;
        return NULL;
    }
    uint8_t *bytes = writer->bytes + writer->position;
    writer->position += count;
    return bytes;
}

uint8_t wire_read_u8(WireReader *reader)
{
    const uint8_t *bytes = take(reader, 1);
    return bytes ? bytes[0] : 0;
}

uint16_t wire_read_u16(WireReader *reader)
{
    const uint8_t *bytes = take(reader, 2);
    return bytes ? wire_get_u16(bytes) : 0;
}

uint32_t wire_read_u32(WireReader *reader)
{
    const uint8_t *bytes = take(reader, 4);
    return bytes ? wire_get_u32(bytes) : 0;
}

const uint8_t *wire_read_bytes(WireReader *reader, size_t count)
{
    return take(reader, count);
}

void wire_skip(WireReader *reader, size_t count)
{
    take(reader, count);
}

void wire_write_u8(WireWriter *writer, uint8_t value)
{
    uint8_t *bytes = reserve(writer, 1);
    if (bytes)
        bytes[0] = value;
}

void wire_write_u16(WireWriter *writer, uint16_t value)
{
    uint8_t *bytes = reserve(writer, 2);
    if (bytes)
        wire_put_u16(bytes, value);
}

void wire_write_u32(WireWriter *writer, uint32_t value)
{
    uint8_t *bytes = reserve(writer, 4);
    if (bytes)
        wire_put_u32(bytes, value);
}

void wire_write_bytes(WireWriter *writer, const void *bytes, size_t count)
{
    if (count == 0) /* `bytes` may be NULL then, which memcpy does not allow */
        return;
    uint8_t *room = reserve(writer, count);
    if (room)
        memcpy(room, bytes, count);
}

void wire_write_zeros(WireWriter *writer, size_t count)
{
    if (count == 0)
        return;
    uint8_t *room = reserve(writer, count);
    if (room)
        memset(room, 0, count);
}
