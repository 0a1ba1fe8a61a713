/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "keys.h"
#include "plan.h"

/**
 * The resolvers that users added at run time: [Resolver ID] groups as in sotto.conf, in a file of
 * the helper's own (mode 0600), replaced as a whole.
 */

/** What the file holds, Resolver*. Damage is logged, and read as nothing. (transfer full) */
GPtrArray *own_entries_load(const char *path);

/**
 * What `spec` describes (one endpoint, or several with ';' between), under `name` or (NULL or "")
 * the name of its host: not in the file yet, and with an id that is free as `is_taken` says.
 * CONFIG_ERROR_INVALID_ARGUMENT or CONFIG_ERROR_NOT_SUPPORTED with a sentence. (transfer full)
 */
Resolver *own_entry_new(const char *spec, const char *name,
                        bool (*is_taken)(void *owner, const char *id), void *owner, GError **error);

/** Adds it to the file, with the text it came from. */
gboolean own_entries_add(const char *path, const Resolver *resolver, const char *spec,
                         GError **error);
/** CONFIG_ERROR_NOT_FOUND when the file has no such entry. */
gboolean own_entries_remove(const char *path, const char *id, GError **error);
