/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The connection to the system bus.
 *
 * g_bus_get()'s shared connection ends the process when the bus goes, unless told otherwise, and is
 * never replaced. This one is private, and while there is no bus it is tried again after a second,
 * then less often, up to every half minute.
 */
#include "bus.h"

#include "log.h"

#define RETRY_FIRST_S 1
#define RETRY_LAST_S  30

struct Bus {
    GDBusConnection *connection; /* NULL while there is none */
    GCancellable *cancellable;
    List listeners;
    gulong closed_handler;
    guint retry_source;
    unsigned retry_s;
};

static void bus_connect(Bus *bus);

static gboolean on_retry(gpointer data)
{
    Bus *bus = data;
    bus->retry_source = 0;
    bus_connect(bus);
    return G_SOURCE_REMOVE;
}

static void retry_later(Bus *bus, const char *reason)
{
    log_warning("there is no system bus reason=%s again-in-s=%u", reason, bus->retry_s);
    bus->retry_source = g_timeout_add_seconds(bus->retry_s, on_retry, bus);
    bus->retry_s = MIN(bus->retry_s * 2, RETRY_LAST_S);
}

static void connection_drop(Bus *bus)
{
    g_signal_handler_disconnect(bus->connection, bus->closed_handler);
    g_clear_object(&bus->connection);
}

static void on_closed(GDBusConnection *connection, gboolean remote, GError *error, gpointer data)
{
    Bus *bus = data;
    list_for_each (node, &bus->listeners) {
        BusListener *listener = container_of(node, BusListener, node);
        listener->down(listener->owner);
    }
    connection_drop(bus);
    retry_later(bus, error != NULL ? error->message : "it closed the connection");
}

static void on_connected(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *connection = g_dbus_connection_new_for_address_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the Bus is gone */
    Bus *bus = data;
    if (connection == NULL) {
        retry_later(bus, error->message);
        return;
    }
    bus->connection = connection;
    bus->retry_s = RETRY_FIRST_S;
    bus->closed_handler = g_signal_connect(connection, "closed", G_CALLBACK(on_closed), bus);
    list_for_each (node, &bus->listeners) {
        BusListener *listener = container_of(node, BusListener, node);
        listener->up(listener->owner, connection);
    }
}

static void bus_connect(Bus *bus)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *address =
        g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, bus->cancellable, &error);
    if (address == NULL) {
        retry_later(bus, error->message);
        return;
    }
    g_dbus_connection_new_for_address(address,
                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                      NULL, bus->cancellable, on_connected, bus);
}

Bus *bus_new(void)
{
    Bus *bus = g_new0(Bus, 1);
    bus->cancellable = g_cancellable_new();
    bus->retry_s = RETRY_FIRST_S;
    list_init(&bus->listeners);
    bus_connect(bus);
    return bus;
}

void bus_free(Bus *bus)
{
    if (bus == NULL)
        return;
    g_cancellable_cancel(bus->cancellable);
    g_clear_object(&bus->cancellable);
    g_clear_handle_id(&bus->retry_source, g_source_remove);
    if (bus->connection != NULL)
        connection_drop(bus);
    g_free(bus);
}

void bus_listen(Bus *bus, BusListener *listener)
{
    list_append(&bus->listeners, &listener->node);
    if (bus->connection != NULL)
        listener->up(listener->owner, bus->connection);
}

void bus_unlisten(BusListener *listener)
{
    list_remove(&listener->node);
}
