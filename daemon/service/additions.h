/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "call.h"
#include "inspection.h"

/** Calls of Add under way. Embedded in the interface that has the method. */
typedef struct Additions {
    const InspectionSources *sources; /* with lists */
    List under_way;
    unsigned count;
} Additions;

void additions_init(Additions *additions, const InspectionSources *sources);
/** Begins what the call, which is allowed, asks for; answers it, now or later. */
void additions_begin(Additions *additions, Call *call);
/** Forgets what is under way. */
void additions_stop(Additions *additions);
