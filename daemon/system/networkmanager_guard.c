/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The moments in which NetworkManager has taken DNS from us.
 *
 * When networking is turned off it takes our connection down before the network's, and when it is
 * turned on it brings the network up before ours: both times the network's own DNS is in force for
 * some 10 to 100 ms, and other programs ask it. The same when somebody takes our connection down by
 * hand. The barrier holds back what they ask meanwhile.
 *
 * It is asked for once for each such loss and ends by itself after seconds: who connects the
 * machine by other means while NetworkManager's networking is off is not to be kept from it.
 *
 * The race is won by milliseconds. The barrier's keeper watches our link and is first; for where
 * the link is not touched the beginning of a loss is also taken from the bus directly: libnm tells
 * its users of a change in an idle call, and so does networkmanager.c. Whether it is one, and when
 * it is over, is judged at leisure from what libnm has.
 */
#include "networkmanager_guard.h"

#include "tun.h"

#define SERVICE    NM_DBUS_SERVICE
#define PROPERTIES "org.freedesktop.DBus.Properties"

static void raise_early(NmGuard *guard)
{
    if (guard->was_pointed)
        barrier_raise(guard->barrier);
}

static void on_properties(GDBusConnection *connection, const char *sender, const char *path,
                          const char *interface, const char *signal, GVariant *parameters,
                          gpointer data)
{
    gboolean enabled;
    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(sa{sv}as)")))
        return;
    g_autoptr(GVariant) changed = g_variant_get_child_value(parameters, 1);
    if (g_variant_lookup(changed, "NetworkingEnabled", "b", &enabled))
        raise_early(data);
}

static void on_active_state(GDBusConnection *connection, const char *sender, const char *path,
                            const char *interface, const char *signal, GVariant *parameters,
                            gpointer data)
{
    NmGuard *guard = data;
    guint32 state;
    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(uu)")))
        return;
    g_variant_get(parameters, "(uu)", &state, NULL);
    if (g_strcmp0(path, guard->path) == 0 && state >= NM_ACTIVE_CONNECTION_STATE_DEACTIVATING)
        raise_early(guard);
}

void nm_guard_init(NmGuard *guard, Barrier *barrier)
{
    *guard = (NmGuard){.barrier = barrier};
}

void nm_guard_listen(NmGuard *guard, GDBusConnection *connection)
{
    guard->connection = connection;
    guard->signals[0] = g_dbus_connection_signal_subscribe(
        connection, SERVICE, PROPERTIES, "PropertiesChanged", NM_DBUS_PATH, NM_DBUS_INTERFACE,
        G_DBUS_SIGNAL_FLAGS_NONE, on_properties, guard, NULL);
    guard->signals[1] = g_dbus_connection_signal_subscribe(
        connection, SERVICE, NM_DBUS_INTERFACE_ACTIVE_CONNECTION, "StateChanged", NULL, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_active_state, guard, NULL);
}

void nm_guard_leave(NmGuard *guard)
{
    for (gsize i = 0; guard->connection != NULL && i < G_N_ELEMENTS(guard->signals); i++)
        g_dbus_connection_signal_unsubscribe(guard->connection, guard->signals[i]);
    guard->connection = NULL;
    g_clear_pointer(&guard->path, g_free);
}

static NmLoss find_loss(const NmGuard *guard, NMClient *client, bool pointed)
{
    if (!guard->was_pointed || client == NULL || !nm_client_get_nm_running(client))
        return NM_LOSS_NONE; /* what is set stays in force while NetworkManager is away */
    if (!nm_client_networking_get_enabled(client))
        return NM_LOSS_NETWORKING;
    return pointed ? NM_LOSS_NONE : NM_LOSS_CONNECTION;
}

bool nm_guard_judge(NmGuard *guard, NMClient *client, bool wanted, bool pointed)
{
    guard->was_pointed = wanted && (guard->was_pointed || pointed);
    barrier_watch(guard->barrier, guard->was_pointed ? tun_interface() : 0);
    NmLoss before = guard->loss;
    guard->loss = find_loss(guard, client, pointed);
    if (guard->loss == before)
        return false;
    if (guard->loss == NM_LOSS_NONE)
        barrier_lower(guard->barrier);
    else
        barrier_raise(guard->barrier);
    return before == NM_LOSS_NETWORKING;
}

void nm_guard_follow(NmGuard *guard, NMActiveConnection *active)
{
    const char *path = active != NULL ? nm_object_get_path(NM_OBJECT(active)) : NULL;
    if (g_strcmp0(path, guard->path) == 0)
        return;
    g_free(guard->path);
    guard->path = g_strdup(path);
}
