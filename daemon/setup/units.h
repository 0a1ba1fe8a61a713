/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#define UNITS_HELPER      "sotto.service"
#define UNITS_BOOT        "sotto-boot.service"
#define UNITS_FOLLOW      "sotto-follow.service"
#define UNITS_FOLLOW_PATH "sotto-follow.path"
/** Which Flatpak installations are watched; the one file that is not the same on every host. */
#define UNITS_FOLLOWED_FILE "/etc/systemd/system/sotto-follow.path.d/installations.conf"

/** What is enabled, NULL-terminated: the helper, and what follows the app where there is one. */
extern const char *const units_helper[];
extern const char *const units_following[];
/** The drop-in that watches `installations` (of char *; transfer full). */
char *units_followed_text(const GPtrArray *installations);
