/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "keys.h"
#include "ruleset.h"

/** The group [Rules] as it is written; the lists themselves are rule_loader.h's. Immutable; its
 * count is atomic, since a thread reads the lists. */
typedef struct RuleSettings {
    char **block_lists, **allow_lists, **cloak_lists; /* absolute paths; never NULL */
    char **block, **allow;                            /* as rule_line.h reads them; never NULL */
    char **cloaks;                                    /* "NAME TARGET"; never NULL */
    char **local_names;                               /* never NULL */
    BlockAnswer answer;
} RuleSettings;

/** FALSE with a sentence that names the place. (transfer full) */
RuleSettings *rule_settings_read(const Keys *keys, GError **error);
RuleSettings *rule_settings_ref(RuleSettings *settings);
/** NULL is allowed. */
void rule_settings_unref(RuleSettings *settings);

#define RULE_SETTINGS_GROUP "Rules"
/** Every key of the group, NULL-terminated. */
extern const char *const rule_settings_keys[];

/** What needs no file: names by hand and LocalNames=, without lists and cloaks. (transfer full) */
Ruleset *rule_settings_ruleset(const RuleSettings *settings);
