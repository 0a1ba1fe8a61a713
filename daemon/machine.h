/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "options.h"

/**
 * sottod as the machine's service: TUN, NetworkManager, the system bus (protection.h has the order
 * of its parts). Until SIGTERM; SIGHUP reads the settings again. Returns the process's exit code.
 */
int machine_run(const Options *options, Settings *settings);
