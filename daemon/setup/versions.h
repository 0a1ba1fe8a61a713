/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/**
 * The program's folders below its home: `versions/DIGEST`, and `current`, which names the one in
 * use. `home` is SOTTO_BUNDLE_HOME but in tests.
 */

/** 64 lower-case hexadecimal digits: nothing else may become a name here. */
gboolean versions_is_digest(const char *digest);

/** Moves the unpacked `tree` to versions/DIGEST, in the place of one of that name. */
gboolean versions_place(const char *home, const char *tree, const char *digest, GError **error);
/** Makes `current` name DIGEST, in one step. */
gboolean versions_use(const char *home, const char *digest, GError **error);
/** The digest that `current` names, "" none (transfer full). */
char *versions_in_use(const char *home);
/** Deletes all but these two ("" none). */
gboolean versions_prune(const char *home, const char *keep, const char *also, GError **error);
