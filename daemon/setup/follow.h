/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/**
 * Does what the apps that brought the helper ask for: they are gone → it is removed; one that
 * belongs to root brings a newer payload → that is installed. Nothing in a home is opened, let
 * alone run.
 */
gboolean follow_run(GError **error);
