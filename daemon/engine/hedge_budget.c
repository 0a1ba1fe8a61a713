/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What bounds the second tries: a question, or an answer, earns some tenths of one, and what can be
 * saved up is small.
 */
#include "hedge_budget.h"

#include <glib.h>

#define TENTHS     10
#define MAX_TENTHS (10 * TENTHS)

void hedge_budget_init(HedgeBudget *budget)
{
    budget->tenths = MAX_TENTHS;
}

void hedge_budget_earn(HedgeBudget *budget, unsigned tenths)
{
    budget->tenths = MIN(budget->tenths + tenths, MAX_TENTHS);
}

void hedge_budget_refund(HedgeBudget *budget)
{
    hedge_budget_earn(budget, TENTHS);
}

bool hedge_budget_spend(HedgeBudget *budget)
{
    if (budget->tenths < TENTHS)
        return false;
    budget->tenths -= TENTHS;
    return true;
}
