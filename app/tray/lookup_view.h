/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lookup_model.h"

#include <gtk/gtk.h>

/**
 * SottoLookupView: lookups in a table, as many columns as there is room for. It follows the newest
 * ones while its top is in sight and no row is chosen; else what is read stays where it is.
 *
 * Signal "following" (no arguments): sotto_lookup_view_unseen() may tell another number.
 */
#define SOTTO_TYPE_LOOKUP_VIEW (sotto_lookup_view_get_type())
G_DECLARE_FINAL_TYPE(SottoLookupView, sotto_lookup_view, SOTTO, LOOKUP_VIEW, GtkTreeView)

/** Shows another model, from its top; NULL: none. */
void sotto_lookup_view_set_model(SottoLookupView *view, SottoLookupModel *model);

/** To the newest, and with them from now on; no row is chosen then. */
void sotto_lookup_view_follow(SottoLookupView *view);

/** How many rows came above what is in sight, since it does not follow. */
guint64 sotto_lookup_view_unseen(SottoLookupView *view);

/** The chosen one; NULL for none (transfer none, until the next turn of the loop). */
const SottoLookup *sotto_lookup_view_chosen(SottoLookupView *view);

/** Chooses the row at a place of the view's own window; FALSE where none is. */
gboolean sotto_lookup_view_choose_at(SottoLookupView *view, int x, int y);
/** Where the chosen row is, for a menu to stand at. */
void sotto_lookup_view_chosen_place(SottoLookupView *view, GdkRectangle *place);
