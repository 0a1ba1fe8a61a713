/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "signin_attempt.h"

#include <handy.h>

/** The window: the page, whose page it is, how long there is, and what came of it. */
#define SOTTO_TYPE_SIGNIN_WINDOW (sotto_signin_window_get_type())
G_DECLARE_FINAL_TYPE(SottoSignInWindow, sotto_signin_window, SOTTO, SIGNIN_WINDOW,
                     HdyApplicationWindow)

/** `browser` (floating, a SottoBrowser) and `attempt` (transfer none) are used by it alone. */
SottoSignInWindow *sotto_signin_window_new(GtkApplication *application, SottoAttempt *attempt,
                                           GtkWidget *browser);
