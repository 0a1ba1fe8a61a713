/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "attempt.h"
#include "choose.h"
#include "engine_state.h"
#include "list.h"

/**
 * One question on its way upstream: asked of one candidate after the other, and of several at once
 * when one is slow, until the first good answer. Embedded in its owner.
 */
typedef struct Resolution Resolution;

typedef struct ResolutionResult {
    Status status;
    const Message *reply; /* borrowed; with STATUS_OK and STATUS_SERVER_FAILED, else NULL */
    Upstream *upstream;   /* that answered, or failed in the way that is reported; NULL: none was
                             asked */
    Channel *channel;
} ResolutionResult;

/** Exactly once, never from inside resolution_start; the owner clears the resolution in it. */
typedef void (*ResolutionDone)(Resolution *resolution, const ResolutionResult *result);

struct Resolution {
    /* set by the owner */
    ResolutionDone done;
    bool persistent; /* when all have failed and the network may come back, ask again */
    bool tied;       /* to the network: ends when that changes, for whoever then has the server's
                        address may be a stranger, and must not even see the question */
    bool curious;    /* SERVFAIL and REFUSED are answers like any other */

    /* private */
    Engine *engine;
    ListNode node;
    Plan *plan;
    Strategy strategy;
    Candidate candidates[CANDIDATES_MAX];
    size_t candidate_count, next;
    bool passed_over[CANDIDATES_MAX];
    List attempts;
    Attempt first;    /* room for one of them: most questions need no other */
    LoopTimer timer;  /* until the next candidate is asked as well, or all again */
    bool doubtful;    /* the one asked last may well not answer */
    bool late;        /* the one asked last is, and its channel knows */
    LoopDefer finish; /* reports failure */
    unsigned repeats; /* how often the same was asked of the same once more */
    bool ended;       /* its network is gone: nobody is asked any more */
    Forms forms;
    int64_t started_us, deadline_us, pause_us;
    Status failure; /* the most telling so far */
    bool passing;   /* some failure may be over in a moment */
    size_t failed;  /* index of the candidate it came from */
    uint8_t *refusal;
    size_t refusal_length, refused;
};

/** Begins to ask `query` of `upstreams`, for at most `budget_us`. */
void resolution_start(Resolution *resolution, Engine *engine, Plan *plan,
                      const GPtrArray *upstreams, Strategy strategy, const Message *query,
                      int64_t budget_us);
/** Somebody joined who has this long. */
void resolution_extend(Resolution *resolution, int64_t budget_us);
/** Asks again from the first candidate on, unless it was ended; the network changed. Attempts were
 * withdrawn before. */
void resolution_restart(Resolution *resolution);
/** The network changed, and it is tied to the old one: fails soon. Attempts were withdrawn before.
 */
void resolution_end(Resolution *resolution);
/** Withdraws what was asked, without judging those who did not answer, and forgets who failed: the
 * network changes. */
void resolution_withdraw(Resolution *resolution);
/** Withdraws what was asked and releases everything. */
void resolution_clear(Resolution *resolution);
/** Why it would fail if it had to end now, and through whom. */
ResolutionResult resolution_failure(const Resolution *resolution);
