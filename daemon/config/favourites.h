/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "settings.h"

/**
 * The favourites: the resolvers that the tray's menu shows, and among which "auto" chooses. The
 * administrator's, or the built-in list's, until users choose their own.
 */
#define FAVOURITES_MAX 5

/** Fills `favourites` of the settings, whose catalogue is there. FALSE with a sentence that names
 * the place. */
gboolean favourites_read(Settings *settings, const Keys *keys, const Keys *builtin, GError **error);

/** Those that are known now, five at most: where none of the users' own is, the administrator's.
 * Resolver*, which the settings own. (transfer container) */
GPtrArray *favourites_list(const Settings *settings);

/**
 * The ids to save (decisions_set_favourites) so that resolver `id` is a favourite, or is none any
 * more. Users' own that are not known now stay behind the others, for their list may come back.
 * NULL with CONFIG_ERROR_INVALID_ARGUMENT for an unknown id, for a sixth, and for the last one.
 * (transfer full)
 */
char **favourites_change(const Settings *settings, const char *id, bool favourite, GError **error);
