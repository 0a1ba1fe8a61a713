/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sleep, as systemd-logind tells it (org.freedesktop.login1(5)).
 *
 * PrepareForSleep(true) comes before the machine sleeps, and logind waits for everybody who holds a
 * delay lock: so one is held while awake, let go when everything is closed, and taken again after
 * waking. What is closed before is not found dead after: a server forgets a connection within
 * minutes, and the first lookup of the morning would wait for an answer that cannot come.
 *
 * PrepareForSleep(false) also wakes the main loop: GLib's timers stand still while the machine
 * sleeps, and ours, which do not, are looked at again only then.
 */
#include "sleep.h"

#include "log.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#define LOGIND       "org.freedesktop.login1"
#define LOGIND_PATH  "/org/freedesktop/login1"
#define LOGIND_IFACE LOGIND ".Manager"

struct Sleep {
    BusListener listener;
    const SleepEvents *events;
    void *owner;
    GDBusConnection *connection; /* borrowed from the bus; NULL while there is none */
    GCancellable *cancellable;   /* of one connection's calls */
    guint subscription, watch;
    int lock; /* logind's delay lock; -1 none */
};

static void lock_release(Sleep *sleep)
{
    if (sleep->lock >= 0)
        close(sleep->lock);
    sleep->lock = -1;
}

static void on_locked(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GUnixFDList) descriptors = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), &descriptors, result, &error);
    Sleep *sleep = data;
    gint32 index;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* `sleep` may be gone */
    if (reply != NULL && descriptors != NULL) {
        g_variant_get(reply, "(h)", &index);
        lock_release(sleep);
        sleep->lock = g_unix_fd_list_get(descriptors, index, &error);
    }
    if (sleep->lock < 0)
        log_info("logind does not wait for us before the machine sleeps reason=%s",
                 error != NULL ? error->message : "no lock was given");
}

static void lock_take(Sleep *sleep)
{
    g_dbus_connection_call_with_unix_fd_list(
        sleep->connection, LOGIND, LOGIND_PATH, LOGIND_IFACE, "Inhibit",
        g_variant_new("(ssss)", "sleep", "Sotto", "Closing encrypted connections.", "delay"),
        G_VARIANT_TYPE("(h)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, sleep->cancellable,
        on_locked, sleep);
}

static void on_prepare(GDBusConnection *connection, const char *sender, const char *path,
                       const char *interface, const char *signal, GVariant *parameters,
                       gpointer data)
{
    Sleep *sleep = data;
    gboolean falling_asleep;

    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(b)")))
        return;
    g_variant_get(parameters, "(b)", &falling_asleep);
    log_info(falling_asleep ? "the machine falls asleep" : "the machine is awake");
    if (falling_asleep) {
        sleep->events->falling_asleep(sleep->owner);
        lock_release(sleep);
    } else {
        lock_take(sleep);
        sleep->events->awake(sleep->owner);
    }
}

/* logind may come, and come again, after us. */
static void on_logind(GDBusConnection *connection, const char *name, const char *owner,
                      gpointer data)
{
    lock_take(data);
}

static void on_no_logind(GDBusConnection *connection, const char *name, gpointer data)
{
    lock_release(data);
}

static void on_bus_up(void *owner, GDBusConnection *connection)
{
    Sleep *sleep = owner;

    sleep->connection = connection;
    sleep->cancellable = g_cancellable_new();
    sleep->subscription = g_dbus_connection_signal_subscribe(
        connection, LOGIND, LOGIND_IFACE, "PrepareForSleep", LOGIND_PATH, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_prepare, sleep, NULL);
    sleep->watch = g_bus_watch_name_on_connection(connection, LOGIND, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                  on_logind, on_no_logind, sleep, NULL);
}

static void on_bus_down(void *owner)
{
    Sleep *sleep = owner;

    if (sleep->connection == NULL)
        return;
    g_clear_handle_id(&sleep->watch, g_bus_unwatch_name);
    g_dbus_connection_signal_unsubscribe(sleep->connection, sleep->subscription);
    g_cancellable_cancel(sleep->cancellable);
    g_clear_object(&sleep->cancellable);
    sleep->connection = NULL;
    lock_release(sleep);
}

Sleep *sleep_new(Bus *bus, const SleepEvents *events, void *owner)
{
    Sleep *sleep = g_new0(Sleep, 1);

    sleep->events = events;
    sleep->owner = owner;
    sleep->lock = -1;
    sleep->listener = (BusListener){.up = on_bus_up, .down = on_bus_down, .owner = sleep};
    bus_listen(bus, &sleep->listener);
    return sleep;
}

void sleep_free(Sleep *sleep)
{
    if (sleep == NULL)
        return;
    bus_unlisten(&sleep->listener);
    on_bus_down(sleep);
    g_free(sleep);
}
