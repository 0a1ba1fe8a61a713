/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * The person who installed the helper, as the record in `folder` names them (installed.conf,
 * [Installed] Uid=, flatpak/README.md); never root. Folder and file must belong to `owner`, which
 * is root but in tests, and be writable by nobody else. False with a G_IO_ERROR and the reason when
 * there is no record, or none to be trusted: then it is nobody. Reads at most 64 KiB, blocking.
 */
bool recorded_user_read(const char *folder, uid_t owner, uid_t *user, GError **error);
