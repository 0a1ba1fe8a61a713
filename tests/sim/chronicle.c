/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hash is FNV-1a over times, words and bytes of all events. It is no secret and needs no
 * strength, only to differ when anything differs.
 */
#include "chronicle.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
    uint64_t seed, hash;
    int64_t now_us;
    bool loud;
    ChronicleFaultFn on_fault;
} chronicle;

static void mix(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;

    for (size_t i = 0; i < length; i++)
        chronicle.hash = (chronicle.hash ^ at[i]) * UINT64_C(0x100000001b3);
}

void chronicle_begin(uint64_t seed, bool loud)
{
    chronicle.seed = seed;
    chronicle.hash = UINT64_C(0xcbf29ce484222325);
    chronicle.now_us = 0;
    chronicle.loud = loud;
}

void chronicle_set_time(int64_t now_us)
{
    chronicle.now_us = now_us;
}

static __attribute__((format(printf, 1, 0))) void say(const char *format, va_list arguments)
{
    fprintf(stderr, "%11.6f ", (double)chronicle.now_us / 1e6);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void chronicle_note(const uint8_t *bytes, size_t length, const char *format, ...)
{
    va_list arguments;

    mix(&chronicle.now_us, sizeof chronicle.now_us);
    mix(&length, sizeof length);
    mix(bytes, length);
    if (!chronicle.loud)
        return;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
}

uint64_t chronicle_hash(void)
{
    return chronicle.hash;
}

void chronicle_on_fault(ChronicleFaultFn fn)
{
    chronicle.on_fault = fn;
}

void chronicle_fault(const char *format, ...)
{
    g_autofree char *sentence = NULL;
    va_list arguments;

    va_start(arguments, format);
    sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fprintf(stderr, "schedule %" G_GUINT64_FORMAT " broke at %.6f s: %s\n", chronicle.seed,
            (double)chronicle.now_us / 1e6, sentence);
    if (chronicle.on_fault)
        chronicle.on_fault(sentence);
    _Exit(1);
}
