/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows whose controls leave their words no room in a narrow window. GTK 3 does not let a box turn
 * while it is given its place, so that it turns right after, before the next drawing.
 */
#include "folding_box.h"

typedef struct Fold {
    GtkOrientable *box;
    int width;
    gboolean narrow;
    guint source;
} Fold;

static gboolean on_turn(gpointer data)
{
    Fold *fold = data;

    fold->source = 0;
    gtk_orientable_set_orientation(fold->box, fold->narrow ? GTK_ORIENTATION_VERTICAL
                                                           : GTK_ORIENTATION_HORIZONTAL);
    return G_SOURCE_REMOVE;
}

static void on_allocated(GtkWidget *box, GdkRectangle *place, gpointer data)
{
    Fold *fold = data;
    gboolean narrow = place->width < fold->width;

    if (narrow == fold->narrow)
        return;
    fold->narrow = narrow;
    if (fold->source == 0)
        fold->source = g_idle_add_full(G_PRIORITY_HIGH_IDLE, on_turn, fold, NULL);
}

static void fold_free(gpointer data, GClosure *closure)
{
    Fold *fold = data;

    g_clear_handle_id(&fold->source, g_source_remove);
    g_free(fold);
}

void folding_box_follow(GtkWidget *box, int width)
{
    Fold *fold = g_new0(Fold, 1);

    fold->box = GTK_ORIENTABLE(box);
    fold->width = width;
    g_signal_connect_data(box, "size-allocate", G_CALLBACK(on_allocated), fold, fold_free, 0);
}
