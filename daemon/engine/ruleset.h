/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cloak.h"
#include "name_set.h"
#include "own_names.h"

#include <glib.h>

/**
 * What the user wants answered otherwise than a resolver would: an immutable, counted snapshot, as
 * a Plan is. Lists are counted by themselves, since a thread makes new ones while the old are in
 * use, and most of them stay from one snapshot to the next.
 */

/** One list as it was read. Its count is atomic. */
typedef struct RuleList {
    gatomicrefcount references;
    char *label;            /* for people: "ads.txt" */
    NameSet *block, *allow; /* the numbers are lines, 0 where there are none; NULL: no such names */
} RuleList;

RuleList *rule_list_new(const char *label);
RuleList *rule_list_ref(RuleList *list);
void rule_list_unref(RuleList *list);

/** How a blocked name is answered. */
typedef enum BlockAnswer {
    BLOCK_ANSWER_NXDOMAIN, /* there is no such name */
    BLOCK_ANSWER_ZERO,     /* 0.0.0.0 and ::, no data of other types */
    BLOCK_ANSWER_REFUSED,
} BlockAnswer;

typedef struct Ruleset {
    unsigned references;
    GPtrArray *lists; /* RuleList* */
    Cloaks *cloaks;   /* NULL none */
    NameSet *local;   /* more names that only a route may take; NULL none */
    BlockAnswer block_answer;
    OwnNames
        *own; /* what the user said of single names, which comes before all others; NULL none */
    struct Ruleset *base; /* whose cloaks and local names these are; NULL: its own */
} Ruleset;

Ruleset *ruleset_new(void);
/** The same rules with other own names (NULL: none). (transfer full) */
Ruleset *ruleset_with_own(Ruleset *rules, OwnNames *own);
Ruleset *ruleset_ref(Ruleset *rules);
/** NULL is allowed. */
void ruleset_unref(Ruleset *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ruleset, ruleset_unref)

/** A name that some list has. */
typedef struct RuleMatch {
    const RuleList *list;
    NameMatch name;
    bool allows;
} RuleMatch;

/** What the lists say of a name: an entry that allows it wins over all that block it. */
bool ruleset_match(const Ruleset *rules, const NameKey *key, RuleMatch *match);

#define RULE_MAX_TEXT 128
/** "ads.txt line 1234"; the label alone where there are no lines. Returns text. */
const char *rule_format(const char *label, uint32_t line, char text[RULE_MAX_TEXT]);
