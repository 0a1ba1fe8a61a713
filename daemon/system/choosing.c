/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The choice of a resolver, and of the relay that it is reached through: what is needed now is
 * proven first, and the old one, or the old way, stays unless it was.
 */
#include "protection_state.h"

#include "log.h"
#include "routes.h"

#include <string.h>

/* The plan is made anew: the network or the settings may have changed while it was proven. */
static void choose(Protection *protection, const char *who, const char *id)
{
    State *saved = protection->parts.saved;
    if (strcmp(saved->resolver, id) != 0) {
        g_free(saved->resolver);
        saved->resolver = g_strdup(id);
    }
    protection_note_change(protection, who);
    transition_save(protection);
    protection_apply_saved(protection);
}

/* Lookups go to the resolvers now, and nowhere else. */
static bool are_resolvers_asked(const Protection *protection)
{
    RouteKind kind;
    return protection->held && !opening_is_open(protection, &kind) &&
           routes_vpn_in_charge(protection->plan) == NULL && !held_is_signin_wanted(protection);
}

static void on_choice_proven(void *owner, const ProofResult *result)
{
    Protection *protection = owner;
    protection->proof = NULL;
    if (result->ok) {
        choose(protection, protection->who, protection->choice);
        held_is_good(protection, result->resolver_id);
        transition_end(protection, NULL);
    } else {
        transition_fail(protection, result->sentence);
    }
    following_go_on(protection); /* it may have gone and come back meanwhile */
}

void protection_set_resolver(Protection *protection, const char *who, const char *id,
                             ProtectionDone done, void *owner)
{
    g_autoptr(GError) error = NULL;
    if (protection->transition != TRANSITION_NONE) {
        transition_refuse_busy(done, owner);
        return;
    }
    g_autoptr(Plan) plan = protection_make_plan(protection, id, &error);
    if (plan == NULL) {
        transition_refuse(done, owner, (GIOErrorEnum)error->code, error->message);
        return;
    }
    if (!are_resolvers_asked(protection)) { /* proven when it is needed */
        choose(protection, who, id);
        transition_agree(done, owner);
        return;
    }
    transition_begin(protection, TRANSITION_CHOOSING, who, done, owner);
    protection->choice = g_strdup(id);
    protection->proof = prober_try_plan(protection->parts.prober, plan, protection->settings,
                                        on_choice_proven, protection);
}

/* --- the way to it --- */

/* The plan that would be in force if it were so. */
static Plan *plan_by_relay(Protection *protection, const char *id, const char *relay,
                           GError **error)
{
    Relays *relays = protection->settings->relays;
    const char *choice = *id != '\0' ? id : protection->parts.saved->resolver;
    g_autofree char *before = g_strdup(relays_decision(relays, id));
    relays_decide(relays, id, relay);
    Plan *plan = protection_make_plan(protection, choice, error);
    relays_decide(relays, id, before);
    return plan;
}

static bool is_asked(const Protection *protection, const char *id)
{
    bool wanted = *id == '\0' || strcmp(id, protection->parts.saved->resolver) == 0;
    for (size_t i = 0; !wanted && i < protection->plan->resolver_count; i++)
        wanted = strcmp(protection->plan->resolvers[i]->id, id) == 0;
    return wanted && are_resolvers_asked(protection);
}

static gboolean reach_by(Protection *protection, const char *who, const char *id, const char *relay,
                         GError **error)
{
    Decisions *decisions = protection->parts.decisions;
    if (decisions != NULL && !decisions_set_relay(decisions, id, relay, error))
        return FALSE;
    relays_decide(protection->settings->relays, id, relay);
    log_info("how resolvers are reached is decided resolver=%s relay=%s by=%s",
             *id != '\0' ? id : "all", *relay != '\0' ? relay : "as configured", who);
    protection_note_change(protection, who);
    transition_save(protection);
    protection_apply_saved(protection);
    return TRUE;
}

static void on_way_proven(void *owner, const ProofResult *result)
{
    Protection *protection = owner;
    g_autoptr(GError) error = NULL;
    protection->proof = NULL;
    if (!result->ok) {
        transition_fail(protection, result->sentence);
    } else if (reach_by(protection, protection->who, protection->relay_for, protection->relay,
                        &error)) {
        held_is_good(protection, result->resolver_id);
        transition_end(protection, NULL);
    } else {
        transition_end(protection, error);
    }
    following_go_on(protection);
}

void protection_set_relay(Protection *protection, const char *who, const char *id,
                          const char *relay, ProtectionDone done, void *owner)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Plan) plan = NULL;
    if (protection->transition != TRANSITION_NONE) {
        transition_refuse_busy(done, owner);
        return;
    }
    if (*relay == '\0' || relays_know(protection->settings->relays, relay, &error))
        plan = plan_by_relay(protection, id, relay, &error);
    if (plan != NULL && is_asked(protection, id)) {
        transition_begin(protection, TRANSITION_CHOOSING, who, done, owner);
        protection->relay_for = g_strdup(id);
        protection->relay = g_strdup(relay);
        protection->proof = prober_try_plan(protection->parts.prober, plan, protection->settings,
                                            on_way_proven, protection);
    } else if (plan != NULL && reach_by(protection, who, id, relay, &error)) {
        transition_agree(done, owner); /* proven when it is needed */
    } else {
        transition_refuse(done, owner, (GIOErrorEnum)error->code, error->message);
    }
}
