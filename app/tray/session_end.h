/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/** Ends the app, quietly and at once, when its session ends. */
typedef struct SessionEnd SessionEnd;

/** Watches for the end of the session for `application`, which outlives it. After the display was
 * opened; one at a time (transfer full). */
SessionEnd *session_end_new(GApplication *application);

void session_end_free(SessionEnd *end);
