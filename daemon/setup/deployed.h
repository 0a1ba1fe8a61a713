/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/** What is left of our app in one Flatpak installation. */
typedef enum {
    DEPLOYED_THERE,
    DEPLOYED_GONE,
    DEPLOYED_UNKNOWN /* the installation itself is not to be seen: a home that is not mounted */
} Deployed;

/** In `installation`, such as /var/lib/flatpak. Looks, and runs nothing. */
Deployed deployed_look(const char *installation);

/** The installation belongs to root, and so may update the helper. */
gboolean deployed_is_roots(const char *installation);

/**
 * Opens `path` for reading if root alone has a say in it: from `from` (an open folder that is
 * trusted: "/") down, every folder, every link and the file itself belong to root and can be
 * written by nobody else. -1 with a sentence otherwise.
 */
int deployed_open(int from, const char *path, GError **error);
