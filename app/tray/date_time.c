/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the clock is set. There is no standard way to ask a desktop for it, so the launchers of
 * those we know are tried in turn; the first that is installed and fits the desktop wins.
 */
#include "date_time.h"

#include <gio/gdesktopappinfo.h>

static const char *const launchers[] = {
    "gnome-datetime-panel.desktop",       /* GNOME */
    "kcm_clock.desktop",                  /* Plasma */
    "cinnamon-settings-calendar.desktop", /* Cinnamon */
    "mate-time-admin.desktop",            /* MATE */
    "lxqt-admin-time.desktop",            /* LXQt */
    "xfce4-time-settings.desktop",        /* XFCE with xfce4-datetime-setter */
    "time-admin.desktop",
    "time.desktop", /* gnome-system-tools, on any desktop */
};

gboolean date_time_open(void)
{
    g_autoptr(GdkAppLaunchContext) context =
        gdk_display_get_app_launch_context(gdk_display_get_default());

    for (size_t i = 0; i < G_N_ELEMENTS(launchers); i++) {
        g_autoptr(GDesktopAppInfo) info = g_desktop_app_info_new(launchers[i]);
        g_autoptr(GError) error = NULL;
        if (info == NULL || !g_desktop_app_info_get_show_in(info, NULL))
            continue;
        if (g_app_info_launch(G_APP_INFO(info), NULL, G_APP_LAUNCH_CONTEXT(context), &error))
            return TRUE;
        g_message("%s: %s", launchers[i], error->message);
    }
    return FALSE;
}
