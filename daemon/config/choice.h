/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "settings.h"

/** The choice that measures, and takes the fastest of the favourites. */
#define CHOICE_AUTO "auto"

/**
 * The plan for a choice: an id, CHOICE_AUTO, or NULL for what Resolvers= says (then auto if that is
 * empty). G_IO_ERROR_NOT_FOUND for an unknown id, with a sentence. (transfer full)
 */
Plan *choice_plan(const Settings *settings, const char *choice, GError **error);
