/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lookup_item.h"

/** Which lookups are shown: those that have every word of a search in one of their texts (upper
 * and lower case are the same), or all; and of these all, or the blocked ones. */
typedef struct LookupFilter LookupFilter;

LookupFilter *lookup_filter_new(const char *search, gboolean only_blocked);
void lookup_filter_free(LookupFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LookupFilter, lookup_filter_free)

/** Whether it lets everything through. */
gboolean lookup_filter_is_open(const LookupFilter *filter);
/** A gap is shown only where everything is: between lookups that are left out it says nothing. */
gboolean lookup_filter_matches(const LookupFilter *filter, const SottoLookup *lookup);
