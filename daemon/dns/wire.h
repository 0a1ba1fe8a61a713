/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Cursors over wire bytes, network byte order, with a sticky error: after the first read or write
 * out of bounds `failed` stays set, reads give zeros and writes do nothing. Check it once, at the
 * end.
 */
typedef struct WireReader {
    const uint8_t *bytes;
    size_t length, position;
    bool failed;
} WireReader;

typedef struct WireWriter {
    uint8_t *bytes;
    size_t capacity, position;
    bool failed;
} WireWriter;

/** `bytes` may be NULL when there are none. (The cursor has a place all the same: to add even zero
 * to NULL is undefined.) */
static inline WireReader wire_reader(const uint8_t *bytes, size_t length)
{
    return (WireReader){.bytes = bytes ? bytes : (const uint8_t *)"", .length = length};
}

static inline WireWriter wire_writer(uint8_t *bytes, size_t capacity)
{
    return (WireWriter){.bytes = bytes, .capacity = capacity};
}

static inline size_t wire_left(const WireReader *reader)
{
    return reader->failed ? 0 : reader->length - reader->position;
}

uint8_t wire_read_u8(WireReader *reader);
uint16_t wire_read_u16(WireReader *reader);
uint32_t wire_read_u32(WireReader *reader);
/** `count` bytes in place (borrowed from the buffer), or NULL. */
const uint8_t *wire_read_bytes(WireReader *reader, size_t count);
void wire_skip(WireReader *reader, size_t count);

void wire_write_u8(WireWriter *writer, uint8_t value);
void wire_write_u16(WireWriter *writer, uint16_t value);
void wire_write_u32(WireWriter *writer, uint32_t value);
void wire_write_bytes(WireWriter *writer, const void *bytes, size_t count);
void wire_write_zeros(WireWriter *writer, size_t count);

/** Big-endian access at a checked place, for patching: the caller knows that it is in bounds. */
static inline uint16_t wire_get_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t wire_get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void wire_put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void wire_put_u32(uint8_t *at, uint32_t value)
{
    wire_put_u16(at, (uint16_t)(value >> 16));
    wire_put_u16(at + 2, (uint16_t)value);
}
