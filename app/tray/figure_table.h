/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

typedef enum {
    FIGURE_TEXT,
    FIGURE_PROTOCOL, /* a word of the contract */
    FIGURE_DAY,      /* "2026-11-22" */
    FIGURE_COUNT,
    FIGURE_TIME, /* in microseconds; 0 is not known */
    FIGURE_SIZE  /* in bytes */
} FigureKind;

typedef struct FigureColumn {
    const char *title; /* translated when it is shown */
    const char *key;   /* of the contract */
    FigureKind kind;
} FigureColumn;

/** A table of counters: one row for each dictionary of a list, sorted by a click on a heading. */
#define SOTTO_TYPE_FIGURE_TABLE (sotto_figure_table_get_type())
G_DECLARE_FINAL_TYPE(SottoFigureTable, sotto_figure_table, SOTTO, FIGURE_TABLE, GtkTreeView)

/** `columns` is static; `title` names the table to those who do not see its heading. */
GtkWidget *sotto_figure_table_new(const FigureColumn *columns, guint count, const char *title);

/** Shows an aa{sv} (transfer none); NULL: nothing. */
void sotto_figure_table_show(SottoFigureTable *table, GVariant *list);

/** Adds what it shows to `text`: a line a row, columns separated by tabs, headings first. */
void sotto_figure_table_describe(SottoFigureTable *table, GString *text);
