/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every question needs anew, some large structs for as long as it is under way, malloc serves
 * slowly: they come and go by the dozen, and each time it cuts them from larger pieces and joins
 * these again. So as many of each kind are kept as a busy moment has under way; what is above that
 * goes back.
 *
 * The sanitizers would not see who uses a block that was given back, so under them nothing is kept.
 */
#include "depot.h"

#include <glib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(feature) 0 /* which only clang has had for long */
#endif

#if defined __SANITIZE_ADDRESS__ || __has_feature(address_sanitizer)
enum { KEPT_MAX = 0 };
#else
enum { KEPT_MAX = 128 };
#endif

/* The first bytes of a block that is kept lead to the next one. */
static void *next_of(const void *block)
{
    void *next;

    memcpy(&next, block, sizeof next);
    return next;
}

void *depot_take(Depot *depot)
{
    void *block = depot->first;

    if (!block)
        return g_malloc0(depot->size);
    depot->first = next_of(block);
    depot->count--;
    return memset(block, 0, depot->size);
}

void depot_give(Depot *depot, void *block)
{
    if (!block || depot->count == KEPT_MAX) {
        g_free(block);
        return;
    }
    memcpy(block, &depot->first, sizeof depot->first);
    depot->first = block;
    depot->count++;
}
