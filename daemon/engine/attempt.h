/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "choose.h"
#include "forms.h"

typedef struct Attempt Attempt;

/** How an attempt ended. */
typedef struct AttemptOutcome {
    size_t candidate;
    int64_t started_us, latency_us;
    Status status;
    const Message *reply; /* borrowed; with STATUS_OK */
    bool again;           /* of one that repeats another */
} AttemptOutcome;

typedef struct AttemptEvents {
    /** Later, once; the attempt is gone already. */
    void (*ended)(void *owner, const AttemptOutcome *outcome);
    /** The answer takes longer than usual (watch.h); at most once, and it is still waited for. */
    void (*late)(void *owner, const Attempt *attempt);
} AttemptEvents;

/** One exchange of a resolution, with one of its candidates. */
struct Attempt {
    Exchange exchange;
    ListNode node;
    Channel *channel; /* NULL: this is room for one */
    bool allocated;   /* else in room of the owner's */
    size_t candidate; /* its index */
    int64_t started_us;
    bool again; /* repeats another, which is late */
    Watched watched;
    const AttemptEvents *events;
    void *owner;
};

/** Sends the query to candidate number `index`, whose channel is open, in the form for it, and
 * joins `attempts`. The owner keeps candidate and forms, and `room` if that is free: then it is
 * used. */
Attempt *attempt_start(List *attempts, Attempt *room, size_t index, const Candidate *candidate,
                       const Forms *forms, int64_t budget_us, const AttemptEvents *events,
                       void *owner);
/** Asks the same of the same candidate once more, and stands before it among its attempts. */
void attempt_repeat(const Attempt *late, const Candidate *candidate, int64_t budget_us);
/** Withdraws it. */
void attempt_free(Attempt *attempt);
/** How long it has been waiting. */
int64_t attempt_silent_us(const Attempt *attempt);
