/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

#include <gio/gio.h>

#define IDENTITY_ADDRESSES 8

/** What was found out about who answers. All borrowed. */
typedef struct Identity {
    const char
        *server; /* what the resolver calls the server that answered; NULL: it does not say */
    Address asks_from[IDENTITY_ADDRESSES]; /* where it asks name servers from */
    size_t asks_from_count;                /* 0: not known */
    Address system; /* the same of whoever answers this machine's programs; not set: not known */
} Identity;

/** The address of `name` as a program would ask for it; on a thread, blocking. What getaddrinfo(3)
 * returns. */
typedef int (*IdentityResolve)(const char *name, Address *address);

typedef struct IdentityPlan {
    Loop *loop;
    Engine *engine;
    Plan *plan;
    const char *resolver_id;
    int64_t budget_us;       /* for all of it */
    bool asks_system;        /* by the system's own path too */
    IdentityResolve resolve; /* NULL: getaddrinfo */
} IdentityPlan;

typedef void (*IdentityDone)(void *owner, const Identity *identity);

typedef struct IdentityQuest IdentityQuest;

/** Asks the resolver for its name (RFC 4892, RFC 5001), and names that answer with the address of
 * whoever asks for them. `done` once, later, unless cancelled; the quest is gone when it returns.
 */
IdentityQuest *identity_ask(const IdentityPlan *plan, IdentityDone done, void *owner);
/** NULL is allowed. */
void identity_cancel(IdentityQuest *quest);

/** Whether some address the resolver asks from is in the network of the one the system's does: the
 * first 16 bits of IPv4, 32 of IPv6, since large resolvers use many addresses. */
bool identity_is_same_network(const Identity *identity);
