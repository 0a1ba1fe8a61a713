/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resolver_item.h"

/** What is said of a resolver, in the user's language. All strings (transfer full), never NULL. */

/** "Quad9 Foundation · Switzerland · no logs · DNSSEC · DoT" */
char *resolver_words_summary(SottoResolver *resolver);
/** What it says of itself: "no logs · blocks malware"; "" nothing. */
char *resolver_words_promises(SottoResolver *resolver);
/** "DNSCrypt · DoT" */
char *resolver_words_protocols(SottoResolver *resolver);
/** "from public-resolvers"; "" for what is built in or the user's own. */
char *resolver_words_source(SottoResolver *resolver);
/** "8 ms"; "" while nobody measured. */
char *resolver_words_latency(SottoResolver *resolver);
/** What matters most of one that has something wrong; "" when nothing has. */
char *resolver_words_warning(SottoResolver *resolver);

/** All that a search may find of it, casefolded. */
char *resolver_words_search_text(SottoResolver *resolver);
/** Whether each of the words (casefolded, NULL-terminated) occurs in such a text. */
gboolean resolver_words_match(const char *text, const char *const *words);
/** What was typed into a search as such words; NULL: nothing was. */
char **resolver_words_typed(const char *text);
