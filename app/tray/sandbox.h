/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

typedef enum { SANDBOX_SYSTEM_BUS, SANDBOX_SESSION_BUS } SandboxBus;

/** Whether this program runs as a Flatpak. */
gboolean sandbox_is_inside(void);

/** Whether the sandbox lets this program talk to the owner of `name`; TRUE outside of one. */
gboolean sandbox_allows(SandboxBus bus, const char *name);
