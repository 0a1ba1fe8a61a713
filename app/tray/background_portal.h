/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/**
 * Asks the desktop, by org.freedesktop.portal.Background, to start this sandboxed app at login, or
 * no longer to; it may ask the user. `on` becomes what the desktop does from now on. Errors:
 * sentences to show, or G_IO_ERROR_CANCELLED.
 */
void background_portal_request_async(gboolean autostart, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
gboolean background_portal_request_finish(GAsyncResult *result, gboolean *on, GError **error);
