/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** How a fact is written. */
typedef enum {
    FACT_WORDS,
    FACT_CODE, /* to be compared or copied letter by letter, with a button that does */
} FactKind;

/** A fact in a list: what it is, in small, and below it what is so, which can be selected. */
#define SOTTO_TYPE_FACT_ROW (sotto_fact_row_get_type())
G_DECLARE_FINAL_TYPE(SottoFactRow, sotto_fact_row, SOTTO, FACT_ROW, GtkListBoxRow)

SottoFactRow *sotto_fact_row_new(void);
void sotto_fact_row_set(SottoFactRow *row, const char *caption, const char *value, FactKind kind);
