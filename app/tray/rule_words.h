/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rule_item.h"

/** What a rule does, whom it is about besides its name, and who made it: "Blocked · with everything
 * below it · added by alice on 22 November 2026" (transfer full). */
char *rule_describe(SottoRule *rule);

/** The name of a symbolic icon (transfer none, static). */
const char *rule_kind_icon(SottoRuleKind kind);

/** The name in what somebody typed or pasted: blanks around it go, and of an address of the web
 * everything but the host (transfer full). */
char *rule_typed_name(const char *text);

/** The one among `rules` (of SottoRule) of the user's own that is about `name`, the most particular
 * first; NULL when there is none (transfer none). */
SottoRule *rule_find_own(const GPtrArray *rules, const char *name);
