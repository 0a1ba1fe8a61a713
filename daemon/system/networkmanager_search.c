/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Search domains follow the network.
 *
 * The connection on our TUN outlives the networks it is used on, so its search list is brought up
 * to date when another one is joined. Device.Reapply of nothing but the search list of a static
 * connection was measured to change resolv.conf in one step: our servers are never out of it. (A
 * reapply on the uplink empties it for a while; that is never done.)
 */
#include "networkmanager_search.h"

#include "log.h"
#include "networkmanager_profile.h"

typedef struct SearchChange {
    NMDevice *device;
    char **search;
    GCancellable *cancellable;
} SearchChange;

static void change_free(SearchChange *change)
{
    g_object_unref(change->device);
    g_strfreev(change->search);
    g_object_unref(change->cancellable);
    g_free(change);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchChange, change_free)

static void on_reapplied(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    if (!nm_device_reapply_finish(NM_DEVICE(source), result, &error))
        log_warning("the search domains of this network are not used reason=%s", error->message);
}

static void on_applied_connection(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SearchChange) change = data;
    g_autoptr(GError) error = NULL;
    guint64 version = 0;
    g_autoptr(NMConnection) applied =
        nm_device_get_applied_connection_finish(NM_DEVICE(source), result, &version, &error);
    if (applied == NULL) {
        log_debug("our connection cannot be read reason=%s", error->message);
        return;
    }
    if (!nm_profile_set_search(applied, (const char *const *)change->search))
        return;
    nm_device_reapply_async(change->device, applied, version, 0, change->cancellable, on_reapplied,
                            NULL);
}

void nm_search_apply(NMDevice *device, const char *const *search, GCancellable *cancellable)
{
    SearchChange *change = g_new0(SearchChange, 1);
    change->device = g_object_ref(device);
    change->search = g_strdupv((char **)search);
    change->cancellable = g_object_ref(cancellable);
    nm_device_get_applied_connection_async(device, 0, cancellable, on_applied_connection, change);
}
