/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

/* Bytes written as hexadecimal digits; returns how many. */
static inline size_t hex_read(const char *text, uint8_t *out, size_t capacity)
{
    size_t length = 0;
    g_assert_cmpint(sodium_hex2bin(out, capacity, text, strlen(text), NULL, &length, NULL), ==, 0);
    return length;
}

static inline void hex_assert(const uint8_t *bytes, size_t length, const char *text)
{
    uint8_t expected[4096];
    const size_t expected_length = hex_read(text, expected, sizeof(expected));
    g_assert_cmpmem(bytes, length, expected, expected_length);
}
