/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "application.h"

/**
 * Gives the application its actions, shared by menu, window, notifications and desktop file:
 * turn-on, turn-off, resume, pause(u), set-resolver(s), retry, check, open, show-page(s),
 * copy-command, quit; with their keys.
 */
void actions_install(SottoApplication *application);

/** The command that starts the helper by hand, as shown and copied. */
#define ACTIONS_START_COMMAND "systemctl start sotto.service"
