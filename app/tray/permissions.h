/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

typedef enum { PERMISSIONS_SYSTEM_BUS, PERMISSIONS_SESSION_BUS } PermissionsBus;

/** Whether this program runs as a Flatpak. */
gboolean permissions_are_limited(void);

/** Whether the sandbox lets this program talk to the owner of `name`; TRUE outside of one. */
gboolean permissions_allow(PermissionsBus bus, const char *name);
