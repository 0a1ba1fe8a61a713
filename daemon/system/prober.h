/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"
#include "settings.h"

/**
 * Proofs: a lookup that must come back. Through a resolver by the engine itself; through the
 * system's own path by asking as a program would, and seeing the question arrive at the engine.
 */
typedef struct Prober Prober;
typedef struct Proof Proof;

typedef struct ProofResult {
    bool ok;
    const char *code;        /* a stable word, "" when ok */
    const char *sentence;    /* for people, "" when ok */
    const char *resolver_id; /* who answered or failed last; NULL unknown */
    const char *detail;      /* by what: "quad9 dot"; NULL unknown */
} ProofResult;

/** All borrowed. Once, later, unless cancelled; the proof is gone when it returns. */
typedef void (*ProofDone)(void *owner, const ProofResult *result);

/** Asks as a program would, on a thread, blocking; returns what getaddrinfo(3) returns. */
typedef int (*ProberResolve)(const char *name);

/** `resolve` NULL: getaddrinfo. */
Prober *prober_new(Loop *loop, Engine *engine, ProberResolve resolve);
/** Cancels what is under way. */
void prober_free(Prober *prober);

/** Asks the settings' probe names through `plan`, all at once; one answer is proof. */
Proof *prober_try_plan(Prober *prober, Plan *plan, const Settings *settings, ProofDone done,
                       void *owner);
/** Asks a name nobody asked before through the system's own path. */
Proof *prober_try_system(Prober *prober, const Settings *settings, ProofDone done, void *owner);
/** `done` will not be called. NULL is allowed. */
void proof_cancel(Proof *proof);
