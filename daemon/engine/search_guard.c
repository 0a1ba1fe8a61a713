/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of the names asked last, each as a keyed hash in the one place where it may stand: newer
 * ones push older ones out. To forget one early lets one question through that the network's own
 * search list made; it costs no answer.
 */
#include "search_guard.h"

#include <sodium.h>

#define MEMORY_US INT64_C(30000000) /* longer than a program's resolver tries one name */

/* Of the labels in `wire`, without the root. */
static uint64_t hash_labels(const uint8_t *secret, const uint8_t *wire, size_t length)
{
    uint8_t digest[crypto_shorthash_BYTES];
    uint64_t hash = 0;

    _Static_assert(crypto_shorthash_KEYBYTES == 16 && sizeof digest == sizeof hash,
                   "SipHash-2-4 with 64 bits");
    crypto_shorthash(digest, wire, length, secret);
    for (size_t i = 0; i < sizeof digest; i++)
        hash = hash << 8 | digest[i];
    return hash;
}

void search_guard_note(SearchGuard *guard, const uint8_t *secret, const Name *name, int64_t now_us)
{
    uint8_t lower[NAME_MAX_WIRE];
    uint64_t hash;

    name_lower(name, lower);
    hash = hash_labels(secret, lower, name->length - 1u);
    guard->hashes[hash % SEARCH_GUARD_SLOTS] = hash;
    guard->asked_us[hash % SEARCH_GUARD_SLOTS] = now_us;
}

bool search_guard_holds(const SearchGuard *guard, const uint8_t *secret, const Name *name,
                        const Name *suffix, int64_t now_us)
{
    uint8_t lower[NAME_MAX_WIRE];
    size_t length = (size_t)(name->length - suffix->length);
    uint64_t hash;
    unsigned slot;

    if (length == 0 || name->wire[0] + 1u == length) /* the domain itself, or one label below it */
        return false;
    name_lower(name, lower);
    hash = hash_labels(secret, lower, length);
    slot = hash % SEARCH_GUARD_SLOTS;
    return guard->hashes[slot] == hash && guard->asked_us[slot] != 0 &&
           now_us - guard->asked_us[slot] < MEMORY_US;
}
