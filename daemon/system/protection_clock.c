/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a wrong clock does to protection.
 *
 * Certificates fail then, all of them, so DNS that is held answers nobody, and the clock cannot be
 * set, since its servers are known by name. So as long as the clock is to blame, these names alone
 * go to the network's DNS. Nothing else changes: no certificate is believed, and lookups wait. As
 * soon as somebody sets the clock it is proven anew.
 */
#include "protection_state.h"

#include "routes.h"

#include <string.h>

static bool blames_clock(const Protection *protection, const char *code)
{
    ClockEvidence evidence = {.code = code};
    if (protection->parts.clock == NULL || protection->plan == NULL)
        return false;
    evidence.told = portal_clock_offset(protection->portal, &evidence.ahead_s);
    evidence.resolvers = clock_count_dated(protection->parts.engine, protection->plan);
    return clock_explains(protection->parts.clock, &evidence);
}

bool protection_is_clock_wrong(const Protection *protection)
{
    return protection->held && protection->health != HEALTH_GOOD &&
           blames_clock(protection, protection->trouble_code);
}

bool protection_explain(const Protection *protection, const ProofResult *failure,
                        ProofResult *explained)
{
    *explained = *failure;
    if (!blames_clock(protection, failure->code))
        return false;
    explained->code = CLOCK_WRONG_CODE;
    explained->sentence = CLOCK_WRONG_SENTENCE;
    return true;
}

void protection_add_time_routes(const Protection *protection, Plan *plan)
{
    char *const *names = protection->settings->networks.time_servers;
    if (!protection_is_clock_wrong(protection))
        return;
    for (size_t i = 0; names[i] != NULL; i++)
        routes_add_name(plan, protection_facts(protection)->links, names[i], ROUTE_TIME);
}

static void shift(int64_t *until_s, int64_t leap_s)
{
    if (*until_s != 0)
        *until_s += leap_s;
}

void protection_clock_set(Protection *protection, int64_t leap_s)
{
    /* What ends after so many minutes ends after so many minutes, whatever they are called. */
    shift(&protection->until_s, leap_s);
    shift(&protection->consent.until_s, leap_s);
    shift(&protection->sign_in_until_s, leap_s);
    portal_clock_set(protection->portal, leap_s);
    protection_notify(protection);
    if (!protection->held || protection->health == HEALTH_GOOD)
        return;
    protection->health = HEALTH_SEARCHING;
    g_free(protection->trouble_code);
    protection->trouble_code = g_strdup("");
    held_judge(protection);
    held_search(protection);
}
