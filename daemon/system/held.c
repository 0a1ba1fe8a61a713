/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * While DNS is ours: what is known, and the one state that follows from it.
 *
 * Nothing here sets a state but held_judge. Everything else notes what it learnt (lookups get
 * through or not, the network wants a sign-in, it was left, the user opened it) and asks for the
 * judgement. So the order in which things are learnt does not matter.
 *
 * Once on, nobody asks on a timer whether it still works. What the engine reports of clients'
 * questions tells; after a few failures in a row a search begins, and one answer to anybody ends
 * it. Where there is no way through it is looked again, ever more seldom. Only the user opens the
 * machine.
 */
#include "protection_state.h"

#include "routes.h"

#include <string.h>

#define FAILURES_BEFORE_CHECK 3
#define CHECK_INTERVAL_US     INT64_C(10000000)
#define RETRY_FIRST_US        INT64_C(5000000)
#define RETRY_LAST_US         INT64_C(60000000)
#define LOOK_US               INT64_C(10000000) /* at a sign-in page that nobody works at */

/* --- judgement --- */

/* One that shows itself although lookups get through is for the rest of the traffic; then it is
 * asked about only where somebody besides us says so, since a page of ours may be wrong. */
bool held_is_signin_wanted(const Protection *protection)
{
    return portal_is_found(protection->portal) &&
           (protection->health != HEALTH_GOOD ||
            protection_facts(protection)->connectivity == CONNECTIVITY_PORTAL ||
            protection->settings->networks.portal_check == PORTAL_CHECK_ALWAYS);
}

bool held_goes_elsewhere(const Protection *protection)
{
    RouteKind kind;
    return routes_vpn_in_charge(protection->plan) != NULL || opening_is_open(protection, &kind);
}

static void judge_health(Protection *protection)
{
    if (protection_is_clock_wrong(protection)) {
        protection_set_state(protection, PROTECTION_BLOCKED, 0, CLOCK_WRONG_CODE,
                             CLOCK_WRONG_SENTENCE);
        return;
    }
    switch (protection->health) {
    case HEALTH_GOOD:
        protection->sign_in_late = false;
        protection_set_state(protection, PROTECTION_ON, 0, "", "");
        return;
    case HEALTH_SEARCHING:
        protection_set_state(protection, PROTECTION_STARTING, 0, "searching",
                             "Looking for a way through…");
        return;
    case HEALTH_BAD:
        protection_set_state(protection, PROTECTION_BLOCKED, 0, protection->trouble_code,
                             protection->trouble);
        return;
    }
}

static void judge(Protection *protection)
{
    NetworkPolicy policy = protection_policy(protection);
    if (routes_vpn_in_charge(protection->plan) != NULL)
        protection_set_state(protection, PROTECTION_VPN, 0, "", "");
    else if (opening_is_paused(protection))
        protection_set_state(protection, PROTECTION_PAUSED, 0, "", "");
    else if (policy == NETWORK_LEAVE_ALONE)
        protection_set_state(protection, PROTECTION_OPEN, 0, "", "");
    else if (policy == NETWORK_ASK)
        protection_set_state(protection, PROTECTION_ASK, 0, "", "");
    else if (opening_has_consent(protection))
        protection_set_state(protection, PROTECTION_OPEN, protection->consent.until_s, "", "");
    else if (protection->sign_in != SIGN_IN_NONE)
        protection_set_state(protection, PROTECTION_SIGNING_IN, protection->sign_in_until_s, "",
                             "");
    else if (held_is_signin_wanted(protection) && protection->sign_in_late)
        protection_set_state(protection, PROTECTION_SIGNIN, 0, "sign-in-timeout",
                             "The time to sign in is over, so everything is closed again.");
    else if (held_is_signin_wanted(protection))
        protection_set_state(protection, PROTECTION_SIGNIN, 0, "", "");
    else
        judge_health(protection);
}

