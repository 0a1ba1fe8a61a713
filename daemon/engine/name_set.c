/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Block lists of a million names, asked for every query before anything else, cache hits included.
 *
 * The names stand one behind the other in one block of memory, in the order they came:
 *
 *     0  4  number, its highest bit: everything below as well (host byte order, unaligned)
 *     4  1  length
 *     5  n  wire form in lower case, without the root
 *
 * They are found by a hash table with open addressing: an octet of the hash for each slot, and
 * beside it the place of the name. At most three quarters of the slots are used, so a name costs
 * its own length and about twelve octets more: some 35 for those of real lists.
 *
 * A name that is in no list, which most are, costs one look at the octets for each of its labels,
 * seldom more: only where an octet of the hash fits is a name compared, and it is compared
 * completely, so there are no false positives. Hashes are made from the right, so that one pass
 * gives those of all the names above; they are keyed (once for the process), so that nobody can
 * write a list or ask for names that all fall into one slot.
 */
#include "name_set.h"

#include <glib.h>
#include <sodium.h>

#include <string.h>

#define ENTRY_HEADER 5
#define BELOW        0x80000000u
#define FIRST_SLOTS  16
#define FNV_PRIME    UINT64_C(0x100000001b3)

struct NameSet {
    uint8_t *names;
    size_t names_length, names_capacity;
    uint8_t *tags; /* 0: nothing there */
    uint32_t *places;
    size_t slots, count;
};

static uint64_t hash_seed(void)
{
    static gsize ready;
    static uint64_t seed;

    if (g_once_init_enter(&ready)) {
        randombytes_buf(&seed, sizeof seed);
        g_once_init_leave(&ready, 1);
    }
    return seed;
}

/* FNV-1a over a label, its length octet last; the state goes on to the next label on the left. */
static uint64_t hash_label(uint64_t state, const uint8_t *label)
{
    for (size_t i = label[0]; i > 0; i--)
        state = (state ^ label[i]) * FNV_PRIME;
    return (state ^ label[0]) * FNV_PRIME;
}

/* Every bit of the state has its share in every bit of the result (MurmurHash3's last step). */
static uint64_t mix(uint64_t state)
{
    state ^= state >> 33;
    state *= UINT64_C(0xff51afd7ed558ccd);
    state ^= state >> 33;
    state *= UINT64_C(0xc4ceb9fe1a85ec53);
    return state ^ state >> 33;
}

void name_key_init(NameKey *key, const Name *name)
{
    uint64_t state = hash_seed();

    key->name.length = name->length;
    name_lower(name, key->name.wire);
    key->labels = 0;
    for (size_t at = 0; key->name.wire[at]; at += key->name.wire[at] + 1u)
        key->starts[key->labels++] = (uint8_t)at;
    for (unsigned i = key->labels; i-- > 0;) {
        state = hash_label(state, key->name.wire + key->starts[i]);
        key->hashes[i] = mix(state);
    }
}

static uint8_t tag_of(uint64_t hash)
{
    return (uint8_t)(hash & 0xff ? hash & 0xff : 1);
}

/* Evenly over any number of slots, without a division. */
static size_t slot_of(uint64_t hash, size_t slots)
{
    return (size_t)(((hash >> 32) * (uint64_t)slots) >> 32);
}

static size_t next_slot(size_t slot, size_t slots)
{
    return slot + 1 == slots ? 0 : slot + 1;
}

static uint32_t entry_number(const uint8_t *entry)
{
    uint32_t number;

    memcpy(&number, entry, sizeof number);
    return number;
}

/* The slot of the name that begins at the key's label `from`, or the empty one where it would be.
 */
static size_t find_slot(const NameSet *set, const NameKey *key, unsigned from)
{
    const uint8_t *wire = key->name.wire + key->starts[from];
    uint8_t length = (uint8_t)(key->name.length - 1 - key->starts[from]);
    uint8_t tag = tag_of(key->hashes[from]);
    size_t slot = slot_of(key->hashes[from], set->slots);

    for (; set->tags[slot]; slot = next_slot(slot, set->slots)) {
        const uint8_t *entry = set->names + set->places[slot];

        if (set->tags[slot] == tag && entry[4] == length &&
            memcmp(entry + ENTRY_HEADER, wire, length) == 0)
            break;
    }
    return slot;
}

