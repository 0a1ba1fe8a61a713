/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "preferences.h"
#include "situation.h"

#include <gio/gio.h>

/** The few things worth a notification, sent as they happen. */
typedef struct Notifications Notifications;

/** Watches the helper of `situation`; sends through `application`. Both (transfer none), to outlive
 * it. */
Notifications *notifications_new(GApplication *application, const Situation *situation,
                                 const Preferences *preferences);
void notifications_free(Notifications *notifications);

/** An action failed while no window was in front. */
void notifications_failure(Notifications *notifications, const char *sentence);