/* What is looked at by itself, and how often. */
static void set_timers(Protection *protection)
{
    bool signin = protection->state == PROTECTION_SIGNIN;
    bool signing_in = protection->state == PROTECTION_SIGNING_IN;
    int64_t look_us = signing_in ? protection->settings->networks.probe_us : LOOK_US;
    if (!signin && !signing_in)
        loop_timer_stop(&protection->look);
    else if (!loop_timer_is_running(&protection->look) && !portal_is_looking(protection->portal))
        loop_timer_start(&protection->look, look_us);
    if (!signin && protection->state != PROTECTION_BLOCKED) {
        loop_timer_stop(&protection->retry);
        protection->retry_us = RETRY_FIRST_US;
    } else if (!loop_timer_is_running(&protection->retry) && protection->search == NULL) {
        loop_timer_start(&protection->retry, protection->retry_us);
        protection->retry_us = MIN(protection->retry_us * 2, RETRY_LAST_US);
    }
}

static bool is_resting(ProtectionState state)
{
    return state == PROTECTION_VPN || state == PROTECTION_OPEN || state == PROTECTION_ASK ||
           state == PROTECTION_PAUSED;
}

void held_judge(Protection *protection)
{
    protection_apply_saved(protection); /* what is over closes, whatever is under way */
    if (!protection->held || transition_is_changing(protection))
        return;
    bool rested = is_resting(protection->state);
    judge(protection);
    if (rested && !is_resting(protection->state))
        held_search(protection); /* the resolvers were not needed for a while */
    else if (protection->health == HEALTH_SEARCHING && protection->search == NULL)
        held_search(protection); /* a transition that came to nothing had ended it */
    set_timers(protection);
}

/* --- the way through --- */

static void note_trouble(Protection *protection, const ProofResult *result)
{
    static const char *const forgeries[] = {"cert-name", "cert-untrusted", "cert-pin",
                                            "cert-forged", NULL};
    const Resolver *resolver =
        result->resolver_id != NULL
            ? settings_find_resolver(protection->settings, result->resolver_id)
            : NULL;
    g_free(protection->trouble_code);
    protection->trouble_code = g_strdup(result->code);
    g_free(protection->trouble);
    protection->trouble =
        resolver != NULL && g_strv_contains(forgeries, result->code)
            ? g_strdup_printf("Someone on this network tried to answer for %s. Sotto refused.",
                              resolver->name)
            : g_strdup(result->sentence);
}

void held_look_for_portal(Protection *protection)
{
    bool wanted = protection->sign_in != SIGN_IN_NONE || !held_goes_elsewhere(protection);
    if (protection->settings->networks.portal_check != PORTAL_CHECK_NEVER && wanted &&
        protection_facts(protection)->online)
        portal_look(protection->portal, &protection->settings->networks);
}

static void on_doubt(void *owner, const ProofResult *failure)
{
    Protection *protection = owner;
    if (failure != NULL) {
        note_trouble(protection, failure);
        if (protection->health == HEALTH_GOOD)
            protection->health = HEALTH_SEARCHING;
        held_judge(protection);
    }
    held_look_for_portal(protection);
}

void held_is_good(Protection *protection, const char *resolver_id)
{
    protection->health = HEALTH_GOOD;
    protection->failures = 0;
    g_clear_pointer(&protection->search, search_cancel);
    portal_doubt(protection->portal);
    protection_set_in_use(protection, resolver_id);
    held_judge(protection);
}

void held_is_bad(Protection *protection, const ProofResult *result)
{
    protection->health = HEALTH_BAD;
    note_trouble(protection, result);
    held_judge(protection);
}

static void on_searched(void *owner, const ProofResult *result)
{
    Protection *protection = owner;
    protection->search = NULL;
    if (result->ok)
        held_is_good(protection, result->resolver_id);
    else
        held_is_bad(protection, result);
}

