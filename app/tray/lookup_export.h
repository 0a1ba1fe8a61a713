/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lookup_model.h"

typedef enum { LOOKUP_EXPORT_CSV, LOOKUP_EXPORT_JSON } LookupExportForm;

/** The lookups as a file: a line each for a spreadsheet (RFC 4180), or the log's own lines of JSON
 * (https://jsonlines.org); oldest first, with the contract's words in every language. Of
 * SottoLookup (transfer full). */
char *lookup_export_text(const GArray *lookups, LookupExportForm form);

/** Asks whether what a model shows may be written as plain text, and where to. */
void lookup_export_ask(SottoLookupModel *model, LookupExportForm form);
