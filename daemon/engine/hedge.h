/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "choose.h"
#include "hedge_budget.h"

#include <stdbool.h>

#define HEDGES_SAVED 10

/** Whether a name may be shown to another resolver only because the first is late. */
bool hedge_may_cross(Strategy strategy);
/** Whether `current` may well not answer, so that `next` is asked beside it soon, whatever the
 * budget. */
bool hedge_is_due_early(Strategy strategy, const Candidate *current, const Candidate *next);
