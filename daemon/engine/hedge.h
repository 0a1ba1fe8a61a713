/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "choose.h"

#include <stdbool.h>
#include <stdint.h>

/** How many second tries the first ones have earned, in tenths. */
typedef struct HedgeBudget {
    unsigned tenths;
} HedgeBudget;

void hedge_budget_init(HedgeBudget *budget);
/** Once for each question. */
void hedge_budget_earn(HedgeBudget *budget);
/** Whether one more question may be asked twice; if so it is paid for. */
bool hedge_budget_spend(HedgeBudget *budget);

/** Whether a name may be shown to another resolver only because the first is late. */
bool hedge_may_cross(Strategy strategy);
/** Whether `current` may well not answer, so that `next` is asked beside it soon, whatever the
 * budget. */
bool hedge_is_due_early(Strategy strategy, const Candidate *current, const Candidate *next);
