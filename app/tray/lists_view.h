/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "catalogue.h"

#include <gtk/gtk.h>

/** The signed lists that resolvers come from: when they were fetched, what failed, and a button
 * that fetches them now. */
#define SOTTO_TYPE_LISTS_VIEW (sotto_lists_view_get_type())
G_DECLARE_FINAL_TYPE(SottoListsView, sotto_lists_view, SOTTO, LISTS_VIEW, GtkBox)

/** To be called once. Outlives the view (transfer none). */
void sotto_lists_view_follow(SottoListsView *view, SottoHelper *helper);

/** Asks anew, if it is seen. */
void sotto_lists_view_update(SottoListsView *view);
