/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From one state of protection to another, as somebody asked for.
 *
 * There are two ways to "on":
 *
 *   turning on (from off):   prove the resolver → switch DNS → prove the system's path → on
 *                            a failure switches back and is off again, with the reason
 *   going on (what is held,  switch DNS → prove the resolver → prove the system's path → on
 *   or was, up to a pause):  a failure stays switched, as blocked: nothing leaves in clear
 *
 * One transition is under way at most, with the callers that wait for its end. Turning off is
 * always possible and ends any other.
 */
#include "protection_state.h"

#include "log.h"
#include "routes.h"

#include <string.h>

#define PAUSE_MIN_S 60
#define PAUSE_MAX_S 86400

static void save(Protection *protection)
{
    g_autoptr(GError) error = NULL;
    if (!state_save(protection->parts.saved, &error))
        log_error("the choice cannot be saved and will be lost at a restart reason=%s",
                  error->message);
}

static void wait_for_end(Protection *protection, ProtectionDone done, void *owner)
{
    const Waiter waiter = {.done = done, .owner = owner};
    if (done != NULL)
        g_array_append_val(protection->waiters, waiter);
}

/* `who` NULL: nobody asked. */
static void transition_begin(Protection *protection, Transition transition, const char *who,
                             ProtectionDone done, void *owner)
{
    protection->transition = transition;
    g_free(protection->who);
    protection->who = g_strdup(who);
    wait_for_end(protection, done, owner);
}

/* Whoever waits may ask for the next transition from inside. */
void transition_end(Protection *protection, const GError *error)
{
    g_autoptr(GArray) waiters = protection->waiters;
    protection->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
    protection->transition = TRANSITION_NONE;
    g_clear_pointer(&protection->proof, proof_cancel);
    g_clear_pointer(&protection->choice, g_free);
    g_clear_pointer(&protection->failure_code, g_free);
    g_clear_pointer(&protection->failure, g_free);
    for (guint i = 0; i < waiters->len; i++) {
        const Waiter *waiter = &g_array_index(waiters, Waiter, i);
        waiter->done(waiter->owner, error);
    }
}

static void transition_fail(Protection *protection, const char *sentence)
{
    g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, sentence);
    transition_end(protection, error);
}

static void refuse(ProtectionDone done, void *owner, GIOErrorEnum code, const char *sentence)
{
    g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, code, sentence);
    if (done != NULL)
        done(owner, error);
}

static void refuse_busy(ProtectionDone done, void *owner)
{
    refuse(done, owner, G_IO_ERROR_BUSY, "Another change is under way.");
}

static void agree(ProtectionDone done, void *owner)
{
    if (done != NULL)
        done(owner, NULL);
}

/* --- to "on" --- */

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

/* DNS is ours from now on, whatever is known of the way; `error` (NULL: none) is for who waits. */
static void settle(Protection *protection, const GError *error)
{
    g_clear_pointer(&protection->search, search_cancel);
    g_clear_pointer(&protection->proof, proof_cancel);
    if (!protection->parts.saved->on) {
        protection->parts.saved->on = true;
        save(protection);
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
    settle(protection, error);
}

static void on_system_proven(void *owner, const ProofResult *result)
{
    Protection *protection = owner;
    protection->proof = NULL;
    if (result->ok) {
        protection->health = HEALTH_GOOD;
        settle(protection, NULL);
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
        settle(protection, NULL); /* the rest is for after the sign-in */
    else if (turning)
        prove_system(protection);
    else if (!protection_facts(protection)->online)
        stand_by(protection, PROTECTION_OFFLINE, "offline", "There is no network connection.");
    else if (is_open(protection))
        settle(protection, NULL);
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
        settle(protection, NULL);
    else
        network_point(protection->parts.network, on_pointed, protection);
}

void transition_opened(Protection *protection)
{
    if (protection->transition == TRANSITION_GOING_ON && protection->search != NULL)
        settle(protection, NULL);
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
        refuse(done, owner, G_IO_ERROR_FAILED,
               "Neither NetworkManager nor systemd-resolved is running.");
        return;
    }
    if (!facts->online) {
        refuse(done, owner, G_IO_ERROR_FAILED, "There is no network connection.");
        return;
    }
    g_autoptr(Plan) plan =
        protection_make_plan(protection, protection->parts.saved->resolver, &error);
    if (plan == NULL) {
        refuse(done, owner, G_IO_ERROR_FAILED, error->message);
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
        wait_for_end(protection, done, owner);
        return;
    }
    if (protection->transition != TRANSITION_NONE) {
        refuse_busy(done, owner);
        return;
    }
    bool open = is_open(protection);
    opening_take_back(protection); /* whoever turns it on wants it here */
    if (!open && (protection->state == PROTECTION_ON || protection->state == PROTECTION_VPN)) {
        agree(done, owner);
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
        wait_for_end(protection, done, owner);
    } else if (protection->transition != TRANSITION_NONE) {
        refuse_busy(done, owner);
    } else if (protection->held || protection->state == PROTECTION_ERROR ||
               protection->state == PROTECTION_OFFLINE) {
        protection_end_sign_in(protection);
        transition_go_on(protection, done, owner);
        held_look_for_portal(protection);
    } else {
        refuse(done, owner, G_IO_ERROR_FAILED, "Protection is not on, so there is nothing to see.");
    }
}

/* --- off, pause --- */

static void on_turned_off(void *owner, const GError *error)
{
    Protection *protection = owner;
    if (protection->transition != TRANSITION_TURNING_OFF)
        return;
    /* NetworkManager gets our wish when it is back; until then lookups go on through us. */
    protection_set_state(protection, PROTECTION_OFF, 0, error != NULL ? "networkmanager" : "",
                         error != NULL ? error->message : "");
    transition_end(protection, error);
}

void protection_turn_off(Protection *protection, const char *who, ProtectionDone done, void *owner)
{
    if (protection->transition == TRANSITION_TURNING_OFF) {
        wait_for_end(protection, done, owner);
        return;
    }
    if (protection->transition != TRANSITION_NONE) {
        g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                      "Protection was turned off meanwhile.");
        transition_end(protection, error);
    }
    loop_timer_stop(&protection->pause);
    held_end(protection);
    protection_note_change(protection, who);
    protection->parts.saved->on = false;
    save(protection);
    transition_begin(protection, TRANSITION_TURNING_OFF, who, done, owner);
    network_restore(protection->parts.network, on_turned_off, protection);
}

