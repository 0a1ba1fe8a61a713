/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rule_item.h"

#include <handy.h>

/**
 * A rule of the list: its name, what it does, and Remove where it is the user's own.
 *
 * Signal "unwanted" (no arguments): somebody wants it gone. Once: a row that is asked again must be
 * told with sotto_rule_row_keep() that it stays.
 */
#define SOTTO_TYPE_RULE_ROW (sotto_rule_row_get_type())
G_DECLARE_FINAL_TYPE(SottoRuleRow, sotto_rule_row, SOTTO, RULE_ROW, HdyActionRow)

SottoRuleRow *sotto_rule_row_new(SottoRule *rule);
/** (transfer none) */
SottoRule *sotto_rule_row_rule(SottoRuleRow *row);
/** The keyboard's focus goes to Remove, or to the row. */
void sotto_rule_row_focus(SottoRuleRow *row);
/** It was not removed. */
void sotto_rule_row_keep(SottoRuleRow *row);
