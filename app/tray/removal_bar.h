/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"
#include "rule_row.h"

/**
 * Removes rules of the user's own, says which one is gone, and offers to undo it.
 *
 * Signal "undoing" (string): the rule of this name is about to be there again.
 */
#define SOTTO_TYPE_REMOVAL_BAR (sotto_removal_bar_get_type())
G_DECLARE_FINAL_TYPE(SottoRemovalBar, sotto_removal_bar, SOTTO, REMOVAL_BAR, GtkInfoBar)

/** To be called once, after construction. `helper` outlives the bar. */
void sotto_removal_bar_follow(SottoRemovalBar *bar, SottoHelper *helper);

void sotto_removal_bar_remove(SottoRemovalBar *bar, SottoRuleRow *row);

/** These rules (of SottoRule, transfer none) are in force now: what is among them again is not to
 * be undone. */
void sotto_removal_bar_check(SottoRemovalBar *bar, const GPtrArray *rules);

/** Nothing is offered any more. */
void sotto_removal_bar_hide(SottoRemovalBar *bar);
