/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "config_error.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * Key files laid over each other: a later file's key replaces the earlier one's. Each key remembers
 * the file that said it last, so that errors can name the place.
 */
typedef struct Keys {
    GKeyFile *file;
    GHashTable *origins; /* "group\nkey" → file name */
} Keys;

Keys *keys_new(void);
void keys_free(Keys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Keys, keys_free)

/** Lays the file over what is there. With `optional` a missing file is no error. */
gboolean keys_add_file(Keys *keys, const char *path, bool optional, GError **error);
/** Lays `PATH.d/ *.conf` over it, in the order of their names; a missing folder is no error. */
gboolean keys_add_drop_ins(Keys *keys, const char *path, GError **error);
/** Lays one group of a key file over it, which was read from `path`. */
void keys_add_group(Keys *keys, GKeyFile *file, const char *group, const char *path);
/** Sets one key, as the command line does; `origin` names the place in errors. */
void keys_set(Keys *keys, const char *group, const char *key, const char *value,
              const char *origin);
/** Adds to a ';'-separated list key. */
void keys_append(Keys *keys, const char *group, const char *key, const char *value,
                 const char *origin);

/* Getters. A missing key leaves `*value` untouched and is TRUE; a bad one is FALSE with a sentence
 * that names file, group and key (CONFIG_ERROR_INVALID_DATA). */
gboolean keys_get_bool(const Keys *keys, const char *group, const char *key, bool *value,
                       GError **error);
gboolean keys_get_number(const Keys *keys, const char *group, const char *key, int64_t minimum,
                         int64_t maximum, int64_t *value, GError **error);
/** One of the words in `words` (NULL-terminated); `*value` gets its index. */
gboolean keys_get_word(const Keys *keys, const char *group, const char *key,
                       const char *const *words, int *value, GError **error);
/** (transfer full); NULL when missing or empty. */
char *keys_get_text(const Keys *keys, const char *group, const char *key);
/** (transfer full); NULL when missing. Surrounding space and empty elements are dropped. */
char **keys_get_list(const Keys *keys, const char *group, const char *key);

/** An error about a key's value: "FILE: [GROUP] KEY=VALUE: SENTENCE". */
void keys_set_error(GError **error, const Keys *keys, const char *group, const char *key,
                    const char *value, const char *sentence);
