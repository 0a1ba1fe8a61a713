/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <stddef.h>
#include <stdint.h>

/* base64url without padding (RFC 4648 §5), as stamps and DNS over HTTPS write it. Strict: one text
 * for each string of bytes, so that what was decoded encodes to the same text again. */

#define BASE64URL_DECODED_MAX(text_length) ((text_length) / 4 * 3 + 2)
#define BASE64URL_ENCODED_MAX(byte_length) ((byte_length) / 3 * 4 + 4) /* closing NUL included */

/**
 * Decodes `text` of `length` characters; `out` takes BASE64URL_DECODED_MAX(length) bytes.
 * STATUS_MALFORMED: another alphabet, padding, a length that no encoding has, or bits left over
 * that are not zero.
 */
Status base64url_decode(const char *text, size_t length, uint8_t *out,
                        size_t *out_length) must_check;

/** Encodes; `text` takes BASE64URL_ENCODED_MAX(length) characters, NUL included. Returns text. */
const char *base64url_encode(const uint8_t *bytes, size_t length, char *text);
