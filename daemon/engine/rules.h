/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "answer.h"
#include "message.h"
#include "plan.h"
#include "reply.h"
#include "ruleset.h"

/** What decided about a question before the cache was asked. */
typedef enum VerdictReason {
    VERDICT_ORDINARY, /* nothing */
    VERDICT_KIND,     /* what is asked, not the name: zone transfers, other classes */
    VERDICT_SPECIAL,  /* the name means the same to every resolver (special.h) */
    VERDICT_LOCAL,    /* a local name that no route takes */
    VERDICT_BLOCKED,  /* a list of the user's */
    VERDICT_ALLOWED,  /* the same, against another that blocks it */
    VERDICT_CLOAKED,  /* the user gave the name another answer */
    VERDICT_DIRECTED, /* the user said whom to ask: a route has it, whatever lists say */
} VerdictReason;

/** What is to become of a question. It borrows from plan and rules. */
typedef struct Verdict {
    VerdictReason reason;
    bool answered;      /* with `reply`; else ask: the cache, then the route or the plan */
    int route;          /* index in the plan's routes; -1 none */
    const Name *alias;  /* ask for this name instead, and answer by way of it; NULL: as asked */
    ReplyContent reply; /* may point into this very verdict */
    const char *why;    /* one sentence; "" where the reason says it all */
    char rule[RULE_MAX_TEXT]; /* the user's that decided: list and line, or whose name; "" none */
    Name made_alias;          /* `alias`, where it is nobody's */
} Verdict;

/**
 * Judges a well-formed query: what we never forward, what the user's rules (NULL: none) say, else
 * which route its name takes, the longest suffix winning; and local names have no other way.
 */
void rules_judge(const Plan *plan, const Ruleset *rules, const Message *query, Verdict *verdict);

/**
 * Whether an answer leads over another name (CNAME) that the user's lists block, while the name
 * that was asked for is not allowed by one (`asked` is its verdict): `verdict` then has what is
 * answered instead. Trackers hide behind names of the sites that they are on.
 */
bool rules_judge_answer(const Ruleset *rules, const Verdict *asked, const Message *query,
                        const Answer *answer, Verdict *verdict);

/** Judges the query as one for `alias`, which its name is an alias of by no rule of the user's;
 * `why` is one sentence. Both are borrowed by the verdict. */
void rules_judge_alias(const Plan *plan, const Ruleset *rules, const Message *query,
                       const Name *alias, const char *why, Verdict *verdict);

/** Turns a verdict that leads somewhere into "no such name"; `why` is one sentence. */
void rules_withhold(Verdict *verdict, const char *why);
