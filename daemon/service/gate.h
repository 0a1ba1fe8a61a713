/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/**
 * What every call of every client goes through before anything of the helper's hears of it: its
 * texts must be of a length and made of letters that something may be called by, and its caller
 * must not ask more than a share.
 *
 *     the bus → GDBus's thread: gate → the main thread: face → call
 *
 * A call that is refused costs the main thread, which answers the lookups, nothing.
 */
typedef struct Gate Gate;

/** On this connection from now on. (transfer full) */
Gate *gate_open(GDBusConnection *connection);
/** Safe with NULL. */
void gate_close(Gate *gate);
