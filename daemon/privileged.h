/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "barrier.h"
#include "fdstore.h"
#include "settings.h"

#include <stdbool.h>

/**
 * Opens the TUN, the listening sockets and the leak counter's socket into `store`, or finds them
 * kept there, starts the keeper of `*barrier` (NULL: there is none), gives every privilege away
 * and has calls of the system filtered. False when there is no serving without what failed; it has
 * been logged.
 */
bool privileged_open(FdStore *store, const Settings *settings, Barrier **barrier);
