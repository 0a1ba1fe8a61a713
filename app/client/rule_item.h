/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/** What becomes of a name's lookups, in the order of the contract. */
typedef enum {
    SOTTO_RULE_BLOCK,
    SOTTO_RULE_ALLOW,   /* never blocked */
    SOTTO_RULE_NETWORK, /* asked of the network's own DNS, unencrypted */
    SOTTO_RULE_FORWARD, /* asked of other servers */
    SOTTO_RULE_CLOAK,   /* answered otherwise */
    SOTTO_RULE_LOCAL    /* never asked of a resolver */
} SottoRuleKind;

/** The word of the contract, and back; FALSE for an unknown word, `kind` is as it was then. */
const char *sotto_rule_kind_word(SottoRuleKind kind);
gboolean sotto_rule_kind_parse(const char *word, SottoRuleKind *kind);

/** One rule about names: immutable, so that a row may keep it. Strings are never NULL. */
#define SOTTO_TYPE_RULE (sotto_rule_get_type())
G_DECLARE_FINAL_TYPE(SottoRule, sotto_rule, SOTTO, RULE, GObject)

/** Reads one a{sv} of ListRules (transfer full); NULL when it carries no name, or a kind that this
 * client does not know: nothing true could be said of it. */
SottoRule *sotto_rule_parse(GVariant *dictionary);

SottoRuleKind sotto_rule_kind(SottoRule *rule);
/** "example.com" with what is below it, "=example.com" alone; RemoveRule knows it by this. */
const char *sotto_rule_name(SottoRule *rule);
/** The same for people: without the "=", which sotto_rule_is_exact() tells (transfer none). */
const char *sotto_rule_bare_name(SottoRule *rule);
gboolean sotto_rule_is_exact(SottoRule *rule);
/** Servers of a forward rule, the answer of a cloaked name; "" else. */
const char *sotto_rule_target(SottoRule *rule);
/** The user's own, which may be removed; else the configuration's. */
gboolean sotto_rule_is_own(SottoRule *rule);
/** A login name, "" unknown; and seconds since 1970, 0 unknown. */
const char *sotto_rule_added_by(SottoRule *rule);
gint64 sotto_rule_added_at_s(SottoRule *rule);

/** Reads the aa{sv} (transfer full): of SottoRule, in its order. */
GPtrArray *sotto_rules_parse(GVariant *list);
