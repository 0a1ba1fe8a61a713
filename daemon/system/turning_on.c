/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ways to "on":
 *
 *   turning on (from off):   prove the resolver → switch DNS → prove the system's path → on
 *                            a failure switches back and is off again, with the reason
 *   going on (what is held,  switch DNS → prove the resolver → prove the system's path → on
 *   or was, up to a pause):  a failure stays switched, as blocked: nothing leaves in clear
 *
 * On both a sign-in page may be found instead of a way through: DNS is held then, too.
 */
#include "protection_state.h"

#include "log.h"
#include "routes.h"

#include <string.h>

static void on_rolled_back(void *owner, const GError *error)
{
    Protection *protection = owner;
    g_autofree char *code = g_steal_pointer(&protection->failure_code);
    g_autofree char *sentence = g_steal_pointer(&protection->failure);
    if (protection->transition != TRANSITION_TURNING_ON || code == NULL)
        return;        /* replaced by another request */
    if (error != NULL) /* the wish stays, and lookups go on through us until it is met */
        log_warning("the network's own DNS is not back yet reason=%s", error->message);
    protection_set_state(protection, PROTECTION_OFF, 0, code, sentence);
    transition_fail(protection, sentence);
}

static void roll_back(Protection *protection, const char *code, const char *sentence)
{
    g_clear_pointer(&protection->search, search_cancel);
    g_free(protection->failure_code);
    protection->failure_code = g_strdup(code);
    g_free(protection->failure);
    protection->failure = g_strdup(sentence);
    network_restore(protection->parts.network, on_rolled_back, protection);
}

void transition_settle(Protection *protection, const GError *error)
{
    g_clear_pointer(&protection->search, search_cancel);
    g_clear_pointer(&protection->proof, proof_cancel);
    if (!protection->parts.saved->on) {
        protection->parts.saved->on = true;
        transition_save(protection);
    }
    protection->transition = TRANSITION_NONE;
    held_begin(protection);
    transition_end(protection, error);
}

/* DNS may not be ours, or there is nothing to ask: nothing is watched until that changes. */
static void stand_by(Protection *protection, ProtectionState state, const char *code,
                     const char *sentence)
{
    if (protection->transition == TRANSITION_TURNING_ON) {
        roll_back(protection, code, sentence);
        return;
    }
    g_autofree char *kept = g_strdup(sentence);
    held_end(protection);
    protection_set_state(protection, state, 0, code, kept);
    transition_fail(protection, kept);
}

/* A failed turning on is undone; a failed going on holds what it has. */
static void no_way_through(Protection *protection, const ProofResult *result)
{
    ProofResult explained;
    (void)protection_explain(protection, result, &explained);
    if (protection->transition == TRANSITION_TURNING_ON) {
        roll_back(protection, explained.code, explained.sentence);
        return;
    }
    g_autoptr(GError) error =
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, explained.sentence);
    held_is_bad(protection, result);
    transition_settle(protection, error);
}

static void on_system_proven(void *owner, const ProofResult *result)
{
    Protection *protection = owner;
    protection->proof = NULL;
    if (result->ok) {
        protection->health = HEALTH_GOOD;
        transition_settle(protection, NULL);
    } else if (strcmp(result->code, "system-elsewhere") == 0) {
        stand_by(protection, PROTECTION_ERROR, result->code, result->sentence);
    } else {
        no_way_through(protection, result);
    }
}

static void prove_system(Protection *protection)
{
    protection->proof = prober_try_system(protection->parts.prober, protection->settings,
                                          on_system_proven, protection);
}

static void on_pointed(void *owner, const GError *error);

static void on_way(void *owner, const ProofResult *result)
{
    Protection *protection = owner;
    protection->search = NULL;
    if (!result->ok) {
        no_way_through(protection, result);
        return;
    }
    protection_set_in_use(protection, result->resolver_id);
    if (protection->transition == TRANSITION_GOING_ON)
        prove_system(protection);
    else
        network_point(protection->parts.network, on_pointed, protection);
}

static void on_doubt(void *owner, const ProofResult *failure)
{
    Protection *protection = owner;
    ProofResult explained;
    if (failure != NULL && protection_explain(protection, failure, &explained)) {
        no_way_through(protection, failure); /* to look longer would not help */
        return;
    }
    if (failure != NULL)
        protection_set_state(protection, PROTECTION_STARTING, 0, "searching",
                             "Looking for a way through…");
    held_look_for_portal(protection);
}

static void look_for_way(Protection *protection, Plan *plan)
{
    static const SearchEvents events = {.doubt = on_doubt, .ended = on_way};
    g_clear_pointer(&protection->search, search_cancel);
    protection->search =
        search_begin(protection->parts.prober, protection->parts.loop, plan, protection->settings,
                     protection->settings->networks.search_us, &events, protection);
}

static bool is_open(const Protection *protection)
{
    RouteKind kind;
    return opening_is_open(protection, &kind);
}

