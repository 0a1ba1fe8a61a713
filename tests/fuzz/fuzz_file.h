/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stddef.h>

/* A folder of the target's own, gone when it ends. Nothing is flushed to the disk: fsync() is
 * replaced, for a target runs thousands of times a second. */

/** Where `name` is in it. (transfer full) */
char *fuzz_file_path(const char *name);
/** Puts the bytes there. (transfer full) the path. */
char *fuzz_file_put(const char *name, const void *bytes, size_t length);
/** Puts the text there. (transfer full) the path. */
char *fuzz_file_put_text(const char *name, const char *text);
/** Removes it, if it is there. */
void fuzz_file_remove(const char *name);
