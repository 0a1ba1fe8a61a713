/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/**
 * SottoPlainTable: a GtkTreeView for rows that are others many times a second. It looks and sounds
 * like any other, and takes a fraction of the time to draw.
 *
 * It is for a list (no tree) in fixed height mode, of which at most one row is selected; each
 * column has one cell, words from a text of the model ("text") or an icon by its name
 * ("icon-name"), and nothing else of a cell comes from the model. Nothing is dragged in it.
 */
#define SOTTO_TYPE_PLAIN_TABLE (sotto_plain_table_get_type())
G_DECLARE_FINAL_TYPE(SottoPlainTable, sotto_plain_table, SOTTO, PLAIN_TABLE, GtkTreeView)
