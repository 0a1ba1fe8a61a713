/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <handy.h>

/**
 * The heading of an operator's resolvers in the list: its name, how many there are, and a button
 * that shows or hides them.
 *
 * Signal "toggled" (no arguments): the user wants them shown, or hidden again.
 */
#define SOTTO_TYPE_OPERATOR_ROW (sotto_operator_row_get_type())
G_DECLARE_FINAL_TYPE(SottoOperatorRow, sotto_operator_row, SOTTO, OPERATOR_ROW, HdyActionRow)

SottoOperatorRow *sotto_operator_row_new(const char *name, guint count);
gboolean sotto_operator_row_is_open(SottoOperatorRow *row);
