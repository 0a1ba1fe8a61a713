/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "protection.h"

/** What protection.c and transition.c share, and nobody else sees. */

typedef enum Transition {
    TRANSITION_NONE,
    TRANSITION_TURNING_ON,
    TRANSITION_GOING_ON,
    TRANSITION_TURNING_OFF,
    TRANSITION_PAUSING,
    TRANSITION_CHOOSING,
} Transition;

typedef struct Waiter {
    ProtectionDone done;
    void *owner;
} Waiter;

struct Protection {
    ProtectionParts parts;
    Settings *settings;
    Plan *plan; /* in force; NULL when the settings know no resolver */
    ProtectionState state;
    char *reason_code, *reason;
    int64_t until_s;
    char *in_use;              /* id of the resolver that answered last */
    char *identity;            /* of the network joined last */
    uint64_t encrypted_before; /* of this network */

    Transition transition;
    GArray *waiters;              /* Waiter */
    Proof *proof;                 /* of the transition */
    char *who;                    /* asked for it */
    char *choice;                 /* of a resolver, which it will save */
    char *failure_code, *failure; /* why it is being rolled back */
    uint32_t pause_s;

    NetworkListener network;
    EngineObserver observer;
    Proof *check; /* of the plan in force, beside any transition */
    int64_t checked_us;
    unsigned failures; /* in a row */

    LoopTimer pause, lost, unpointed;
    LoopDefer notify;
    void (*changed)(void *owner);
    void *owner;
};

/** `code` and `sentence` are "" when all is well; they may be the present ones. */
void protection_set_state(Protection *protection, ProtectionState state, const char *code,
                          const char *sentence);
/** All is well: on, or left to a VPN. */
void protection_set_well(Protection *protection);
/** Something in the view differs. */
void protection_notify(Protection *protection);
void protection_set_in_use(Protection *protection, const char *resolver_id);
/** The plan for a choice on this network. (transfer full) */
Plan *protection_make_plan(Protection *protection, const char *choice, GError **error);
/** Puts the plan of the saved choice in force; a choice that is gone from the settings is "auto".
 */
void protection_apply_saved(Protection *protection);
/** Goes on by itself where only the network was missing, unless a transition is under way. */
void protection_follow_network(Protection *protection);
/** Stops what watches over a held state. */
void protection_stop_watching(Protection *protection);

static inline const NetworkFacts *protection_facts(const Protection *protection)
{
    return &protection->parts.network->facts;
}

/** Holds DNS again, with no proof first: the way on from a restart, a pause, a block. */
void transition_go_on(Protection *protection, ProtectionDone done, void *owner);
/** Ends the transition under way; everybody who waits gets `error` (NULL: it went well). */
void transition_end(Protection *protection, const GError *error);
/** The transition's network went away. */
void transition_network_lost(Protection *protection);
