/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/** How many second tries the first ones have earned, in tenths. */
typedef struct HedgeBudget {
    unsigned tenths, limit;
} HedgeBudget;

/** `saved` tries can be saved up, and are. */
void hedge_budget_init(HedgeBudget *budget, unsigned saved);
void hedge_budget_earn(HedgeBudget *budget, unsigned tenths);
/** The second try was of use: it costs nothing. */
void hedge_budget_refund(HedgeBudget *budget);
/** Whether one more question may be asked twice; if so it is paid for. */
bool hedge_budget_spend(HedgeBudget *budget);
