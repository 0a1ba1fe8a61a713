/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/** Finds out whether a web engine's process can be locked up here. */
void sandbox_probe_async(GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);
/** TRUE when it can; what speaks against it is logged. */
gboolean sandbox_probe_finish(GAsyncResult *result);
