/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "name.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_LABELS_MAX    127
#define NAME_SET_MAX_VALUE 0x7fffffffu

/**
 * A name made ready to be looked up in any number of sets: in lower case, with a hash for itself
 * and for each name above it.
 */
typedef struct NameKey {
    Name name;                        /* lower case */
    unsigned labels;                  /* the root's not counted */
    uint8_t starts[NAME_LABELS_MAX];  /* where each label begins, from the left */
    uint64_t hashes[NAME_LABELS_MAX]; /* of the name from there on; keyed */
} NameKey;

void name_key_init(NameKey *key, const Name *name);

/**
 * A set of domain names, each alone or with everything below it, and a number for each. Made by
 * one thread; once it is sealed, any number may read it.
 */
typedef struct NameSet NameSet;

/** What a name met: the entry that is the longest part of it. */
typedef struct NameMatch {
    uint32_t value;
    uint8_t start; /* the entry is the name asked for, from this octet on */
    bool below;    /* stands for everything below it, too */
} NameMatch;

NameSet *name_set_new(void);
/** NULL is allowed. */
void name_set_free(NameSet *set);

/** Adds `name`, with everything below it if `below`. A name that is there already keeps its number,
 * unless it stood for itself only and now gains what is below. STATUS_INVALID for the root or a
 * value above NAME_SET_MAX_VALUE, STATUS_LIMIT when the set has 4 GB of names. */
Status name_set_add(NameSet *set, const NameKey *key, bool below, uint32_t value) must_check;
/** Gives back the room that was kept for more. */
void name_set_seal(NameSet *set);

/** Whether an entry stands for the name; no allocation. `set` NULL is an empty one. */
bool name_set_find(const NameSet *set, const NameKey *key, NameMatch *match);

/** 0 for NULL. */
size_t name_set_count(const NameSet *set);
/** What it occupies. */
size_t name_set_bytes(const NameSet *set);
