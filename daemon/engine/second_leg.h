/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "answer.h"
#include "flight.h"

/** The question for a name's IPv4 addresses, after AAAA brought none (dns64.h). */
typedef struct SecondLeg SecondLeg;

/** What the first leg came back with. Everything is borrowed. */
typedef struct FirstLeg {
    const Message *asked;
    const Message *reply; /* without OPT */
    const Answer *answer; /* what its OPT said */
} FirstLeg;

/** What to land with: a reply made of both, or the first one after all. Borrowed; `wire` are the
 * reply's bytes, which may be changed. */
typedef struct SecondLegOutcome {
    Status status; /* not OK: why no answer for A came; the rest is not set */
    const Message *reply;
    uint8_t *wire;
    Answer answer; /* its rcode and extended error alone */
    bool lasting;  /* it may be kept: nothing in it has expired, and the cache may be written to */
} SecondLegOutcome;

/** Once. The leg is over, and still to be freed: from inside, if need be. */
typedef void (*SecondLegEnded)(void *owner, const SecondLegOutcome *outcome);

/** Copies what it is given. NULL where the question cannot be put for A. */
SecondLeg *second_leg_new(Engine *engine, const FirstLeg *first, SecondLegEnded ended, void *owner);
/** Asks: the cache, whose answer ends the leg from inside this call, else a resolver. */
void second_leg_begin(SecondLeg *leg);
/** Somebody joined who has so long. */
void second_leg_extend(SecondLeg *leg, int64_t patience_us);
/** Why there is no answer so far. */
Landing second_leg_failure(const SecondLeg *leg);
/** NULL is allowed. */
void second_leg_free(SecondLeg *leg);
