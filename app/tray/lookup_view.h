/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lookup_model.h"

#include <gtk/gtk.h>

/**
 * SottoLookupView: lookups in a table, as many columns as there is room for. It follows the newest
 * ones while its top is in sight and no row is chosen; else what is read stays where it is.
 *
 * Signal "shown" (no arguments): another part of the model is in sight, or unseen() is another
 * number.
 * Signal "chosen" (no arguments): another row is chosen, or none.
 * Signal "menu" (GdkEvent): the pointer asks for the menu of the row just chosen.
 */
#define SOTTO_TYPE_LOOKUP_VIEW (sotto_lookup_view_get_type())
G_DECLARE_FINAL_TYPE(SottoLookupView, sotto_lookup_view, SOTTO, LOOKUP_VIEW, GtkBox)

/** Shows another model, from its top; NULL: none. */
void sotto_lookup_view_set_model(SottoLookupView *view, SottoLookupModel *model);

/** To the newest, and with them from now on; no row is chosen then. */
void sotto_lookup_view_follow(SottoLookupView *view);

/** How many rows came above what is in sight, since it does not follow. */
guint64 sotto_lookup_view_unseen(SottoLookupView *view);

/** The chosen one, in sight or not; NULL for none (transfer none, until the next turn of the loop).
 */
const SottoLookup *sotto_lookup_view_chosen(SottoLookupView *view);
void sotto_lookup_view_choose_none(SottoLookupView *view);

/** The table, which has the keyboard's focus (transfer none). */
GtkWidget *sotto_lookup_view_table(SottoLookupView *view);
/** Where in the table the chosen row is, for a menu to stand at. */
void sotto_lookup_view_chosen_place(SottoLookupView *view, GdkRectangle *place);
