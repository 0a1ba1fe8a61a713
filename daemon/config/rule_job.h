/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "log.h"
#include "rule_list.h"
#include "rule_settings.h"

/** A file of names in the settings, as it was when it was looked at last. */
typedef struct RuleFile {
    char *path;
    const char *kind;      /* "block", "allow", "cloak" */
    RuleListReport report; /* of what is in force */
    char *failure;         /* why it could not be read; "" it could */
} RuleFile;

/** A line for the log, which is the loop's. */
typedef struct RuleNote {
    LogLevel level;
    char *text;
} RuleNote;

/**
 * Everything that one thread needs to make a Ruleset of the settings: these, the files of before,
 * and room for what it makes. While it runs nobody else touches it; of the files of before lists
 * are only read and counted (atomically).
 */
typedef struct RuleJob {
    RuleSettings *settings;
    GHashTable *before; /* what files held, as rule_job_files_new() makes it; borrowed */
    GHashTable *after;  /* the same, of this time */
    GPtrArray *files;   /* RuleFile */
    Ruleset *rules;
    GPtrArray *notes; /* RuleNote */
    gint cancelled;   /* atomic; not 0: give up */
} RuleJob;

/** Takes a reference to the settings. */
RuleJob *rule_job_new(RuleSettings *settings, GHashTable *before);
/** With what nobody has taken out of it. NULL is allowed. */
void rule_job_free(RuleJob *job);
/** Reads what has changed; in any thread. */
void rule_job_run(RuleJob *job);

/** What files held: nothing yet. */
GHashTable *rule_job_files_new(void);
