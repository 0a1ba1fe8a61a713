/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "application.h"

/**
 * Gives the application its actions, shared by menu, window, notifications and desktop file:
 * turn-on, turn-off, resume, pause(u), set-resolver(s), sign-in,
 * sign-in-with-browser, end-sign-in, look-again,
 * allow-unprotected(u), set-policy(s), retry, check, open, open-clock, show-page(s), install,
 * remove-component, restart, about, quit; with their keys. What opens anything in clear asks first.
 */
void actions_install(SottoApplication *application);

/** Activates an action of `group` by its detailed name, "pause(uint32 300)"; NULL: none. */
void actions_activate(GActionGroup *group, const char *detailed);
