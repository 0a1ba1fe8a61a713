/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network_lookup.h"
#include "portal.h"
#include "protection.h"
#include "search.h"

/** What the files of protection share, and nobody else sees:
 *   protection.c        what everybody sees, the plan in force, life
 *   transition.c        what the ways from one state to another on request have in common
 *   turning_on.c        to "on", from off and from what is held
 *   turning_off.c       off, for good or for a while
 *   choosing.c          another resolver, or another way to it
 *   held.c              what becomes of the state while DNS is ours
 *   following.c         what becomes of the network meanwhile
 *   opening.c           what the user lets go to the network's own DNS
 *   signing_in.c        while somebody signs in
 *   protection_clock.c  what a wrong clock does
 *   clear_flow.c        what may leave in clear */

typedef enum Transition {
    TRANSITION_NONE,
    TRANSITION_TURNING_ON,
    TRANSITION_GOING_ON,
    TRANSITION_TURNING_OFF,
    TRANSITION_PAUSING,
    TRANSITION_CHOOSING,
} Transition;

/** Whether lookups get through the network, as far as is known. */
typedef enum Health {
    HEALTH_GOOD,
    HEALTH_SEARCHING, /* not now; a way through is looked for */
    HEALTH_BAD,       /* there is none, for now */
} Health;

typedef struct Waiter {
    ProtectionDone done;
    void *owner;
} Waiter;

typedef struct Consent {
    int64_t until_s;      /* seconds since 1970; 0: none, or a pause */
    bool paused;          /* for as long as the network is not left for another */
    char *key, *identity; /* of the network that it is for; the key may be "" */
    LoopTimer over;
} Consent;

struct Protection {
    ProtectionParts parts;
    Settings *settings;
    Plan *plan;        /* in force; with no resolver where the settings know none to ask */
    Plan *plan_before; /* which other sources were asked by, NULL none; since when not */
    int64_t plan_changed_us;
    ProtectionState state;
    char *reason_code, *reason;
    int64_t until_s;
    char *in_use;              /* id of the resolver that answered last */
    char *identity, *key;      /* of the network joined last */
    uint64_t encrypted_before; /* of this network */

    Transition transition;
    GArray *waiters;              /* Waiter */
    Proof *proof;                 /* of the transition */
    char *who;                    /* asked for it */
    char *choice;                 /* of a resolver, which it will save */
    char *relay_for, *relay;      /* how one is reached, the same */
    char *failure_code, *failure; /* why it is being rolled back */
    uint32_t pause_s;

    bool held; /* DNS is ours and is to stay so; see held.c */
    Health health;
    char *trouble_code, *trouble; /* why it is not good */
    Search *search;               /* of the transition or beside it */
    int64_t checked_us;
    unsigned failures; /* in a row */
    int64_t retry_us;  /* until the next look of its own, while it is bad */
    NetworkLookups *lookups;
    Portal *portal;
    Connectivity connectivity; /* as NetworkManager said last */

    Consent consent;
    SignIn sign_in;
    int64_t sign_in_until_s;
    char *sign_in_identity; /* of its network */
    bool sign_in_late;      /* its time was over before the network let through */
    List errands;           /* names of the sign-in window under way */
    unsigned errand_count;

    NetworkListener network;
    KnownNetworksListener known;
    OwnRulesListener rules;
    EngineObserver observer;
    char *unsaved; /* why the choice could not be saved, NULL: it is */
    LoopTimer save_again;
    LoopTimer pause, lost, unpointed, retry, look, sign_in_over;
    LoopDefer notify;
    void (*changed)(void *owner);
    void *owner;
};

/* --- protection.c --- */

/** `code` and `sentence` are "" when all is well; they may be the present ones. `until_s` 0: it
 * does not end by itself. */
void protection_set_state(Protection *protection, ProtectionState state, int64_t until_s,
                          const char *code, const char *sentence);
/** Who changed something, and that it was now. */
void protection_note_change(Protection *protection, const char *who);
/** Something in the view differs. */
void protection_notify(Protection *protection);
void protection_set_in_use(Protection *protection, const char *resolver_id);
/** The plan for a choice on this network. (transfer full) */
Plan *protection_make_plan(Protection *protection, const char *choice, GError **error);
/** Puts the plan of the saved choice in force; a choice that is gone from the settings is "auto".
 */
void protection_apply_saved(Protection *protection);

static inline const NetworkFacts *protection_facts(const Protection *protection)
{
    return &protection->parts.network->facts;
}

/* --- held.c --- */

void held_init(Protection *protection);
void held_clear(Protection *protection);
/** DNS is ours, and stays so until held_end. */
void held_begin(Protection *protection);
void held_end(Protection *protection);
/** Puts the plan in force that fits what is known, and sets the state by it, that not while a
 * transition is under way. */
