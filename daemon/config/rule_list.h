/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "config_error.h"
#include "ruleset.h"

#include <glib.h>

#define RULE_LIST_MAX_BYTES  (256 << 20)
#define RULE_CLOAK_MAX_BYTES (1 << 20)

/** What was found in a list besides rules. */
typedef struct RuleListReport {
    size_t names;   /* entries in the list, each once */
    size_t foreign; /* lines of no use to DNS (rule_line.h) */
    size_t malformed;
    unsigned first_malformed; /* its line, 0 none */
    size_t bytes;             /* of memory */
} RuleListReport;

/**
 * Reads a block list, or with `allows` an allow list, where every name is an exception. May be
 * called from any thread; `cancelled` (may be NULL; atomic) makes it give up
 * when it is no longer 0. CONFIG_ERROR with a sentence,
 * which names the file: it cannot be read, is larger than RULE_LIST_MAX_BYTES, or has lines but not
 * one rule, as the error page of a web server has. (transfer full)
 */
RuleList *rule_list_read(const char *path, bool allows, const gint *cancelled,
                         RuleListReport *report, GError **error);
/** A list of what stands in the settings: each text is one line. NULL with a sentence. */
RuleList *rule_list_of(char *const *block, char *const *allow, GError **error);

/**
 * Adds the rules of a text: "NAME ADDRESS", "NAME OTHER-NAME" (NAME with what is below it, =NAME
 * alone), or as in hosts(5) "ADDRESS NAME…" (these names alone); # begins a comment. `label` is
 * interned; rules are known by it and, unless `one_line`, by their line. What cannot be understood
 * is counted in `report` and left out.
 */
void rule_cloaks_add(Cloaks *cloaks, const char *text, bool one_line, const char *label,
                     RuleListReport *report);