static void set_paused(Protection *protection, uint32_t seconds)
{
    loop_timer_start(&protection->pause, (int64_t)seconds * 1000000);
    protection_set_state(protection, PROTECTION_PAUSED,
                         loop_wall_s(protection->parts.loop) + seconds, "", "");
}

static void on_opened(void *owner, const GError *error)
{
    Protection *protection = owner;
    if (protection->transition != TRANSITION_PAUSING)
        return;
    if (error != NULL) { /* not opened: hold on */
        network_point(protection->parts.network, NULL, NULL);
        settle(protection, error);
        return;
    }
    protection_note_change(protection, protection->who);
    set_paused(protection, protection->pause_s);
    transition_end(protection, NULL);
}

void protection_pause(Protection *protection, const char *who, uint32_t seconds,
                      ProtectionDone done, void *owner)
{
    if (seconds < PAUSE_MIN_S || seconds > PAUSE_MAX_S) {
        refuse(done, owner, G_IO_ERROR_INVALID_ARGUMENT,
               "A pause takes between one minute and one day.");
    } else if (protection->transition != TRANSITION_NONE) {
        refuse_busy(done, owner);
    } else if (protection->state == PROTECTION_PAUSED) {
        protection_note_change(protection, who);
        set_paused(protection, seconds);
        agree(done, owner);
    } else if (protection->held) {
        held_end(protection);
        protection->pause_s = seconds;
        transition_begin(protection, TRANSITION_PAUSING, who, done, owner);
        network_restore(protection->parts.network, on_opened, protection);
    } else {
        refuse(done, owner, G_IO_ERROR_FAILED, "Protection is not on, so it cannot be paused.");
    }
}

void protection_resume(Protection *protection, const char *who, ProtectionDone done, void *owner)
{
    if (protection->transition == TRANSITION_GOING_ON) {
        wait_for_end(protection, done, owner);
    } else if (protection->transition != TRANSITION_NONE) {
        refuse_busy(done, owner);
    } else if (protection->state == PROTECTION_PAUSED) {
        protection_note_change(protection, who);
        transition_go_on(protection, done, owner);
    } else if (protection->held && opening_has_consent(protection)) {
        protection_note_change(protection, who);
        opening_take_back(protection);
        held_judge(protection);
        agree(done, owner);
    } else if (protection->state == PROTECTION_ON || protection->state == PROTECTION_VPN) {
        agree(done, owner);
    } else {
        refuse(done, owner, G_IO_ERROR_FAILED, "Protection is not paused.");
    }
}

/* --- the choice of a resolver --- */

/* The plan is made anew: the network or the settings may have changed while it was proven. */
static void choose(Protection *protection, const char *who, const char *id)
{
    State *saved = protection->parts.saved;
    if (strcmp(saved->resolver, id) != 0) {
        g_free(saved->resolver);
        saved->resolver = g_strdup(id);
    }
    protection_note_change(protection, who);
    save(protection);
    protection_apply_saved(protection);
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
    held_follow_network(protection); /* it may have gone and come back meanwhile */
}

void protection_set_resolver(Protection *protection, const char *who, const char *id,
                             ProtectionDone done, void *owner)
{
    g_autoptr(GError) error = NULL;
    if (protection->transition != TRANSITION_NONE) {
        refuse_busy(done, owner);
        return;
    }
    g_autoptr(Plan) plan = protection_make_plan(protection, id, &error);
    if (plan == NULL) {
        refuse(done, owner, (GIOErrorEnum)error->code, error->message);
        return;
    }
    bool in_use = protection->held && !is_open(protection) &&
                  routes_vpn_in_charge(protection->plan) == NULL &&
                  !held_is_signin_wanted(protection);
    if (!in_use) { /* proven when it is needed */
        choose(protection, who, id);
        agree(done, owner);
        return;
    }
    transition_begin(protection, TRANSITION_CHOOSING, who, done, owner);
    protection->choice = g_strdup(id);
    protection->proof = prober_try_plan(protection->parts.prober, plan, protection->settings,
                                        on_choice_proven, protection);
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
