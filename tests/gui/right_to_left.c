/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GTK module, named in GTK_MODULES: lays the program out from the right, as it is for those who
 * read Arabic or Hebrew. GTK takes the direction from its own translations, which are not installed
 * everywhere; a test must not depend on them.
 */
#include <gtk/gtk.h>

G_MODULE_EXPORT void gtk_module_init(int *argc, char ***argv);

void gtk_module_init(int *argc, char ***argv)
{
    gtk_widget_set_default_direction(GTK_TEXT_DIR_RTL);
}
