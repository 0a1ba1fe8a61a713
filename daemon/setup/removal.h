/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"
#include "installed.h"

/** How much of it goes, beside the program and its files. */
typedef enum {
    REMOVAL_ALL,        /* state and user too */
    REMOVAL_KEEP_STATE, /* neither: a package of the system takes over, from the running helper */
    REMOVAL_UNDO        /* what a first installation brought, and no more */
} RemovalExtent;

/**
 * Stops the helper, which gives the network its DNS back, and takes away everything the record
 * names. What somebody wrote into /etc/sotto stays; `note` (transfer full) says so, and what could
 * not be taken away; "" when nothing stayed. Not being installed is an error.
 */
gboolean removal_run(RemovalExtent extent, char **note, GError **error);

/** The same for what `installed` names, the record included; also of an installation that got only
 * half way. `note` may be NULL. */
gboolean removal_erase(Host *host, const Installed *installed, RemovalExtent extent, char **note,
                       GError **error);
