/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/** Files that the helper keeps for itself, below /var/lib/sotto. */

/**
 * All of it, a NUL behind it. What is no file (a folder, a pipe, a device) and what is longer than
 * `max_length` bytes is an error, and is not waited for. G_FILE_ERROR_NOENT: there is none.
 * (transfer full)
 */
char *kept_file_read(const char *path, size_t max_length, size_t *length, GError **error);

/** Keeps what is damaged as it was, beside its place (PATH.damaged). A failure is logged. */
void kept_file_set_aside(const char *path, const char *text, size_t length);

/**
 * A key file. Damage costs the lines that it hit, and those that follow a damaged heading; then the
 * file as it was is kept beside it (PATH.damaged), and the log says so. `what`, for the log: "the
 * known networks". NULL with an error only where nothing can be read at all; an empty one where
 * there is none. (transfer full)
 */
GKeyFile *kept_file_read_keys(const char *path, size_t max_length, const char *what,
                              GError **error);
