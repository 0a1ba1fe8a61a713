/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/**
 * Moves bytes both ways between two socket connections, until both ways have ended or one has
 * failed; then calls `ended` once, never from inside this call. Cancels `cancellable` when one way
 * fails: the other has nobody to talk to. Closes neither; both outlive it.
 */
void proxy_pipe_start(GIOStream *client, GIOStream *server, GCancellable *cancellable,
                      void (*ended)(gpointer user_data), gpointer user_data);
