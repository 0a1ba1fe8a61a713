/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "name.h"

#include <stdbool.h>
#include <stdint.h>

#define SEARCH_GUARD_SLOTS 256

/**
 * Keeps names that failed from being shown to the network by its search list.
 *
 * A program's resolver asks a name that failed once more with each domain of the search list behind
 * it (resolv.conf(5)): "www.example.com.hotel.example". That question is the network's by its
 * suffix, and would tell it in clear what was asked in secret before. Names of several labels are
 * not to be searched at all (ICANN SAC064), so what was asked by itself a moment ago is not asked
 * again that way. Zeroed: nothing was asked.
 */
typedef struct SearchGuard {
    uint64_t hashes[SEARCH_GUARD_SLOTS];
    int64_t asked_us[SEARCH_GUARD_SLOTS];
} SearchGuard;

/** A client asked this. `secret` (16 bytes) keeps others from choosing names that collide. */
void search_guard_note(SearchGuard *guard, const uint8_t *secret, const Name *name, int64_t now_us);

/** Whether `name`, which is under `suffix`, is one of several labels, asked by itself within the
 * last half minute, with `suffix` behind it. */
bool search_guard_holds(const SearchGuard *guard, const uint8_t *secret, const Name *name,
                        const Name *suffix, int64_t now_us);
