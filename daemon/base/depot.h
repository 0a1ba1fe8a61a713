/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/** Blocks of memory of one size that were given back, kept for the next who takes one. Static, one
 * for each kind of object: `static Depot flights = {.size = sizeof(Flight)}`. */
typedef struct Depot {
    size_t size; /* of a block, in bytes: at least a pointer's */
    unsigned count;
    void *first;
} Depot;

/** A zeroed block. Aborts on exhausted memory, as GLib does. (transfer full) */
void *depot_take(Depot *depot);
/** Gives back a block that was taken. NULL is allowed. */
void depot_give(Depot *depot, void *block);
