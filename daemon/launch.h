/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "options.h"

#include <stdbool.h>

/**
 * What both programs begin with: surroundings, signals, libsodium, the command line. False when
 * there is nothing more to do; then `*code` is the exit code and `options` are cleared.
 */
bool launch_begin(Options *options, int argc, char **argv, int *code);
/** Reads the settings and lives by them; clears the options. Returns the exit code. */
int launch_run(Options *options, int (*life)(const Options *options, Settings *settings));
