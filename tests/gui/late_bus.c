/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded into the app by a test: programs get the bus half a second late, as on a machine that
 * is busy. GIO itself, which calls inside its own library, is as fast as ever; so the tray's
 * library learns of the watcher's name before it has a connection.
 */
#include <dlfcn.h>
#include <gio/gio.h>
#include <string.h>

#define DELAY_MS 500

typedef void (*BusGet)(GBusType type, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data);

typedef struct Call {
    GBusType type;
    GCancellable *cancellable;
    GAsyncReadyCallback callback;
    gpointer user_data;
} Call;

static gboolean on_due(gpointer data)
{
    Call *call = data;
    void *found = dlsym(RTLD_NEXT, "g_bus_get");
    BusGet bus_get;

    memcpy(&bus_get, &found, sizeof bus_get); /* ISO C has no cast for it */
    bus_get(call->type, call->cancellable, call->callback, call->user_data);
    g_free(call);
    return G_SOURCE_REMOVE;
}

__attribute__((visibility("default"))) void g_bus_get(GBusType type, GCancellable *cancellable,
                                                      GAsyncReadyCallback callback,
                                                      gpointer user_data)
{
    Call *call = g_new0(Call, 1);

    *call = (Call){type, cancellable, callback, user_data};
    g_timeout_add(DELAY_MS, on_due, call);
}