static void place(NameSet *set, uint64_t hash, uint32_t where)
{
    size_t slot = slot_of(hash, set->slots);

    while (set->tags[slot])
        slot = next_slot(slot, set->slots);
    set->tags[slot] = tag_of(hash);
    set->places[slot] = where;
}

/* A table of another size: each name finds its new slot. */
static void resize(NameSet *set, size_t slots)
{
    g_free(set->tags);
    g_free(set->places);
    set->slots = slots;
    set->tags = g_new0(uint8_t, slots);
    set->places = g_new(uint32_t, slots);
    for (size_t at = 0; at < set->names_length; at += ENTRY_HEADER + set->names[at + 4]) {
        Name name = {.length = (uint8_t)(set->names[at + 4] + 1)};
        NameKey key;

        memcpy(name.wire, set->names + at + ENTRY_HEADER, set->names[at + 4]);
        name_key_init(&key, &name);
        place(set, key.hashes[0], (uint32_t)at);
    }
}

static void append(NameSet *set, const NameKey *key, uint32_t number)
{
    uint8_t length = (uint8_t)(key->name.length - 1);
    uint8_t *entry;

    if (set->names_length + ENTRY_HEADER + length > set->names_capacity) {
        set->names_capacity = set->names_capacity * 3 / 2 + 1024;
        set->names = g_realloc(set->names, set->names_capacity);
    }
    entry = set->names + set->names_length;
    memcpy(entry, &number, sizeof number);
    entry[4] = length;
    memcpy(entry + ENTRY_HEADER, key->name.wire, length);
    set->names_length += ENTRY_HEADER + (size_t)length;
}

NameSet *name_set_new(void)
{
    NameSet *set = g_new0(NameSet, 1);

    resize(set, FIRST_SLOTS);
    return set;
}

void name_set_free(NameSet *set)
{
    if (!set)
        return;
    g_free(set->names);
    g_free(set->tags);
    g_free(set->places);
    g_free(set);
}

Status name_set_add(NameSet *set, const NameKey *key, bool below, uint32_t value)
{
    uint32_t number = value | (below ? BELOW : 0);
    size_t slot;

    if (key->labels == 0 || value > NAME_SET_MAX_VALUE)
        return STATUS_INVALID;
    if (set->names_length + ENTRY_HEADER + NAME_MAX_WIRE > UINT32_MAX)
        return STATUS_LIMIT;
    slot = find_slot(set, key, 0);
    if (set->tags[slot]) {
        uint8_t *entry = set->names + set->places[slot];

        if (below && !(entry_number(entry) & BELOW))
            memcpy(entry, &number, sizeof number);
        return STATUS_OK;
    }
    set->tags[slot] = tag_of(key->hashes[0]);
    set->places[slot] = (uint32_t)set->names_length;
    append(set, key, number);
    if (++set->count * 4 > set->slots * 3)
        resize(set, set->slots * 2);
    return STATUS_OK;
}

void name_set_seal(NameSet *set)
{
    resize(set, set->count * 4 / 3 + 2);
    set->names_capacity = set->names_length;
    set->names = g_realloc(set->names, set->names_length);
}

bool name_set_find(const NameSet *set, const NameKey *key, NameMatch *match)
{
    if (!set || set->count == 0)
        return false;
    for (unsigned from = 0; from < key->labels; from++) {
        size_t slot = find_slot(set, key, from);
        uint32_t number;

        if (!set->tags[slot])
            continue;
        number = entry_number(set->names + set->places[slot]);
        if (from > 0 && !(number & BELOW))
            continue;
        *match = (NameMatch){.value = number & NAME_SET_MAX_VALUE,
                             .start = key->starts[from],
                             .below = (number & BELOW) != 0};
        return true;
    }
    return false;
}

size_t name_set_count(const NameSet *set)
{
    return set ? set->count : 0;
}

size_t name_set_bytes(const NameSet *set)
{
    return sizeof *set + set->names_capacity +
           set->slots * (sizeof *set->tags + sizeof *set->places);
}
