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
    char **search;
    GCancellable *cancellable;
    SearchDone done;
    void *owner;
} SearchChange;

/* Whoever cancelled it is gone, or does not care any more. */
static void change_end(SearchChange *change)
{
    if (!g_cancellable_is_cancelled(change->cancellable))
        change->done(change->owner);
    g_strfreev(change->search);
    g_object_unref(change->cancellable);
    g_free(change);
}

static void on_reapplied(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    if (!nm_device_reapply_finish(NM_DEVICE(source), result, &error))
        log_warning("the search domains of this network are not used reason=%s", error->message);
    change_end(data);
}

static void on_applied_connection(GObject *source, GAsyncResult *result, gpointer data)
{
    SearchChange *change = data;
    g_autoptr(GError) error = NULL;
    guint64 version = 0;
    g_autoptr(NMConnection) applied =
        nm_device_get_applied_connection_finish(NM_DEVICE(source), result, &version, &error);
    if (applied == NULL)
        log_debug("our connection cannot be read reason=%s", error->message);
    if (applied == NULL || g_cancellable_is_cancelled(change->cancellable) ||
        !nm_profile_set_search(applied, (const char *const *)change->search)) {
        change_end(change);
        return;
    }
    nm_device_reapply_async(NM_DEVICE(source), applied, version, 0, change->cancellable,
                            on_reapplied, change);
}

void nm_search_apply(NMDevice *device, const char *const *search, GCancellable *cancellable,
                     SearchDone done, void *owner)
{
    SearchChange *change = g_new0(SearchChange, 1);
    change->search = g_strdupv((char **)search);
    change->cancellable = g_object_ref(cancellable);
    change->done = done;
    change->owner = owner;
    nm_device_get_applied_connection_async(device, 0, cancellable, on_applied_connection, change);
}
