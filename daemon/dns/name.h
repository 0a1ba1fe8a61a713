/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"
#include "wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_MAX_WIRE 255  /* RFC 1035 §2.3.4, root label included */
#define NAME_MAX_TEXT 1010 /* every octet as \DDD, dots, and the closing NUL */

/** A domain name, uncompressed wire form with its root label, letter case kept. */
typedef struct Name {
    uint8_t length;
    uint8_t wire[NAME_MAX_WIRE];
} Name;

/**
 * Reads a name at the cursor, following compression pointers (RFC 1035 §4.1.4), each strictly
 * backwards. The cursor ends behind the name as it stands in the message. On a bad name the reader
 * has failed.
 */
void name_read(WireReader *reader, Name *name);
/** Skips a name without following pointers. */
void name_skip(WireReader *reader);
/** Text form with or without the final dot, `\.` and `\DDD` escapes; what does not print, a space
 * or UTF-8, is to be escaped. STATUS_MALFORMED. */
Status name_parse(const char *text, Name *name) must_check;
/** Text without the final dot ("." for the root), escaped; `text` takes NAME_MAX_TEXT bytes.
 * Returns text. */
const char *name_format(const Name *name, char text[NAME_MAX_TEXT]);

/** ASCII case-insensitive (RFC 4343). */
bool name_equal(const Name *a, const Name *b);
/** Whether `name` is `suffix` or below it. */
bool name_is_under(const Name *name, const Name *suffix);
/** Writes the wire form in lower case, `name->length` bytes. */
void name_lower(const Name *name, uint8_t *lower);
/** Number of labels, the root's not counted. */
unsigned name_label_count(const Name *name);
