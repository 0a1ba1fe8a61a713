/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What resolved is told by whom, in one look: the properties of its manager object.
 *
 * It sends no signal when they change, but writes files below /run: these and the owner of the bus
 * name lead to another look, one for a burst.
 */
#include "resolved_settings.h"

#include "file_watch.h"
#include "log.h"

#define NAME          "org.freedesktop.resolve1"
#define PATH          "/org/freedesktop/resolve1"
#define CALL_LIMIT_MS 5000
#define SETTLE_MS     200

/* Where resolved writes (if only to find that nothing differs) when a program told it something,
 * and networkd, whom it follows. */
static const char *const folders[] = {"/run/systemd/resolve/", "/run/systemd/netif/links/"};

struct ResolvedSettings {
    BusListener listener;
    GDBusConnection *connection; /* borrowed; NULL while there is no bus */
    GCancellable *cancellable;   /* of one connection's calls */
    guint name_watch;
    bool there;
    GVariant *properties;
    bool reading, again;
    FileWatch *watches[G_N_ELEMENTS(folders)];
    guint settle_source;
    void (*changed)(void *owner);
    void *owner;
};

static void on_properties(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the settings are gone, or their connection */
    ResolvedSettings *settings = data;
    settings->reading = false;
    if (reply == NULL) { /* it is going, or coming: the name tells */
        log_debug("systemd-resolved did not answer reason=%s", error->message);
    } else {
        g_clear_pointer(&settings->properties, g_variant_unref);
        g_variant_get(reply, "(@a{sv})", &settings->properties);
    }
    if (settings->again)
        resolved_settings_read(settings);
    settings->changed(settings->owner);
}

void resolved_settings_read(ResolvedSettings *settings)
{
    settings->again = settings->reading;
    if (settings->reading || !settings->there)
        return;
    settings->reading = true;
    g_dbus_connection_call(settings->connection, NAME, PATH, "org.freedesktop.DBus.Properties",
                           "GetAll", g_variant_new("(s)", NAME ".Manager"),
                           G_VARIANT_TYPE("(a{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           CALL_LIMIT_MS, settings->cancellable, on_properties, settings);
}

static gboolean on_settled(gpointer data)
{
    ResolvedSettings *settings = data;
    settings->settle_source = 0;
    resolved_settings_read(settings);
    return G_SOURCE_REMOVE;
}

/* The files may be written a moment before what they say is in force. */
static void on_files(void *owner)
{
    ResolvedSettings *settings = owner;
    if (settings->settle_source == 0)
        settings->settle_source = g_timeout_add(SETTLE_MS, on_settled, settings);
}

static void on_appeared(GDBusConnection *connection, const char *name, const char *owner,
                        gpointer data)
{
    ResolvedSettings *settings = data;
    settings->there = true;
    resolved_settings_read(settings);
}

static void on_vanished(GDBusConnection *connection, const char *name, gpointer data)
{
    ResolvedSettings *settings = data;
    settings->there = false;
    settings->changed(settings->owner);
}

static void on_bus_up(void *owner, GDBusConnection *connection)
{
    ResolvedSettings *settings = owner;
    settings->connection = connection;
    settings->cancellable = g_cancellable_new();
    settings->name_watch =
        g_bus_watch_name_on_connection(connection, NAME, G_BUS_NAME_WATCHER_FLAGS_AUTO_START,
                                       on_appeared, on_vanished, settings, NULL);
}

static void disconnect(ResolvedSettings *settings)
{
    g_clear_handle_id(&settings->name_watch, g_bus_unwatch_name);
    g_cancellable_cancel(settings->cancellable);
    g_clear_object(&settings->cancellable);
    settings->connection = NULL;
    settings->there = settings->reading = settings->again = false;
}

static void on_bus_down(void *owner)
{
    ResolvedSettings *settings = owner;
    disconnect(settings);
    settings->changed(settings->owner);
}

bool resolved_settings_are_there(const ResolvedSettings *settings)
{
    return settings->there && settings->properties != NULL;
}

GVariant *resolved_settings_get(const ResolvedSettings *settings)
{
    return settings->properties;
}

bool resolved_settings_are_old(const ResolvedSettings *settings)
{
    return settings->reading;
}

ResolvedSettings *resolved_settings_new(Bus *bus, void (*changed)(void *owner), void *owner)
{
    ResolvedSettings *settings = g_new0(ResolvedSettings, 1);
    settings->changed = changed;
    settings->owner = owner;
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++)
        settings->watches[i] = file_watch_new(folders[i], on_files, settings);
    settings->listener = (BusListener){.up = on_bus_up, .down = on_bus_down, .owner = settings};
    bus_listen(bus, &settings->listener);
    return settings;
}

void resolved_settings_free(ResolvedSettings *settings)
{
    if (settings == NULL)
        return;
    bus_unlisten(&settings->listener);
    disconnect(settings);
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++)
        file_watch_free(settings->watches[i]);
    g_clear_handle_id(&settings->settle_source, g_source_remove);
    g_clear_pointer(&settings->properties, g_variant_unref);
    g_free(settings);
}
