/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <handy.h>

/**
 * One way to a resolver in the list of them: a radio button, its name, and what it is.
 *
 * Signal "chosen" (no arguments): the user picked it. Never emitted by sotto_relay_row_set_active.
 */
#define SOTTO_TYPE_RELAY_ROW (sotto_relay_row_get_type())
G_DECLARE_FINAL_TYPE(SottoRelayRow, sotto_relay_row, SOTTO, RELAY_ROW, HdyActionRow)

/** `choice` is what SetRelay takes. `group` (may be NULL): any other row of the same list. */
SottoRelayRow *sotto_relay_row_new(const char *choice, const char *name, const char *detail,
                                   SottoRelayRow *group);
const char *sotto_relay_row_choice(SottoRelayRow *row);
void sotto_relay_row_set_active(SottoRelayRow *row, gboolean active);
/** Whether each of the words (casefolded, NULL-terminated) occurs in what it says. */
gboolean sotto_relay_row_matches(SottoRelayRow *row, const char *const *words);
