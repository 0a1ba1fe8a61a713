/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "document.h"
#include "resolver_item.h"

/** What a resolver offers, as words of the table and of the search: "dnssec no-logs" (transfer
 * full). */
char *feature_words(SottoResolver *resolver);
/** The same in JSON, a flag each, by the keys of the contract. */
void feature_words_add_json(JsonBuilder *document, SottoResolver *resolver);
