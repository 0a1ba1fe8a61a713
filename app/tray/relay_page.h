/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resolver_calls.h"

#include <gtk/gtk.h>

/**
 * Which relay carries the lookups to one resolver, or to all that have no choice of their own.
 *
 * Signal "closed" (no arguments): the user is done.
 */
#define SOTTO_TYPE_RELAY_PAGE (sotto_relay_page_get_type())
G_DECLARE_FINAL_TYPE(SottoRelayPage, sotto_relay_page, SOTTO, RELAY_PAGE, GtkBin)

/** All (transfer none) outlive it. */
SottoRelayPage *sotto_relay_page_new(SottoHelper *helper, Catalogue *catalogue,
                                     SottoResolverCalls *calls);

/** Turns to the resolver of that id ("": to all of them); to be done before it is shown. */
void sotto_relay_page_open(SottoRelayPage *page, const char *id);
/** Shows the choice as it is, if it is seen. */
void sotto_relay_page_update(SottoRelayPage *page);
