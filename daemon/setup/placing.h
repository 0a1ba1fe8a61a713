/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/**
 * Files put on the host and taken from it, in one transaction: each is replaced atomically, and
 * until the end all can be put back as it was. `root` stands before every path ("" but in tests).
 */
typedef struct Placing Placing;

Placing *placing_new(const char *root);
/** Ends it: what was done stays. */
void placing_free(Placing *placing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Placing, placing_free)

/** Copies the file `source` (a path as it is) to `target`, with its mode; folders are made. */
gboolean placing_put(Placing *placing, const char *source, const char *target, GError **error);
gboolean placing_put_text(Placing *placing, const char *text, const char *target, GError **error);
/** Deletes `target`; that it is not there is fine. */
gboolean placing_take(Placing *placing, const char *target, GError **error);
/** Makes the folders on the way to `target` that are missing, as 0755; adds their paths to `made`
 * (of char *), outermost first, when that is not NULL. */
gboolean placing_make_way(const char *root, const char *target, GPtrArray *made, GError **error);
/** Puts back whatever was there, newest first. */
void placing_undo(Placing *placing);

/** The files below `folder`, relative to it with a leading "/", sorted (of char *; transfer full);
 * NULL with a sentence when there is anything but folders and plain files. */
GPtrArray *placing_list(const char *folder, GError **error);
/** Deletes a folder with everything in it, never following a link; that it is not there is fine. */
gboolean placing_clear(const char *folder, GError **error);
