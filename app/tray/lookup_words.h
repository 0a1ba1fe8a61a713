/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lookup_item.h"

/** One lookup of the query log in words (transfer full, where nothing else is said). */

/** "14:32:05"; "" of a gap. */
char *lookup_words_time(const SottoLookup *lookup);

/** What was looked up, or what a gap is: "217 lookups were lost here". */
char *lookup_words_name(const SottoLookup *lookup);

/** Where the answer came from, in a word or two (static). */
const char *lookup_words_kind(SottoLookupKind kind);

/** The same with the rule that decided: "Blocked by ads.txt line 12". */
char *lookup_words_answer(const SottoLookup *lookup);

/** "12 ms"; "" where nobody was waited for. */
char *lookup_words_latency(const SottoLookup *lookup);

/** All that is known of it, beside the name: "14:32:05 · AAAA · Answered by Quad9 over DNS over TLS
 * in 12 ms". */
char *lookup_words_details(const SottoLookup *lookup);
