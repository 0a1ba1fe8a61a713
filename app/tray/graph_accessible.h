/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk-a11y.h>
#include <gtk/gtk.h>

/** What assistive technology finds where a graph stands: a chart with a value that can be spoken,
 * and nothing below it. */
#define SOTTO_TYPE_GRAPH_ACCESSIBLE (sotto_graph_accessible_get_type())
G_DECLARE_FINAL_TYPE(SottoGraphAccessible, sotto_graph_accessible, SOTTO, GRAPH_ACCESSIBLE,
                     GtkContainerAccessible)

/** Its number, and the words for it, which are its description too. */
void sotto_graph_accessible_set_value(SottoGraphAccessible *accessible, double value,
                                      const char *text);
