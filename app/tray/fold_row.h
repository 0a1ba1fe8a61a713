/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <handy.h>

/**
 * The heading of what is folded below it in a list: a title, what stands there in a word, and a
 * button that shows or hides it.
 *
 * Signal "toggled" (no arguments): the user wants it shown, or hidden again.
 */
#define SOTTO_TYPE_FOLD_ROW (sotto_fold_row_get_type())
G_DECLARE_FINAL_TYPE(SottoFoldRow, sotto_fold_row, SOTTO, FOLD_ROW, HdyActionRow)

SottoFoldRow *sotto_fold_row_new(const char *title, const char *detail);
void sotto_fold_row_set_words(SottoFoldRow *row, const char *title, const char *detail);
void sotto_fold_row_set_detail(SottoFoldRow *row, const char *detail);
gboolean sotto_fold_row_is_open(SottoFoldRow *row);
void sotto_fold_row_set_open(SottoFoldRow *row, gboolean open);
/** `widget` (transfer none) is to be seen while the row is open. */
void sotto_fold_row_hold(SottoFoldRow *row, GtkWidget *widget);
