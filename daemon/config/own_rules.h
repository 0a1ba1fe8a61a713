/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list.h"
#include "own_rule.h"

/**
 * The rules about names that users made while Sotto runs, kept in one key file of the helper's own
 * below /var/lib/sotto (mode 0600), replaced atomically. One of a name; they come before whatever
 * files say.
 */
typedef struct OwnRules OwnRules;

#define OWN_RULES_MAX 1000

/** Reads `path` (NULL: kept in memory only). Never fails: damage is logged, what is whole is kept.
 */
OwnRules *own_rules_new(const char *path);
void own_rules_free(OwnRules *rules);

/** const OwnRule*, oldest first. (transfer none), valid until the next change. */
const GPtrArray *own_rules_all(const OwnRules *rules);

/**
 * Adds a rule, in place of another of the same name. FALSE with a sentence, and nothing changed:
 * one of own_rule_new(), or it could not be saved, or there are OWN_RULES_MAX.
 */
gboolean own_rules_add(OwnRules *rules, const OwnRuleWish *wish, GError **error);
/** FALSE: CONFIG_ERROR_NOT_FOUND, or the sentence why it was not saved. */
gboolean own_rules_remove(OwnRules *rules, const char *name, GError **error);

/** For the engine's Ruleset; NULL when there is no rule. (transfer full) */
OwnNames *own_rules_names(const OwnRules *rules);
/** Routes for those that have servers of their own. */
void own_rules_add_routes(const OwnRules *rules, Plan *plan);

/** Embedded in whoever follows them. */
typedef struct OwnRulesListener {
    ListNode node;
    void (*changed)(void *owner, const Name *name); /* what is said of this one is different */
    void *owner;
} OwnRulesListener;
/** Listeners are told in the order in which they came. */
void own_rules_listen(OwnRules *rules, OwnRulesListener *listener);
/** Safe to repeat, and on a zeroed listener. */
void own_rules_unlisten(OwnRulesListener *listener);
