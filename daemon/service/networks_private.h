/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "call.h"
#include "helper-bus.h"
#include "networks_interface.h"

/** What the files of the interface of networks share, and nobody else sees. */
struct NetworksInterface {
    const InspectionSources *sources;
    Face face;
    BusSotto1Networks *skeleton; /* the face's */
    NetworksSettle settle;
    void *owner;
    KnownNetworksListener listener;
    char *window; /* unique name of who signs in by a window; NULL nobody */
    guint window_watch;
};

/** What the caller reads or hears next is what it waited for. */
void networks_settle(NetworksInterface *networks);
/** Answers a Call that returns nothing; a ProtectionDone. */
void networks_call_done(void *call, const GError *error);

/* --- sign_in_calls.c --- */

void sign_in_calls_connect(NetworksInterface *networks);
/** Whoever signed in by a window does not any more. */
void sign_in_calls_forget_window(NetworksInterface *networks);
/** Their bus has gone; safe to repeat. */
void sign_in_calls_withdraw(NetworksInterface *networks);
