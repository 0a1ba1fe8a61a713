/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

/**
 * A barrier before port 53, for the moments in which another program has just pointed the machine's
 * DNS away from us and we are pointing it back: while it is up no lookup leaves in clear, but ours
 * (barrier_rules.h). It is held by a process of its own, the keeper, which is all that keeps
 * CAP_NET_ADMIN, and it never stays up for longer than BARRIER_LIMIT_MS without being asked for
 * again, nor when either process ends: it can leave nobody without DNS.
 */
typedef struct Barrier Barrier;

#define BARRIER_LIMIT_MS  5000
#define BARRIER_LINGER_MS 300
#define BARRIER_ALARM_MS  1000

/**
 * Starts the keeper. Before any thread, with CAP_NET_ADMIN; `user`: who it becomes when this is
 * root. NULL, and it has been logged, when it cannot be: then there is no barrier.
 */
Barrier *barrier_new(const char *user);
/** Lets it down and ends the keeper; NULL is nothing to do. */
void barrier_free(Barrier *barrier);

/** Up, from now on for BARRIER_LIMIT_MS. Safe on NULL, like what follows. */
void barrier_raise(Barrier *barrier);
/** Down, BARRIER_LINGER_MS later: who was told of our DNS may take a moment to use it. */
void barrier_lower(Barrier *barrier);
/** From now on the keeper also raises it by itself, for BARRIER_ALARM_MS, whenever this link (its
 * index) loses an address, or comes or goes: it hears that from the kernel milliseconds before
 * anybody could tell it. 0: no more. */
void barrier_watch(Barrier *barrier, int link);
