/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The generic cell rate algorithm (ITU-T I.371): one number, the time at which a caller who keeps
 * to the rate would have asked all that was asked, says everything about the past.
 */
#include "allowance.h"

#define SECOND_US 1000000

static int64_t duration_us(const AllowanceRate *rate, unsigned units)
{
    return (int64_t)units * SECOND_US / rate->per_second;
}

bool allowance_take(Allowance *allowance, const AllowanceRate *rate, unsigned units, int64_t now_us)
{
    int64_t from_us = allowance_is_whole(allowance, now_us) ? now_us : allowance->used_until_us;
    int64_t until_us = from_us + duration_us(rate, units);
    if (until_us - now_us > duration_us(rate, rate->at_once))
        return false;
    allowance->used_until_us = until_us;
    return true;
}

void allowance_give_back(Allowance *allowance, const AllowanceRate *rate, unsigned units)
{
    allowance->used_until_us -= duration_us(rate, units);
}

bool allowance_is_whole(const Allowance *allowance, int64_t now_us)
{
    return allowance->used_until_us <= now_us;
}
