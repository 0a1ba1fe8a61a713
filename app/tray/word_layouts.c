/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GtkCellRendererText lays its words out anew for every cell and every frame, twice where they may
 * be shortened. Finding the glyphs is most of what drawing a table costs, and most words of a table
 * were there a moment ago: a type, an answer, a time of day, a row that moved on by a few places.
 *
 * Layouts are kept in two halves. When the younger one is full it becomes the older one, and what
 * nobody has asked for since then goes. A change of font or direction is Pango's to notice: a
 * layout follows its context.
 */
#include "word_layouts.h"

#define HALF 128 /* layouts, a kilobyte or two each */

struct WordLayouts {
    GtkWidget *table;
    GtkCellRendererText *renderer;
    int width;                /* that all of them are for */
    GHashTable *young, *aged; /* words → PangoLayout */
};

static GHashTable *make_half(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
}

static PangoLayout *lay_out(WordLayouts *layouts, const char *words)
{
    PangoLayout *layout = gtk_widget_create_pango_layout(layouts->table, words);
    g_autoptr(PangoAttrList) attributes = NULL;
    PangoEllipsizeMode ellipsize;
    gboolean single_paragraph;

    g_object_get(layouts->renderer, "attributes", &attributes, "ellipsize", &ellipsize,
                 "single-paragraph-mode", &single_paragraph, NULL);
    pango_layout_set_attributes(layout, attributes);
    pango_layout_set_single_paragraph_mode(layout, single_paragraph);
    pango_layout_set_ellipsize(layout, ellipsize);
    if (ellipsize != PANGO_ELLIPSIZE_NONE)
        pango_layout_set_width(layout, layouts->width * PANGO_SCALE);
    return layout;
}

static void forget(WordLayouts *layouts)
{
    g_hash_table_remove_all(layouts->young);
    g_hash_table_remove_all(layouts->aged);
}

static void keep(WordLayouts *layouts, char *words, PangoLayout *layout)
{
    if (g_hash_table_size(layouts->young) == HALF) {
        GHashTable *emptied = layouts->aged;
        g_hash_table_remove_all(emptied);
        layouts->aged = layouts->young;
        layouts->young = emptied;
    }
    g_hash_table_insert(layouts->young, words, layout);
}

PangoLayout *word_layouts_get(WordLayouts *layouts, const char *words, int width)
{
    PangoLayout *layout;
    gpointer kept_words, kept_layout;

    if (width != layouts->width)
        forget(layouts);
    layouts->width = width;
    layout = g_hash_table_lookup(layouts->young, words);
    if (layout != NULL)
        return layout;
    if (g_hash_table_steal_extended(layouts->aged, words, &kept_words, &kept_layout)) {
        keep(layouts, kept_words, kept_layout);
        return kept_layout;
    }
    layout = lay_out(layouts, words);
    keep(layouts, g_strdup(words), layout);
    return layout;
}

WordLayouts *word_layouts_new(GtkWidget *table, GtkCellRendererText *renderer)
{
    WordLayouts *layouts = g_new0(WordLayouts, 1);

    layouts->table = table;
    layouts->renderer = renderer;
    layouts->young = make_half();
    layouts->aged = make_half();
    return layouts;
}

void word_layouts_free(WordLayouts *layouts)
{
    g_hash_table_unref(layouts->young);
    g_hash_table_unref(layouts->aged);
    g_free(layouts);
}
