/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <gtk/gtk.h>

/** Adds rules about names, and says in a bar what came of it, with the way back. */
#define SOTTO_TYPE_RULE_NOTICE (sotto_rule_notice_get_type())
G_DECLARE_FINAL_TYPE(SottoRuleNotice, sotto_rule_notice, SOTTO, RULE_NOTICE, GtkBin)

/** To be called once, after construction. */
void sotto_rule_notice_follow(SottoRuleNotice *notice, SottoHelper *helper);

/** Of SOTTO_RULE_BLOCK, _ALLOW or _NETWORK, for a name and all below it; the last asks first, in
 * plain words, since such lookups go out unencrypted. */
void sotto_rule_notice_add(SottoRuleNotice *notice, SottoRuleKind kind, const char *name);

/** Takes away what it says. */
void sotto_rule_notice_hide(SottoRuleNotice *notice);
