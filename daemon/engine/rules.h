/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message.h"
#include "plan.h"

typedef enum VerdictKind {
    VERDICT_RESOLVE,        /* ask: the cache, then the route's resolver or the plan's */
    VERDICT_ERROR,          /* answer with `rcode` */
    VERDICT_NODATA,         /* the name exists, this type of it does not */
    VERDICT_ADDRESS,        /* answer with `address` */
    VERDICT_LOCALHOST_NAME, /* PTR: localhost */
} VerdictKind;

/** What is to become of a question. */
typedef struct Verdict {
    VerdictKind kind;
    int route; /* index in the plan's routes; -1 none */
    unsigned rcode;
    int ede; /* EDE_NONE or an INFO-CODE, with `ede_text` */
    const char *ede_text;
    uint8_t address[16];
    size_t address_length;
} Verdict;

/**
 * Judges a well-formed query: what we never forward (RFC 6761 special names, zone transfers, other
 * classes), else which route its name takes, the longest suffix winning.
 */
void rules_judge(const Plan *plan, const Message *query, Verdict *verdict);

/** Writes the answer of any verdict but VERDICT_RESOLVE. STATUS_NO_SPACE. */
Status rules_answer(const Verdict *verdict, const Message *query, uint8_t *out, size_t capacity,
                    size_t *length) must_check;
