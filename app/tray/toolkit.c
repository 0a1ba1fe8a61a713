/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What windows and dialogs have in common: they look as the desktop prefers, and as ui/style.css
 * says.
 */
#include "toolkit.h"

#include <gtk/gtk.h>
#include <handy.h>

void toolkit_prepare(void)
{
    static gboolean prepared;
    g_autoptr(GtkCssProvider) css = NULL;

    if (prepared)
        return;
    prepared = TRUE;
    hdy_init();
    hdy_style_manager_set_color_scheme(hdy_style_manager_get_default(),
                                       HDY_COLOR_SCHEME_PREFER_LIGHT);
    css = gtk_css_provider_new();
    gtk_css_provider_load_from_resource(css, "/io/github/sottodns/Sotto/style.css");
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(), GTK_STYLE_PROVIDER(css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}
