/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A running Flatpak keeps the files it was started with, so a restart needs a new sandbox: the
 * portal org.freedesktop.portal.Flatpak makes one of the version installed now, for any app and
 * without a permission. Outside of a sandbox the program is simply started again, by its path: an
 * upgrade has put another file there.
 *
 * The new instance takes over the bus name (--gapplication-replace), upon which this one ends: so
 * the window never closes for a program that does not start.
 */
#include "restart.h"

#include "permissions.h"

#include <glib/gi18n.h>
#include <string.h>

#define PORTAL         "org.freedesktop.portal.Flatpak"
#define PORTAL_PATH    "/org/freedesktop/portal/Flatpak"
#define LATEST_VERSION 2u /* FLATPAK_SPAWN_FLAGS_LATEST_VERSION */
#define DELETED        " (deleted)"
#define PATIENCE_S     20

static void give_up(SottoApplication *application, const char *reason)
{
    g_message("no restart: %s", reason);
    sotto_application_report(application, _("Sotto could not restart itself. Close it and open it "
                                            "again; your protection stays as it is."));
}

/* A new instance would have ended this one long since. */
static gboolean on_patience_ended(gpointer application)
{
    give_up(application, "the new instance did not take over");
    return G_SOURCE_REMOVE;
}

static void expect_replacement(SottoApplication *application)
{
    g_timeout_add_seconds_full(G_PRIORITY_DEFAULT, PATIENCE_S, on_patience_ended,
                               g_object_ref(application), g_object_unref);
}

/* The path of this program, NULL when there is no telling (transfer full). */
static char *program_path(void)
{
    char *path = g_file_read_link("/proc/self/exe", NULL);

    if (path != NULL && g_str_has_suffix(path, DELETED)) /* by an upgrade */
        path[strlen(path) - strlen(DELETED)] = '\0';
    return path;
}

/* --- out of a sandbox ----------------------------------------------------------------------- */

static void on_spawned(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoApplication) application = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (reply == NULL)
        give_up(application, error->message);
    else
        expect_replacement(application);
}

static GVariant *spawn_parameters(const char *const *arguments)
{
    GVariantBuilder files, environment, options;

    g_variant_builder_init(&files, G_VARIANT_TYPE("a{uh}"));
    g_variant_builder_init(&environment, G_VARIANT_TYPE("a{ss}"));
    g_variant_builder_init(&options, G_VARIANT_TYPE("a{sv}"));
    return g_variant_new("(^ay^aaya{uh}a{ss}ua{sv})", "/", arguments, &files, &environment,
                         LATEST_VERSION, &options);
}

static void spawn_by_portal(SottoApplication *application, const char *const *arguments)
{
    GDBusConnection *bus = g_application_get_dbus_connection(G_APPLICATION(application));

    if (bus == NULL) {
        give_up(application, "no session bus");
        return;
    }
    g_dbus_connection_call(bus, PORTAL, PORTAL_PATH, PORTAL, "Spawn", spawn_parameters(arguments),
                           G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_spawned,
                           g_object_ref(application));
}

/* --- anywhere else -------------------------------------------------------------------------- */

static void spawn(SottoApplication *application, const char *const *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process = g_subprocess_newv(arguments, G_SUBPROCESS_FLAGS_NONE, &error);

    if (process == NULL)
        give_up(application, error->message);
    else
        expect_replacement(application);
}

void restart(SottoApplication *application)
{
    g_autofree char *program = program_path();
    const char *arguments[] = {program, "--gapplication-replace", NULL};

    if (program == NULL)
        give_up(application, "this program does not know its path");
    else if (permissions_are_limited())
        spawn_by_portal(application, arguments);
    else
        spawn(application, arguments);
}
