/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/**
 * Where the proxy's names and its limits come from: the helper in the program, a table in the
 * tests. The proxy has no other way to a name: it never asks the system.
 */
typedef struct SignInNames {
    /** Looks `name` up and ends `callback` once, never from inside this call. */
    void (*resolve_async)(gpointer self, const char *name, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);
    /** Addresses in the order in which to try them (transfer full, of GInetAddress, not empty),
     * or NULL. */
    GPtrArray *(*resolve_finish)(gpointer self, GAsyncResult *result, GError **error);
    /** Whether a page may not be connected with it; see off_limits.h. */
    gboolean (*is_refused)(GInetAddress *address);
    gpointer self; /* outlives the proxy and its connections */
} SignInNames;
