/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"
#include "installed.h"

/**
 * Stops the helper, which gives the network its DNS back, and takes away everything the record
 * names, the state and the user too unless `keep_state`. What somebody wrote into /etc/sotto stays,
 * and `note` (transfer full) says so; "" when nothing stayed. Not being installed is an error.
 *
 * With `keep_state`, and a package's helper there, it is a hand-over: ours runs on, and protection
 * holds, until the package restarts the unit, which is its own then.
 */
gboolean removal_run(gboolean keep_state, char **note, GError **error);

/** The same for what `installed` names, the record included; also of an installation that got only
 * half way. `note` may be NULL. */
gboolean removal_erase(Host *host, const Installed *installed, gboolean keep_state, char **note,
                       GError **error);
