/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What bounds the second tries: each question earns a tenth of one, and what was saved up is small.
 */
#include "hedge_budget.h"

#include <glib.h>

#define TENTHS     10
#define MAX_TENTHS (10 * TENTHS)

void hedge_budget_init(HedgeBudget *budget)
{
    budget->tenths = MAX_TENTHS;
}

void hedge_budget_earn(HedgeBudget *budget)
{
    if (budget->tenths < MAX_TENTHS)
        budget->tenths++;
}

void hedge_budget_refund(HedgeBudget *budget)
{
    budget->tenths = MIN(budget->tenths + TENTHS, MAX_TENTHS);
}

bool hedge_budget_spend(HedgeBudget *budget)
{
    if (budget->tenths < TENTHS)
        return false;
    budget->tenths -= TENTHS;
    return true;
}
