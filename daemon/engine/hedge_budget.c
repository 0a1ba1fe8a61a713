/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What bounds the second tries: a question, or an answer, earns some tenths of one, and what can be
 * saved up is small.
 */
#include "hedge_budget.h"

#include <glib.h>

#define TENTHS 10

void hedge_budget_init(HedgeBudget *budget, unsigned saved)
{
    budget->tenths = budget->limit = saved * TENTHS;
}

void hedge_budget_earn(HedgeBudget *budget, unsigned tenths)
{
    budget->tenths = MIN(budget->tenths + tenths, budget->limit);
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
