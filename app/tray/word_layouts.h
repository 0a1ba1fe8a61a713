/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** The words of a table's column as they are laid out: what was asked for of late is laid out
 * once. */
typedef struct WordLayouts WordLayouts;

/** For a table's renderer of words (both borrowed; they outlive it). */
WordLayouts *word_layouts_new(GtkWidget *table, GtkCellRendererText *renderer);
void word_layouts_free(WordLayouts *layouts);

/** Words in so many pixels of width, as the renderer would lay them out (transfer none, until the
 * next one is asked for). */
PangoLayout *word_layouts_get(WordLayouts *layouts, const char *words, int width);
