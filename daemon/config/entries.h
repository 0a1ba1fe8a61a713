/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "keys.h"
#include "plan.h"

/**
 * Appends a Resolver to `resolvers` for every [Resolver ID] group, in the order of the file. The
 * same format serves the built-in list and the user's own entries. A resolver none of whose
 * endpoints can be used by this build is left out. FALSE with a sentence on bad values.
 */
gboolean entries_read(const Keys *keys, GPtrArray *resolvers, GError **error);

/** A nameless resolver with one endpoint, for those given as text; its id is that text. (transfer
 * full) */
Resolver *entry_anonymous(const char *spec, GError **error);

/** Whether this may be an id of a resolver or the name of a list: 1 to 64 letters, digits, '-', '_'
 * and '.', the first not a '.'. */
bool entry_id_is_valid(const char *id);
/** Whether one of its endpoints at least is of a protocol that is spoken here. */
bool entry_is_usable(const Resolver *resolver);
