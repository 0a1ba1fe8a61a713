/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The end of the session reaches the app on one of three ways, each of which it answers by ending,
 * without a word, as nothing is wrong and protection is the helper's:
 *
 *  - the session manager says so: GtkApplication has registered with it ("register-session") and
 *    quits. Not from a sandbox, which reaches no session manager, and whose portal need not know of
 *    sessions;
 *  - a signal: SIGTERM of systemd or of the session manager, SIGHUP of the terminal it was started
 *    in, SIGINT of Ctrl+C in it;
 *  - the session bus goes: GIO raises SIGTERM, which is the case above;
 *  - the display goes first, an X server that was killed or a compositor that crashed. No call to
 *    it can succeed then, not even those of an orderly end, and GDK would complain and fail. What
 * is unsaved of this app is nothing, so it ends on the spot.
 */
#include "session_end.h"

#include <gdk/gdk.h>
#include <glib-unix.h>
#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>
#endif
#ifdef GDK_WINDOWING_WAYLAND
#include <gdk/gdkwayland.h>
#include <wayland-client.h>
#endif
#include <unistd.h>

#define SIGNALS 3

struct SessionEnd {
    GDBusConnection *bus; /* NULL where there is none */
    gulong bus_handler;
    guint sources[SIGNALS];
    guint display_source;
};

static gboolean on_signal(gpointer application)
{
    g_application_quit(application);
    return G_SOURCE_CONTINUE;
}

/* GIO would raise SIGTERM, after which there is nobody left to say farewell to, as the tray's
 * library would try. */
G_NORETURN static void on_bus_gone(void)
{
    _exit(EXIT_SUCCESS);
}

#ifdef GDK_WINDOWING_X11
/* Xlib would end the program upon its return. */
G_NORETURN static int on_x_server_gone(Display *display)
{
    _exit(EXIT_SUCCESS);
}
#endif

#ifdef GDK_WINDOWING_WAYLAND
G_NORETURN static gboolean on_compositor_gone(int fd, GIOCondition condition, gpointer data)
{
    _exit(EXIT_SUCCESS);
}
#endif

/* GDK looks at the display's connection too; with the higher priority, this one sees its end first.
 */
static guint watch_display(GdkDisplay *display)
{
#ifdef GDK_WINDOWING_WAYLAND
    if (GDK_IS_WAYLAND_DISPLAY(display))
        return g_unix_fd_add_full(G_PRIORITY_HIGH,
                                  wl_display_get_fd(gdk_wayland_display_get_wl_display(display)),
                                  G_IO_HUP | G_IO_ERR, on_compositor_gone, NULL, NULL);
#endif
#ifdef GDK_WINDOWING_X11
    if (GDK_IS_X11_DISPLAY(display))
        XSetIOErrorHandler(on_x_server_gone); /* GDK's, set as the display was opened */
#endif
    return 0;
}

SessionEnd *session_end_new(GApplication *application)
{
    static const int signals[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    GDBusConnection *bus = g_application_get_dbus_connection(application);
    SessionEnd *end = g_new0(SessionEnd, 1);

    if (bus != NULL) {
        end->bus = g_object_ref(bus);
        end->bus_handler = g_signal_connect(bus, "closed", G_CALLBACK(on_bus_gone), NULL);
    }
    for (size_t i = 0; i < SIGNALS; i++)
        end->sources[i] = g_unix_signal_add(signals[i], on_signal, application);
    end->display_source = watch_display(gdk_display_get_default());
    return end;
}

void session_end_free(SessionEnd *end)
{
    for (size_t i = 0; i < SIGNALS; i++)
        g_source_remove(end->sources[i]);
    g_clear_handle_id(&end->display_source, g_source_remove);
    if (end->bus != NULL)
        g_signal_handler_disconnect(end->bus, end->bus_handler);
    g_clear_object(&end->bus);
    g_free(end);
}
