/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "settings.h"

/** The choice that measures, and takes the fastest of the favourites. */
#define CHOICE_AUTO "auto"

/**
 * The plan for a choice: an id, CHOICE_AUTO, or NULL for what Resolvers= says (then auto if that is
 * empty). Each resolver is in it as it is to be reached, through relays if that is wanted; of
 * several, those that no relay reaches are left out. CONFIG_ERROR_NOT_FOUND for an unknown id or
 * relay, CONFIG_ERROR_NOT_SUPPORTED when no relay reaches it, with a sentence. (transfer full)
 */
Plan *choice_plan(const Settings *settings, const char *choice, GError **error);
