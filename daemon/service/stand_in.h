/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

/**
 * Decides in polkit's place about `action` for the user `uid`, where polkit refused to decide for
 * it knows no such action: see the essay in stand_in.c for where that is and who may do what then.
 * Also where it is not so: then it says that, and nobody is let in.
 */
void stand_in_ask(GDBusConnection *connection, const char *action, uid_t uid,
                  GCancellable *cancellable, GAsyncReadyCallback done, void *owner);
/** TRUE: they may. Else G_IO_ERROR_PERMISSION_DENIED with a sentence, or G_IO_ERROR_CANCELLED. */
gboolean stand_in_finish(GAsyncResult *result, GError **error);
