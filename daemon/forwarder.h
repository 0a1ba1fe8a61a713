/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "options.h"

/**
 * sottod alone: no bus, no NetworkManager, no GLib main loop. Answers on the addresses given until
 * SIGTERM or SIGINT; SIGHUP reads the settings again. Returns the process's exit code.
 */
int forwarder_run(const Options *options, Settings *settings);
