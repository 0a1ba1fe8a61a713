/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What windows and dialogs have in common: they look as the desktop prefers, and as ui/style.css
 * says.
 */
#include "toolkit.h"

#include <gtk/gtk.h>
#include <handy.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

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

#ifdef __GLIBC__
/* The heap of glibc keeps what is freed in its middle until it is told not to. */
static gboolean on_window_gone(gpointer data)
{
    malloc_trim(0);
    return G_SOURCE_REMOVE;
}
#endif

void toolkit_give_back(void)
{
#ifdef __GLIBC__
    g_timeout_add_seconds(1, on_window_gone, NULL); /* what an idle source frees is gone by then */
#endif
}
