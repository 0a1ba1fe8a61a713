/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stock of random bytes, so that the kernel is asked for them once in twenty queries rather than
 * twice in each: a system call costs more than the bytes.
 *
 * Nothing is made here. Each byte is libsodium's, which is the kernel's, is handed out once, and is
 * wiped then.
 */
#include "chance.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

static struct {
    uint8_t bytes[256];
    size_t left; /* of them, at the beginning */
} stock;

void chance_draw(void *bytes, size_t length)
{
    if (length > sizeof stock.bytes) {
        randombytes_buf(bytes, length);
        return;
    }
    if (length > stock.left) {
        randombytes_buf(stock.bytes, sizeof stock.bytes);
        stock.left = sizeof stock.bytes;
    }
    stock.left -= length;
    memcpy(bytes, stock.bytes + stock.left, length);
    sodium_memzero(stock.bytes + stock.left, length);
}