/* A transition has a search of its own, and people who wait for its end. */
static void search(Protection *protection, int64_t limit_us)
{
    static const SearchEvents events = {.doubt = on_doubt, .ended = on_searched};
    if (transition_is_changing(protection))
        return;
    g_clear_pointer(&protection->search, search_cancel);
    if (held_goes_elsewhere(protection))
        return;
    protection->checked_us = loop_now_us(protection->parts.loop);
    protection->failures = 0;
    protection->search =
        search_begin(protection->parts.prober, protection->parts.loop, protection->plan,
                     protection->settings, limit_us, &events, protection);
}

void held_search(Protection *protection)
{
    search(protection, protection->settings->networks.search_us);
}

static void on_retry(void *owner)
{
    Protection *protection = owner;
    search(protection, 0);
}

static void on_record(void *owner, const QueryRecord *record)
{
    Protection *protection = owner;
    bool kept = record->source == RECORD_STALE && record->status == STATUS_OK;
    if (record->routed || kept) /* neither says anything of the resolvers */
        return;
    if (record->status == STATUS_OK) {
        const char *id = engine_last_resolver(protection->parts.engine);
        if (protection->held && protection->health != HEALTH_GOOD &&
            !transition_is_changing(protection))
            held_is_good(protection, id);
        protection->failures = 0;
        protection_set_in_use(protection, id);
        return;
    }
    protection->failures++;
    int64_t since_check_us = loop_now_us(protection->parts.loop) - protection->checked_us;
    if (protection->state == PROTECTION_ON && protection->search == NULL &&
        protection->failures >= FAILURES_BEFORE_CHECK &&
        (protection->checked_us == 0 || since_check_us >= CHECK_INTERVAL_US))
        held_search(protection);
}

/* --- the sign-in page --- */

static void on_looked(void *owner)
{
    Protection *protection = owner;
    bool found = portal_is_found(protection->portal);
    bool waited = protection->state == PROTECTION_SIGNIN || protection->sign_in != SIGN_IN_NONE;
    if (found && protection->parts.networks != NULL && *protection->key != '\0')
        known_networks_set_portal(protection->parts.networks, protection->key, true);
    if (portal_verdict(protection->portal) == PORTAL_OPEN)
        protection_end_sign_in(protection);
    if (found && (protection->search != NULL || protection->health != HEALTH_GOOD)) {
        transition_portal_found(protection);
        g_clear_pointer(&protection->search, search_cancel);
        protection->health = HEALTH_BAD;
    }
    if (protection->held && waited && portal_verdict(protection->portal) == PORTAL_OPEN)
        held_search(protection);
    held_judge(protection);
    protection_notify(protection);
}

static void on_look(void *owner)
{
    held_look_for_portal(owner);
}

/* --- life --- */

void held_begin(Protection *protection)
{
    protection->held = true;
    protection->retry_us = RETRY_FIRST_US;
    held_judge(protection);
    following_begin(protection);
}

void held_end(Protection *protection)
{
    protection->held = false;
    protection_end_sign_in(protection);
    g_clear_pointer(&protection->search, search_cancel);
    following_end(protection);
    loop_timer_stop(&protection->retry);
    loop_timer_stop(&protection->look);
}

void held_init(Protection *protection)
{
    const ProtectionParts *parts = &protection->parts;
    const PortalParts portal = {
        .loop = parts->loop,
        .network = parts->network,
        .lookups = protection->lookups,
        .probe = parts->probe,
    };
    loop_timer_init(&protection->retry, parts->loop, on_retry, protection);
    loop_timer_init(&protection->look, parts->loop, on_look, protection);
    protection->portal = portal_new(&portal, on_looked, protection);
    protection->trouble_code = g_strdup("");
    protection->trouble = g_strdup("");
    protection->observer = (EngineObserver){
        .interest = RECORD_NEEDED_ANSWER, .observed = on_record, .owner = protection};
    engine_observe(parts->engine, &protection->observer);
}

void held_clear(Protection *protection)
{
    held_end(protection);
    engine_unobserve(protection->parts.engine, &protection->observer);
    portal_free(protection->portal);
    g_free(protection->trouble_code);
    g_free(protection->trouble);
}
