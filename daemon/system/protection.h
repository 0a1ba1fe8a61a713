/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "admit.h"
#include "engine.h"
#include "leak.h"
#include "network.h"
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
    PROTECTION_PAUSED,
    PROTECTION_BLOCKED, /* DNS is ours, and no resolver answers: held */
    PROTECTION_ERROR,   /* wanted, and DNS is not ours */
    PROTECTION_OFFLINE, /* wanted and held; there is no network */
    PROTECTION_VPN,     /* held; a VPN that takes all traffic gets the lookups too */
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
    Network *network; /* its `changed` is taken */
    Prober *prober;
    Admission *admission; /* may be NULL */
    State *saved;
} ProtectionParts;

/** Takes a reference to the settings. Applies the plan of the saved choice to the engine. */
Protection *protection_new(const ProtectionParts *parts, Settings *settings);
void protection_free(Protection *protection);

/** `changed` when something in the view is different, once a turn at most. */
void protection_set_changed(Protection *protection, void (*changed)(void *owner), void *owner);
void protection_view(const Protection *protection, ProtectionView *view);

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
/** From on, blocked or paused; 60 to 86400 seconds. */
void protection_pause(Protection *protection, const char *who, uint32_t seconds,
                      ProtectionDone done, void *owner);
void protection_resume(Protection *protection, const char *who, ProtectionDone done, void *owner);
/** The old resolver stays unless the new one was proven. */
void protection_set_resolver(Protection *protection, const char *who, const char *id,
                             ProtectionDone done, void *owner);

/** Gives the network its DNS back where nobody keeps our descriptors; for the end of the process.
 */
void protection_release(Protection *protection, ProtectionDone done, void *owner);

Settings *protection_settings(const Protection *protection); /* (transfer none) */
Plan *protection_plan(const Protection *protection);         /* (transfer none); that in force */
/** Whether a packet to port 53 is on the list of clear flows (fits LeakAllowed, the Protection as
 * `owner`). */
bool protection_allows_clear(void *owner, const LeakPacket *packet);
/** Answers encrypted since this network was joined. */
uint64_t protection_network_encrypted(const Protection *protection);
