/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "barrier.h"

#include <NetworkManager.h>
#include <stdbool.h>

/** Why DNS may not point at us though it is to, and did. */
typedef enum NmLoss {
    NM_LOSS_NONE,
    NM_LOSS_NETWORKING, /* there is none */
    NM_LOSS_CONNECTION, /* ours was taken down, and is to come back */
} NmLoss;

/** Raises the barrier when NetworkManager takes our connection from us. Embedded. */
typedef struct NmGuard {
    Barrier *barrier; /* borrowed; may be NULL */
    bool was_pointed; /* DNS did point at us since it is to */
    NmLoss loss;
    char *path; /* of our active connection on the bus; NULL none */
    GDBusConnection *connection;
    guint signals[2];
} NmGuard;

void nm_guard_init(NmGuard *guard, Barrier *barrier);
/** From here on it hears the bus by itself. (transfer none): it is left before the bus goes. */
void nm_guard_listen(NmGuard *guard, GDBusConnection *connection);
/** Also the end of it; safe to repeat. */
void nm_guard_leave(NmGuard *guard);

/** `client` may be NULL. True: networking has come back, so that what failed may go well now. */
bool nm_guard_judge(NmGuard *guard, NMClient *client, bool wanted, bool pointed);
/** `active` is ours; NULL there is none. */
void nm_guard_follow(NmGuard *guard, NMActiveConnection *active);
