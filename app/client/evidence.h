/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** One thing CheckProtection looked at. Strings are never NULL. */
typedef struct SottoEvidenceStep {
    char *id; /* "resolver", "system", "leaks", "tampering", "identity", "hijack", "local" */
    char *title, *detail, *code;
    gboolean ok;
} SottoEvidenceStep;

/** Who answered this machine's programs the last time somebody looked while protection was off.
 * Strings are never NULL. */
typedef struct SottoEvidenceBefore {
    gint64 time_s; /* since 1970; 0: nobody looked */
    char *network, *code, *detail;
} SottoEvidenceBefore;

/** What CheckProtection found. Strings are never NULL. */
typedef struct SottoEvidence {
    gboolean ok;
    char *summary;                        /* one sentence */
    char *security, *resolver, *endpoint; /* how, with whom, and where */
    gint64 time_s;                        /* since 1970 */
    SottoEvidenceBefore before;
    GPtrArray *steps; /* of SottoEvidenceStep, in the order they were taken */
} SottoEvidence;

/** Reads the a{sv} of CheckProtection (transfer full); what is missing reads "" or FALSE. */
SottoEvidence *sotto_evidence_parse(GVariant *dictionary);

/** Nobody could say: neither passed nor failed. */
gboolean sotto_evidence_step_is_unknown(const SottoEvidenceStep *step);
/** It passed, and there is something to see all the same: an attack that was refused. */
gboolean sotto_evidence_step_is_notable(const SottoEvidenceStep *step);
/** The step with that id, or NULL (transfer none). */
const SottoEvidenceStep *sotto_evidence_find(const SottoEvidence *evidence, const char *id);

/** The evidence as plain text, one line a fact, to be pasted into a bug report (transfer full). */
char *sotto_evidence_report(const SottoEvidence *evidence);

void sotto_evidence_free(SottoEvidence *evidence);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SottoEvidence, sotto_evidence_free)
