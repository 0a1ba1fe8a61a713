/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What libnm reports. Objects come and go with networks and with NetworkManager itself; which ones
 * matter is found anew after each change, and a reference keeps them as long as they are watched.
 */
#include "networkmanager_watch.h"

#include "tun.h"

static void on_notify(NmWatch *watch)
{
    watch->changed(watch->owner);
}

static void add(NmWatch *watch, gpointer object)
{
    if (object == NULL)
        return;
    g_signal_connect_swapped(object, "notify", G_CALLBACK(on_notify), watch);
    g_ptr_array_add(watch->objects, g_object_ref(object));
}

/* Of a Wi-Fi's device only the access point: its bit rate differs every few seconds. */
static void add_access_point(NmWatch *watch, NMActiveConnection *active)
{
    const GPtrArray *devices = nm_active_connection_get_devices(active);
    NMDevice *device = devices != NULL && devices->len > 0 ? g_ptr_array_index(devices, 0) : NULL;
    if (device == NULL || !NM_IS_DEVICE_WIFI(device))
        return;
    g_signal_connect_swapped(device, "notify::" NM_DEVICE_WIFI_ACTIVE_ACCESS_POINT,
                             G_CALLBACK(on_notify), watch);
    g_ptr_array_add(watch->objects, g_object_ref(device));
}

void nm_watch_init(NmWatch *watch, void (*changed)(void *owner), void *owner)
{
    *watch = (NmWatch){.changed = changed, .owner = owner};
}

void nm_watch_clear(NmWatch *watch)
{
    for (guint i = 0; watch->objects != NULL && i < watch->objects->len; i++)
        g_signal_handlers_disconnect_by_data(g_ptr_array_index(watch->objects, i), watch);
    g_clear_pointer(&watch->objects, g_ptr_array_unref);
}

void nm_watch_all(NmWatch *watch, NMClient *client, NMActiveConnection *own)
{
    nm_watch_clear(watch);
    if (client == NULL)
        return;
    watch->objects = g_ptr_array_new_with_free_func(g_object_unref);
    add(watch, client);
    add(watch, own);
    add(watch, nm_client_get_device_by_iface(client, TUN_NAME));
    const GPtrArray *actives = nm_client_get_active_connections(client);
    for (guint i = 0; i < actives->len; i++) {
        NMActiveConnection *active = g_ptr_array_index(actives, i);
        if (active != own)
            add(watch, active);
        add(watch, nm_active_connection_get_ip4_config(active));
        add(watch, nm_active_connection_get_ip6_config(active));
        add(watch, nm_active_connection_get_dhcp4_config(active));
        add(watch, nm_active_connection_get_dhcp6_config(active));
        add_access_point(watch, active);
    }
}
