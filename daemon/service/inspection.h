/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "around.h"
#include "hijack.h"
#include "history.h"
#include "identity.h"
#include "leak.h"
#include "protection.h"
#include "rule_loader.h"
#include "sources.h"
#include "tampering.h"

#include <gio/gio.h>

/** What the service shows, and works with; all borrowed. */
typedef struct InspectionSources {
    Loop *loop;
    Engine *engine;
    Prober *prober;
    Protection *protection;
    IdentityResolve resolve; /* how programs look names up; NULL: getaddrinfo */
    Leak *leak;              /* may be NULL: nobody counts */
    Around *around;          /* may be NULL: nobody is named */
    History *history;        /* may be NULL: days are not kept apart */
    Sources *lists;          /* may be NULL: what the files say is all there is */
    Network *network;        /* may be NULL: nobody tells of it */
    KnownNetworks *known;    /* may be NULL: no network is remembered */
    Decisions *decisions;    /* NULL only where lists is */
    OwnRules *own_rules;     /* may be NULL, with the next: nobody makes rules */
    RuleLoader *rules;
    Tampering *tampering; /* the service's own, both; may be NULL */
    HijackMemory *before;
} InspectionSources;

/** a{sv} as the bus contract has it. (transfer none) */
typedef void (*InspectionDone)(void *owner, GVariant *evidence);

typedef struct Inspection Inspection;

/** Looks now: through the resolver, through the system's path, and at what was counted. `done`
 * once, later, unless cancelled; the Inspection is gone when it returns. */
Inspection *inspection_begin(const InspectionSources *sources, InspectionDone done, void *owner);
void inspection_cancel(Inspection *evidence);
