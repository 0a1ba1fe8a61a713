/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "histogram.h"
#include "plan.h"

#include <glib.h>

/** What went between us and one resolver by one protocol, since the engine began. */
typedef struct Tally {
    char *resolver_id, *resolver_name;
    EndpointKind kind;
    uint64_t queries;               /* attempts: a question asked twice counts twice */
    uint64_t failures[STATUS_LAST]; /* of them, by reason */
    Histogram latency;              /* of those answered */
    uint64_t bytes_sent, bytes_received;
} Tally;

/**
 * All tallies. They outlive resolvers, plans and connections, so that the sum over them is what
 * happened; only resolvers that were asked have one.
 */
typedef struct Ledger {
    GPtrArray *tallies; /* Tally*, in the order of first use */
    GHashTable *index;  /* by id and kind */
} Ledger;

void ledger_init(Ledger *ledger);
void ledger_clear(Ledger *ledger);
/** The tally of this resolver and protocol, a new one when it has none. Stays where it is until
 * ledger_clear. */
Tally *ledger_find(Ledger *ledger, const Resolver *resolver, EndpointKind kind);

/** NULL is allowed for the tally. */
void tally_count_answer(Tally *tally, int64_t latency_us);
void tally_count_failure(Tally *tally, Status reason);
