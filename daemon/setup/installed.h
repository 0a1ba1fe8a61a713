/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bundle.h"
#include "sotto-build.h"

#define INSTALLED_FOLDER "/var/lib/" SOTTO_APP_ID
#define INSTALLED_FILE   INSTALLED_FOLDER "/installed.conf"

/**
 * The record of what was put on this computer: enough to take all of it away again. Written before
 * the first file is, so that an interrupted installation can be undone too.
 */
typedef struct Installed {
    Edition edition;
    char *digest;       /* of the payload in use; "" none yet */
    char *previous;     /* of the one before, kept for the way back; "" none */
    gint64 uid;         /* of the person who installed it; -1 not known */
    GPtrArray *flatpak; /* of char *: Flatpak installations that brought it */
    GPtrArray *files;   /* of char *: absolute, outside of the bundle's home */
    GPtrArray *folders; /* of char *: made for these files, outermost first */
    gboolean made_user; /* the system user was not there before */
    gboolean had_state; /* /var/lib/sotto was: a package, removed since, left it */
} Installed;

/** An empty record. */
Installed *installed_new(void);
void installed_free(Installed *installed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Installed, installed_free)

/** The record at `path`; NULL without an error when there is none, NULL with one when it cannot be
 * read. */
Installed *installed_load(const char *path, GError **error);
/** Replaces it atomically; its folder is made. */
gboolean installed_save(const Installed *installed, const char *path, GError **error);
Installed *installed_copy(const Installed *installed);

/** Replaces one of its texts by a copy of `value`. */
void installed_set(char **text, const char *value);
/** Adds to one of its lists what is not there yet. */
void installed_note(GPtrArray *list, const char *path);
gboolean installed_has(const GPtrArray *list, const char *path);

/** A file of the helper that a package, or `meson install`, put on this computer; NULL: none. What
 * the record names (it may be NULL) is not theirs. */
const char *installed_native(const Installed *installed);
