/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Reassembles DNS messages with their 2-byte length in front (RFC 1035 §4.2.2, RFC 7766 §8) from a
 * byte stream. */
typedef struct FrameReader {
    uint8_t *buffer;
    size_t length, capacity;
} FrameReader;

/** One whole message, borrowed. The owner may free the reader's owner: return false to stop reading
 * at once. */
typedef bool (*FrameFn)(void *owner, const uint8_t *message, size_t length);

/** Feeds bytes, calling `fn` for each complete message. Returns false when `fn` did (the reader may
 * be gone). */
bool frame_feed(FrameReader *reader, const uint8_t *bytes, size_t length, FrameFn fn, void *owner);
void frame_clear(FrameReader *reader);
