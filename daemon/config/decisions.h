/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "settings.h"

/**
 * What users decided about single resolvers at run time, and what must survive a reboot: the
 * favourites, and through which relays resolvers are reached. Kept in one small key file below
 * /var/lib/sotto (mode 0600), replaced atomically. It wins over what the administrator wrote, which
 * is where everything begins.
 */
typedef struct Decisions Decisions;

/** Reads `path` (NULL: kept in memory only). Never fails: damage is logged and read as nothing
 * decided. */
Decisions *decisions_load(const char *path);
void decisions_free(Decisions *decisions);

/** Each is saved before it is so: FALSE with a sentence, and it is not. Ids of favourites, in their
 * order; `relay` as relays_decide has it. */
gboolean decisions_set_favourites(Decisions *decisions, const char *const *ids, GError **error);
gboolean decisions_set_relay(Decisions *decisions, const char *id, const char *relay,
                             GError **error);

/** Tells the settings all of it. */
void decisions_give(const Decisions *decisions, Settings *settings);
