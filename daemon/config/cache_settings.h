/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "keys.h"
#include "plan.h"

/** Reads the keys of [Sotto] that are about the cache into a plan that is being made.
 * CONFIG_ERROR_INVALID_DATA. */
gboolean cache_settings_read(Plan *plan, const Keys *keys, GError **error);
