/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HdyActionRow tells a screen reader its title and subtitle; a row that is laid out otherwise has
 * to do so itself.
 */
#include "row_words.h"

void row_words_set(HdyPreferencesRow *row, GtkLabel *name, GtkLabel *detail, const char *title,
                   const char *subtitle)
{
    AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(row));

    hdy_preferences_row_set_title(row, title);
    gtk_label_set_text(name, title);
    gtk_label_set_text(detail, subtitle);
    atk_object_set_name(accessible, title);
    atk_object_set_description(accessible, subtitle);
}
