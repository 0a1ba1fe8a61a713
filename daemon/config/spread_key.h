/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"

/** Derives this machine's key for STRATEGY_SPREAD from its machine-id; the same at every start, and
 * nothing can be told of the id from it. Without one a key that lasts until the program ends. */
void spread_key_derive(uint8_t key[PLAN_SPREAD_KEY]);
