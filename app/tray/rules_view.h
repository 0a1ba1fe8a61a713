/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <gtk/gtk.h>

/** The rules about names: what would answer one, the user's own, the configuration's, and files of
 * names. */
#define SOTTO_TYPE_RULES_VIEW (sotto_rules_view_get_type())
G_DECLARE_FINAL_TYPE(SottoRulesView, sotto_rules_view, SOTTO, RULES_VIEW, GtkBin)

/** To be called once, after construction. `helper` outlives the view. */
void sotto_rules_view_follow(SottoRulesView *view, SottoHelper *helper);

/** The helper came or went. */
void sotto_rules_view_update(SottoRulesView *view);

/** The keyboard's focus goes to the search; FALSE where there is nothing to search. */
gboolean sotto_rules_view_focus_search(SottoRulesView *view);
