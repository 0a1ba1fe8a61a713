/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"
#include "ruleset.h"

/** What would answer. */
typedef enum ExplanationSource {
    EXPLANATION_RULE,     /* the user's, without asking anybody */
    EXPLANATION_SPECIAL,  /* Sotto itself: special and local names, kinds of question */
    EXPLANATION_CACHE,    /* an answer that is kept */
    EXPLANATION_STALE,    /* the same, expired: in want of a better one */
    EXPLANATION_RESOLVER, /* a resolver of the plan */
    EXPLANATION_ROUTE,    /* the servers of a route */
    EXPLANATION_NONE,     /* nobody: there is no resolver */
} ExplanationSource;

/** "rule", "special", "cache", "stale", "resolver", "route", "none". */
const char *explanation_source_name(ExplanationSource source);

/** How a question would be answered. Texts are never NULL; "" where there is nothing to say. */
typedef struct Explanation {
    ExplanationSource source;
    char *summary;            /* one sentence */
    char rule[RULE_MAX_TEXT]; /* list and line */
    char *answer;             /* response code or addresses, if known already */
    uint32_t ttl_s;           /* that is left in the cache */
    char *resolver;           /* that would be asked first, by its id */
    char *endpoint;           /* as endpoint_describe writes it */
    const char *protocol;     /* endpoint_kind_name */
    GPtrArray *steps;         /* char*: the way of the question, one sentence each */
} Explanation;

/** Says what would answer a client's question now, without asking anybody and without changing what
 * would happen next. */
void engine_explain(Engine *engine, const Name *name, uint16_t type, Explanation *explanation);
void explanation_clear(Explanation *explanation);
