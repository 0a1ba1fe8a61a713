/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resolver_item.h"

#include <gtk/gtk.h>
#include <handy.h>

/**
 * One resolver in the list: a real radio button (a GtkListBoxRow has no accessible action), its
 * name, what it is, how fast it answered, its star, and the way to its details.
 *
 * Signal "chosen" (no arguments): the user picked it. Never emitted by
 * sotto_resolver_row_set_active.
 * Signal "starred" (gboolean favourite): the user wants it in the tray's menu, or no longer.
 * Signal "opened" (no arguments): the user wants its details.
 */
#define SOTTO_TYPE_RESOLVER_ROW (sotto_resolver_row_get_type())
G_DECLARE_FINAL_TYPE(SottoResolverRow, sotto_resolver_row, SOTTO, RESOLVER_ROW, HdyActionRow)

/** `resolver` NULL: the row "Automatic". `group` (may be NULL): any other row of the same list. */
SottoResolverRow *sotto_resolver_row_new(SottoResolver *resolver, SottoResolverRow *group);

/** Shows newer facts of the same resolver. */
void sotto_resolver_row_set_resolver(SottoResolverRow *row, SottoResolver *resolver);

/** Whether its star stands where the user put it, and not as it is. */
gboolean sotto_resolver_row_is_touched(SottoResolverRow *row);

/** What SetResolver takes. */
const char *sotto_resolver_row_id(SottoResolverRow *row);
const char *sotto_resolver_row_name(SottoResolverRow *row);

void sotto_resolver_row_set_active(SottoResolverRow *row, gboolean active);
/** Where the keyboard comes back to from the details. */
void sotto_resolver_row_focus_details(SottoResolverRow *row);
