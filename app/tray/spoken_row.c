/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pair of words for the eye and the ear: see the header. */
#include "spoken_row.h"

void spoken_row_set(HdyActionRow *row, const char *title, const char *subtitle)
{
    AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(row));

    hdy_preferences_row_set_title(HDY_PREFERENCES_ROW(row), title);
    hdy_action_row_set_subtitle(row, subtitle);
    atk_object_set_name(accessible, title);
    atk_object_set_description(accessible, subtitle);
}
