/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** What the helper counted in a period, one line a number: today, the last seven days, or since it
 * started, as the user chooses. */
#define SOTTO_TYPE_TOTALS_VIEW (sotto_totals_view_get_type())
G_DECLARE_FINAL_TYPE(SottoTotalsView, sotto_totals_view, SOTTO, TOTALS_VIEW, GtkBox)

/** Shows the dictionary of GetStatistics (transfer none). */
void sotto_totals_view_show(SottoTotalsView *view, GVariant *statistics);

/** Adds what is shown to `text`, one line a row. */
void sotto_totals_view_describe(SottoTotalsView *view, GString *text);
