/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The choice of a resolver: where it is needed now it is proven first, and the old one stays unless
 * it was.
 */
#include "protection_state.h"

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
    RouteKind kind;
    bool in_use = protection->held && !opening_is_open(protection, &kind) &&
                  routes_vpn_in_charge(protection->plan) == NULL &&
                  !held_is_signin_wanted(protection);
    if (!in_use) { /* proven when it is needed */
        choose(protection, who, id);
        transition_agree(done, owner);
        return;
    }
    transition_begin(protection, TRANSITION_CHOOSING, who, done, owner);
    protection->choice = g_strdup(id);
    protection->proof = prober_try_plan(protection->parts.prober, plan, protection->settings,
                                        on_choice_proven, protection);
}
