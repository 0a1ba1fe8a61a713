/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GLib's decoder takes the standard alphabet, skips what it does not know and lets stray bits pass.
 * A stamp is an identity (it is compared, stored and shown again), so here one text stands for one
 * string of bytes and everything else is refused.
 */

#include "base64url.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The six bits that a character stands for, or -1. */
static int value_of(char character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    if (character == '-')
        return 62;
    return character == '_' ? 63 : -1;
}

Status base64url_decode(const char *text, size_t length, uint8_t *out, size_t *out_length)
{
    uint32_t bits = 0;
    unsigned bit_count = 0;
    size_t written = 0;
    if (length % 4 == 1) /* six bits are not a byte */
        return STATUS_MALFORMED;
    for (size_t i = 0; i < length; i++) {
        int value = value_of(text[i]);
        if (value < 0)
            return STATUS_MALFORMED;
        bits = bits << 6 | (uint32_t)value;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            out[written++] = (uint8_t)(bits >> bit_count);
            bits &= (1u << bit_count) - 1;
        }
    }
    if (bits != 0)
        return STATUS_MALFORMED;
    *out_length = written;
    return STATUS_OK;
}

const char *base64url_encode(const uint8_t *bytes, size_t length, char *text)
{
    char *end = text;
    size_t i = 0;
    for (; i + 3 <= length; i += 3) {
        uint32_t bits = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
        *end++ = alphabet[bits >> 18];
        *end++ = alphabet[bits >> 12 & 63];
        *end++ = alphabet[bits >> 6 & 63];
        *end++ = alphabet[bits & 63];
    }
    if (i < length) {
        uint32_t bits = (uint32_t)bytes[i] << 8 | (i + 1 < length ? bytes[i + 1] : 0u);
        *end++ = alphabet[bits >> 10];
        *end++ = alphabet[bits >> 4 & 63];
        if (i + 1 < length)
            *end++ = alphabet[bits << 2 & 63];
    }
    *end = '\0';
    return text;
}
