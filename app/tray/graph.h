/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph_drawing.h"

/**
 * A graph with its legend: bars or lines of numbers that are given to it. It stands still until
 * they are given anew, and is painted only while it is seen. Assistive technology finds a chart
 * that says the same in words.
 */
#define SOTTO_TYPE_GRAPH (sotto_graph_get_type())
G_DECLARE_FINAL_TYPE(SottoGraph, sotto_graph, SOTTO, GRAPH, GtkBox)

/** To be called once, after construction. `form` is static; `title` names the graph to those who do
 * not see it. */
void sotto_graph_set_form(SottoGraph *graph, const GraphForm *form, const char *title);

/** New numbers (transfer none, copied). Their words are made here: point by point where points have
 * labels, else the sum of each series. */
void sotto_graph_show(SottoGraph *graph, const GraphData *data);

/** The same words (transfer full), for a report. */
char *sotto_graph_describe(SottoGraph *graph);
