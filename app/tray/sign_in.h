/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "application.h"

/**
 * Signs in to the network at hand: by the throw-away window, where that program is installed, which
 * keeps everybody else's lookups closed; else as sign_in_by_browser(). While a sign-in is under
 * way, shows it again.
 */
void sign_in(SottoApplication *application);

/** By the user's own browser, for which the whole machine's lookups are opened for a while, once
 * the user has confirmed it. */
void sign_in_by_browser(SottoApplication *application);
