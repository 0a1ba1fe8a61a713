/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "admit.h"
#include "clock.h"
#include "decisions.h"
#include "engine.h"
#include "known_networks.h"
#include "leak.h"
#include "network.h"
#include "own_rules.h"
#include "portal_probe.h"
#include "prober.h"
#include "settings.h"
#include "state.h"

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * The one state machine: whether this machine's lookups are protected, and why not.
 *
 * Order in main: fdstore_receive; open or adopt the TUN, the leak socket and the listening sockets;
 * privileges_drop; loop and its GSource; engine_new; bus_new; networkmanager_new; prober_new;
 * protection_new (it applies a plan, so that what waits in the kept sockets is answered, not
 * refused); engine_listen; protection_start; service_new; notifier_ready. Freed in reverse order.
 */
typedef struct Protection Protection;

typedef enum ProtectionState {
    PROTECTION_OFF,
    PROTECTION_STARTING,
    PROTECTION_ON,
    PROTECTION_SIGNIN,     /* held; this network wants a sign-in before it lets anything through */
    PROTECTION_SIGNING_IN, /* the same, and somebody does it */
    PROTECTION_PAUSED,
    PROTECTION_BLOCKED, /* DNS is ours, and no resolver answers: held */
    PROTECTION_ERROR,   /* wanted, and DNS is not ours */
    PROTECTION_OFFLINE, /* wanted and held; there is no network */
    PROTECTION_VPN,     /* held; a VPN that takes all traffic gets the lookups too */
    PROTECTION_OPEN,    /* ours, and all lookups go to this network's own DNS, as the user wants */
    PROTECTION_ASK,     /* the same, until the user has decided */
} ProtectionState;

/** The word on the bus. */
const char *protection_state_name(ProtectionState state);

/** What everybody sees. Strings are borrowed until the next change, never NULL. */
typedef struct ProtectionView {
    ProtectionState state;
    const char *reason_code, *reason, *network;
    const char *resolver;        /* the choice */
    const char *resolver_in_use; /* a name */
    int64_t until_s;             /* seconds since 1970, 0 none */
    const char *changed_by;
    int64_t changed_at_s;
} ProtectionView;

typedef struct ProtectionParts { /* all borrowed; they outlive it */
    Loop *loop;
    Engine *engine;
    Network *network;
    Prober *prober;
    Admission *admission;    /* may be NULL */
    KnownNetworks *networks; /* may be NULL: every network is an unknown one */
    Decisions *decisions;    /* may be NULL: they are not kept */
    OwnRules *rules;         /* may be NULL: users make none */
    const PortalProbeClass *probe;
    const Clock *clock; /* may be NULL: it is right */
    State *saved;
} ProtectionParts;

/** Takes a reference to the settings. Applies the plan of the saved choice to the engine. */
Protection *protection_new(const ProtectionParts *parts, Settings *settings);
void protection_free(Protection *protection);

/** `changed` when something in the view is different, once a turn at most. */
void protection_set_changed(Protection *protection, void (*changed)(void *owner), void *owner);
void protection_view(const Protection *protection, ProtectionView *view);

/** The wall clock was set, forth or back: certificates are judged anew. */
void protection_clock_set(Protection *protection, int64_t leap_s);

/** Goes on where the last process was: on, if it was on. */
void protection_start(Protection *protection);
/** Other settings; the choice and the state stay, as far as they can. */
void protection_reload(Protection *protection, Settings *settings);

/**
 * `error` NULL: it is so. Else G_IO_ERROR with one sentence: INVALID_ARGUMENT, NOT_FOUND, BUSY,
 * CANCELLED (replaced by another request), FAILED. Once, later or at once.
 */
typedef void (*ProtectionDone)(void *owner, const GError *error);

/** Proves, switches, proves; a failure leaves everything as it was. `who`: a login name. */
void protection_turn_on(Protection *protection, const char *who, ProtectionDone done, void *owner);
void protection_turn_off(Protection *protection, const char *who, ProtectionDone done, void *owner);
/** From paused, and wherever it is held: on, blocked, signin and so on; 60 to 86400 seconds, or 0:
 * until this network is left (NOT_FOUND where there is none). */
void protection_pause(Protection *protection, const char *who, uint32_t seconds,
                      ProtectionDone done, void *owner);
void protection_resume(Protection *protection, const char *who, ProtectionDone done, void *owner);
/** The old resolver stays unless the new one was proven. */
void protection_set_resolver(Protection *protection, const char *who, const char *id,
                             ProtectionDone done, void *owner);

/** How resolver `id` is reached from now on, "" for all that have no choice of their own; `relay`
 * as relays_decide has it. What is in use is proven in the new way, and the old one stays unless it
 * was. */
void protection_set_relay(Protection *protection, const char *who, const char *id,
                          const char *relay, ProtectionDone done, void *owner);

/** Looks again at once for a sign-in page and for a way through; from blocked, signin, error,
 * offline. Ends when the state says what was found. */
void protection_look_again(Protection *protection, ProtectionDone done, void *owner);
/** The network's own DNS on this network alone, 60 to 86400 seconds; from blocked, signin, open. */
void protection_allow_unprotected(Protection *protection, const char *who, uint32_t seconds,
                                  ProtectionDone done, void *owner);

typedef enum SignIn {
    SIGN_IN_NONE,
    SIGN_IN_WINDOW,  /* one program asks by protection_resolve_for_sign_in; all others wait */
    SIGN_IN_MACHINE, /* everybody's lookups go to the network's DNS */
} SignIn;

/** From signin, blocked, signing-in (then the time begins anew). It ends by itself when the network
 * lets through, is left, or the settings' time is over. */
void protection_begin_sign_in(Protection *protection, const char *who, SignIn how,
                              ProtectionDone done, void *owner);
void protection_end_sign_in(Protection *protection);
SignIn protection_sign_in(const Protection *protection);
/** The sign-in page, "" not known; borrowed until the next change. */
const char *protection_portal_address(const Protection *protection);

/** `addresses`: Address*, IPv4 first, of port 0; NULL with an error (NOT_FOUND, FAILED). All
 * borrowed. Once, later or at once. */
typedef void (*SignInResolved)(void *owner, const GPtrArray *addresses, const GError *error);
/** Only while somebody signs in by a window. Not called any more after the sign-in ended: the error
 * is CANCELLED then. */
void protection_resolve_for_sign_in(Protection *protection, const char *name, SignInResolved done,
                                    void *owner);

/** What is done on this network. */
NetworkPolicy protection_policy(const Protection *protection);
/** What is done where nobody decided: as users chose for this machine, else as the settings say. */
NetworkPolicy protection_unknown_networks(const Protection *protection);
/** Protect or ask; in force at once, and kept. FALSE with a sentence: nothing has changed. */
gboolean protection_set_unknown_networks(Protection *protection, NetworkPolicy policy,
                                         GError **error);

/** Gives the network its DNS back where nobody keeps our descriptors; for the end of the process.
 */
void protection_release(Protection *protection, ProtectionDone done, void *owner);

/** Why what the user chose could not be saved so far, an error message; NULL: it is saved. */
const char *protection_unsaved(const Protection *protection);

Settings *protection_settings(const Protection *protection); /* (transfer none) */
Plan *protection_plan(const Protection *protection);         /* (transfer none); that in force */
/** What a packet to port 53 is (fits LeakJudge, the Protection as `owner`). */
ClearFlow protection_judge_clear(void *owner, const LeakPacket *packet);
/** Answers encrypted since this network was joined. */
uint64_t protection_network_encrypted(const Protection *protection);
