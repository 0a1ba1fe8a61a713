/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

typedef enum {
    WORDING_PLAIN, /* what stands in place of %s is a name or a number */
    WORDING_WORDS, /* it may be words of the service itself */
    WORDING_LIST,  /* the same, joined by commas and "and" */
} WordingKind;

/** A sentence with %s in it; `many` where there are plural forms, by the first %s. */
typedef struct WordingPattern {
    const char *one, *many;
    WordingKind kind;
} WordingPattern;

extern const WordingPattern wording_patterns[];
extern const gsize wording_pattern_count;

/** Sentences without a gap. */
extern const char *const wording_sentences[];
extern const gsize wording_sentence_count;
