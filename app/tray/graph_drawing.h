/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

typedef enum {
    GRAPH_BARS, /* the series of a point stand on each other */
    GRAPH_LINES /* each series is a line of its own; a value of 0 is a gap in it: nothing is known
                 */
} GraphKind;

typedef struct GraphSeries {
    const char *title; /* for the legend; translated when it is shown */
    const char *style; /* class in ui/style.css that has its colour */
} GraphSeries;

/** What never changes of a graph: at most GRAPH_SERIES series, and how a value is written at the
 * axis (transfer full). Static. */
#define GRAPH_SERIES 3
typedef struct GraphForm {
    GraphKind kind;
    guint series_count;
    GraphSeries series[GRAPH_SERIES];
    char *(*format)(double value);
} GraphForm;

/** What changes: `points` times `series_count` values, those of a point together; labels of the
 * points, or NULL. */
typedef struct GraphData {
    guint points;
    const double *values;
    const char *const *labels;
} GraphData;

/** Paints the graph over the whole of `area`, in the colours of its style, from the right where
 * that is how people read. */
void graph_draw(GtkWidget *area, cairo_t *cr, const GraphForm *form, const GraphData *data);

/** The point below `x`, or -1. */
int graph_point_at(GtkWidget *area, const GraphForm *form, const GraphData *data, double x);

/** How the fill, or the mark, of a series looks, as a character for the legend: colour alone tells
 * it to most people only. */
const char *graph_sample(GraphKind kind, guint series);