void held_judge(Protection *protection);
/** Looks for a way through, as long as the settings say. */
void held_search(Protection *protection);
/** A proof succeeded; one failed, and no more are made for now. */
void held_is_good(Protection *protection, const char *resolver_id);
void held_is_bad(Protection *protection, const ProofResult *result);
/** Looks for a sign-in page, where the settings let it. */
void held_look_for_portal(Protection *protection);
bool held_is_signin_wanted(const Protection *protection);
/** Lookups go elsewhere than to the resolvers: to a VPN, or to the network by the user's wish. */
bool held_goes_elsewhere(const Protection *protection);

/* --- protection_clock.c --- */

#define CLOCK_WRONG_CODE     "clock-wrong"
#define CLOCK_WRONG_SENTENCE "Your computer's clock is wrong, so secure connections fail."

/** DNS is ours, no resolver gets through, and that is the fault of this machine's clock. */
bool protection_is_clock_wrong(const Protection *protection);
/** `explained` is the failure, in other words where the clock is to blame; returns whether it is.
 */
bool protection_explain(const Protection *protection, const ProofResult *failure,
                        ProofResult *explained);
/** The names of time servers, as long as the clock is wrong. */
void protection_add_time_routes(const Protection *protection, Plan *plan);

/* --- opening.c --- */

void opening_init(Protection *protection);
void opening_clear(Protection *protection);
/** Whether everybody's lookups go to the network's DNS, and why. */
bool opening_is_open(const Protection *protection, RouteKind *kind);
/** The network was left, or joined: what was for it alone ends. */
void opening_follow_network(Protection *protection);
/** The user wants protection here: takes back what opened this network. */
void opening_take_back(Protection *protection);
/** Whether the consent is for the network at hand. */
bool opening_has_consent(const Protection *protection);
/** Whether it is a pause that ends when this network is left. */
bool opening_is_paused(const Protection *protection);
/** Why there can be no such pause now; NULL: there can be one. */
const char *opening_why_no_pause(const Protection *protection, GIOErrorEnum *code);
void opening_begin_pause(Protection *protection);
void opening_end_pause(Protection *protection);

/* --- signing_in.c --- */

void signing_in_init(Protection *protection);
void signing_in_clear(Protection *protection);
/** The network was left, or joined: its sign-in ends. */
void signing_in_follow_network(Protection *protection);

/* --- following.c --- */

void following_init(Protection *protection);
void following_clear(Protection *protection);
/** Watches whether there is a network and DNS is ours; held.c's. */
void following_begin(Protection *protection);
void following_end(Protection *protection);
/** Goes on by itself where only the network was missing, unless a transition is under way. */
void following_go_on(Protection *protection);
/** Something else may be done on the network at hand from now on. */
void following_policy_changed(Protection *protection);

/* --- transition.c --- */

/** `who` NULL: nobody asked. */
void transition_begin(Protection *protection, Transition transition, const char *who,
                      ProtectionDone done, void *owner);
/** The caller is answered when the transition under way ends. */
void transition_wait(Protection *protection, ProtectionDone done, void *owner);
/** Ends the transition under way; everybody who waits gets `error` (NULL: it went well), and may
 * ask for the next from inside. */
void transition_end(Protection *protection, const GError *error);
void transition_fail(Protection *protection, const char *sentence);
/** Whether the state is on its way to another one; a resolver's choice leaves it as it is. */
bool transition_is_changing(const Protection *protection);
void transition_init(Protection *protection);
void transition_clear(Protection *protection);
/** Writes what the user chose; a failure is logged, and it is tried again until it succeeds. */
void transition_save(Protection *protection);
/** Answers at once. `done` NULL: nobody waits. */
void transition_agree(ProtectionDone done, void *owner);
void transition_refuse(ProtectionDone done, void *owner, GIOErrorEnum code, const char *sentence);
void transition_refuse_busy(ProtectionDone done, void *owner);

/* --- turning_on.c --- */

/** Holds DNS again, with no proof first: the way on from a restart, a pause, a block. */
void transition_go_on(Protection *protection, ProtectionDone done, void *owner);
/** DNS is ours from now on, whatever is known of the way; `error` (NULL: none) is for who waits. */
void transition_settle(Protection *protection, const GError *error);
/** The transition's network went away. */
void transition_network_lost(Protection *protection);
/** It was left for another one, which has the whole time of a search. */
void transition_network_joined(Protection *protection);
/** Its network wants a sign-in first. */
void transition_portal_found(Protection *protection);
/** Its search goes on no longer than that: lookups go elsewhere. */
void transition_opened(Protection *protection);
