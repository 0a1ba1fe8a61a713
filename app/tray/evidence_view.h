/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "evidence.h"

#include <gtk/gtk.h>

/** What the last check found: its summary, and a row for each step. */
#define SOTTO_TYPE_EVIDENCE_VIEW (sotto_evidence_view_get_type())
G_DECLARE_FINAL_TYPE(SottoEvidenceView, sotto_evidence_view, SOTTO, EVIDENCE_VIEW, GtkBox)

/** Shows `evidence` (transfer none, not kept) and scrolls to it; NULL hides the view. */
void sotto_evidence_view_show(SottoEvidenceView *view, const SottoEvidence *evidence);
