/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resolver_calls.h"

#include <gtk/gtk.h>

/**
 * Everything about one resolver: who it is, what it says of itself, how it is reached and by which
 * keys, and whom the connections to it reached.
 *
 * Signal "closed" (no arguments): the user wants the list again, or there is no such resolver now.
 * Signal "relay" (no arguments): the user wants to choose a relay for it.
 */
#define SOTTO_TYPE_RESOLVER_DETAILS (sotto_resolver_details_get_type())
G_DECLARE_FINAL_TYPE(SottoResolverDetails, sotto_resolver_details, SOTTO, RESOLVER_DETAILS, GtkBin)

/** All (transfer none) outlive it. */
SottoResolverDetails *sotto_resolver_details_new(SottoHelper *helper, Catalogue *catalogue,
                                                 SottoResolverCalls *calls);

/** Turns to the resolver of that id; to be done before it is shown. */
void sotto_resolver_details_open(SottoResolverDetails *details, const char *id);
/** The id of the resolver it is about, "" before any (transfer none). */
const char *sotto_resolver_details_id(SottoResolverDetails *details);
/** Asks anew for what may have changed, if it is seen. */
void sotto_resolver_details_update(SottoResolverDetails *details);
