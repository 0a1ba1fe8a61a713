/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "evidence.h"
#include "situation.h"
#include "statistics_feed.h"

#include <handy.h>

/** What proves the page's claim: what was encrypted, what leaked, what may be readable, who
 * answers. */
#define SOTTO_TYPE_PROOF_VIEW (sotto_proof_view_get_type())
G_DECLARE_FINAL_TYPE(SottoProofView, sotto_proof_view, SOTTO, PROOF_VIEW, HdyPreferencesGroup)

/** To be called once, after construction. `situation` outlives the view. */
void sotto_proof_view_follow(SottoProofView *view, const Situation *situation);

/** Shows the helper's facts of this moment, and of the last check (transfer none, not kept; may be
 * NULL) how the resolver is reached. */
void sotto_proof_view_update(SottoProofView *view, const SottoEvidence *evidence);

/** To be called once: where the counters come from. */
void sotto_proof_view_count(SottoProofView *view, StatisticsFeed *feed);

/** Adds what is shown to `text`, one line a row. */
void sotto_proof_view_describe(SottoProofView *view, GString *text);
