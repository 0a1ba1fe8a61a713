/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "answer.h"
#include "name_set.h"

#include <glib.h>

/** What a name is answered with instead: addresses, or what another name has. */
typedef struct Cloak {
    const char *label; /* where the rule stands, and in which line (0: not in a file) */
    uint32_t line;
    Name *alias;         /* NULL: the addresses */
    GByteArray *v4, *v6; /* so many times 4 and 16 octets; may be empty */
} Cloak;

/** Cloaks by name. Made once, then only read. */
typedef struct Cloaks Cloaks;

Cloaks *cloaks_new(void);
/** NULL is allowed. */
void cloaks_free(Cloaks *cloaks);

/** Gives `name` (with what is below it, if `below`) an address of 4 or 16 octets; more of them may
 * follow. `label` is interned or static. STATUS_INVALID for a name that is an alias. */
Status cloaks_add_address(Cloaks *cloaks, const Name *name, bool below, const uint8_t *address,
                          size_t length, const char *label, uint32_t line) must_check;
/** Makes it an alias. STATUS_INVALID for a name that has something already. */
Status cloaks_add_alias(Cloaks *cloaks, const Name *name, bool below, const Name *alias,
                        const char *label, uint32_t line) must_check;
size_t cloaks_count(const Cloaks *cloaks);

/** What stands for a name. */
typedef struct CloakMatch {
    const Cloak *cloak; /* the rule of the name itself */
    const Name *alias;  /* where the way by way of aliases ends; NULL: at the cloak itself */
    const Cloak *end;   /* that has the addresses; NULL: the alias is to be asked of a resolver */
} CloakMatch;

/** Follows aliases of aliases a few steps; a name that leads back to itself is its own way out, so
 * that all below google.com can be an alias of a name there. `cloaks` may be NULL. */
bool cloaks_find(const Cloaks *cloaks, const NameKey *key, CloakMatch *match);

/** The same question about the alias. `asked` borrows `out`. STATUS_NO_SPACE; STATUS_MALFORMED
 * cannot be. */
Status cloak_query(const Message *query, const Name *alias, uint8_t *out, size_t capacity,
                   Message *asked) must_check;

/**
 * The answer for `query` from that for its alias: the same records after a CNAME, names written
 * out. `scratch` takes it and is borrowed by `out`, whose TTLs have been lowered already.
 * STATUS_MALFORMED, STATUS_NO_SPACE.
 */
Status cloak_answer(const Answer *answer, const Message *query, const Name *alias, uint8_t *scratch,
                    size_t capacity, Answer *out) must_check;