static void on_pointed(void *owner, const GError *error)
{
    Protection *protection = owner;
    bool turning = protection->transition == TRANSITION_TURNING_ON;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
        (!turning && protection->transition != TRANSITION_GOING_ON))
        return;
    if (error != NULL)
        stand_by(protection, PROTECTION_ERROR,
                 protection_facts(protection)->taken ? "dns-taken" : "networkmanager",
                 error->message);
    else if (turning && portal_is_found(protection->portal))
        transition_settle(protection, NULL); /* the rest is for after the sign-in */
    else if (turning)
        prove_system(protection);
    else if (!protection_facts(protection)->online)
        stand_by(protection, PROTECTION_OFFLINE, "offline", "There is no network connection.");
    else if (is_open(protection))
        transition_settle(protection, NULL);
    else if (routes_vpn_in_charge(protection->plan) != NULL)
        prove_system(protection);
    else
        look_for_way(protection, protection->plan);
}

void transition_portal_found(Protection *protection)
{
    if (protection->search == NULL || (protection->transition != TRANSITION_TURNING_ON &&
                                       protection->transition != TRANSITION_GOING_ON))
        return;
    g_clear_pointer(&protection->search, search_cancel);
    protection->health = HEALTH_BAD;
    if (protection->transition == TRANSITION_GOING_ON)
        transition_settle(protection, NULL);
    else
        network_point(protection->parts.network, on_pointed, protection);
}

void transition_opened(Protection *protection)
{
    if (protection->transition == TRANSITION_GOING_ON && protection->search != NULL)
        transition_settle(protection, NULL);
}

void transition_network_joined(Protection *protection)
{
    bool to_on = protection->transition == TRANSITION_TURNING_ON ||
                 protection->transition == TRANSITION_GOING_ON;
    if (to_on && protection->search != NULL)
        look_for_way(protection, protection->plan);
}

static void turn_on_from_off(Protection *protection, const char *who, ProtectionDone done,
                             void *owner)
{
    g_autoptr(GError) error = NULL;
    const NetworkFacts *facts = protection_facts(protection);
    if (!facts->managed) {
        transition_refuse(done, owner, G_IO_ERROR_FAILED,
                          "Neither NetworkManager nor systemd-resolved is running.");
        return;
    }
    if (!facts->online) {
        transition_refuse(done, owner, G_IO_ERROR_FAILED, "There is no network connection.");
        return;
    }
    g_autoptr(Plan) plan =
        protection_make_plan(protection, protection->parts.saved->resolver, &error);
    if (plan == NULL) {
        transition_refuse(done, owner, G_IO_ERROR_FAILED, error->message);
        return;
    }
    protection_note_change(protection, who);
    transition_begin(protection, TRANSITION_TURNING_ON, who, done, owner);
    protection_set_state(protection, PROTECTION_STARTING, 0, "", "");
    portal_forget(protection->portal);
    protection_apply_saved(protection);     /* what was let out while it was on last is not now */
    if (routes_vpn_in_charge(plan) != NULL) /* the resolvers wait until it is gone */
        network_point(protection->parts.network, on_pointed, protection);
    else
        look_for_way(protection, plan);
}

void transition_go_on(Protection *protection, ProtectionDone done, void *owner)
{
    g_clear_pointer(&protection->search, search_cancel);
    transition_begin(protection, TRANSITION_GOING_ON, NULL, done, owner);
    loop_timer_stop(&protection->pause);
    protection_set_state(protection, PROTECTION_STARTING, 0, "", "");
    protection_apply_saved(protection);
    network_point(protection->parts.network, on_pointed, protection);
}

void protection_turn_on(Protection *protection, const char *who, ProtectionDone done, void *owner)
{
    if (protection->transition == TRANSITION_TURNING_ON ||
        protection->transition == TRANSITION_GOING_ON) {
        transition_wait(protection, done, owner);
        return;
    }
    if (protection->transition != TRANSITION_NONE) {
        transition_refuse_busy(done, owner);
        return;
    }
    bool open = is_open(protection);
    opening_take_back(protection); /* whoever turns it on wants it here */
    if (!open && (protection->state == PROTECTION_ON || protection->state == PROTECTION_VPN)) {
        transition_agree(done, owner);
        return;
    }
    if (protection->state == PROTECTION_OFF) {
        turn_on_from_off(protection, who, done, owner);
        return;
    }
    protection_note_change(protection, who); /* it is wanted already, and stays so if this fails */
    protection_end_sign_in(protection);
    transition_go_on(protection, done, owner);
}

void protection_look_again(Protection *protection, ProtectionDone done, void *owner)
{
    if (protection->transition == TRANSITION_GOING_ON) {
        transition_wait(protection, done, owner);
    } else if (protection->transition != TRANSITION_NONE) {
        transition_refuse_busy(done, owner);
    } else if (protection->held || protection->state == PROTECTION_ERROR ||
               protection->state == PROTECTION_OFFLINE) {
        protection_end_sign_in(protection);
        transition_go_on(protection, done, owner);
        held_look_for_portal(protection);
    } else {
        transition_refuse(done, owner, G_IO_ERROR_FAILED,
                          "Protection is not on, so there is nothing to see.");
    }
}

void transition_network_lost(Protection *protection)
{
    if (protection->transition != TRANSITION_TURNING_ON &&
        protection->transition != TRANSITION_GOING_ON)
        return;
    if (protection->failure != NULL)
        return; /* it is being rolled back already */
    g_clear_pointer(&protection->proof, proof_cancel);
    g_clear_pointer(&protection->search, search_cancel);
    stand_by(protection, PROTECTION_OFFLINE, "offline", "There is no network connection.");
}
