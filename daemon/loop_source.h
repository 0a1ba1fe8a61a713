/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "loop.h"

#include <glib.h>

/**
 * Mounts the loop in a GLib main context: one descriptor and one ready time, whatever the loop
 * watches. Destroy with g_source_destroy and g_source_unref before the loop. (transfer full)
 */
GSource *loop_source_attach(Loop *loop, GMainContext *context);
