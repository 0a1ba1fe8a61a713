/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "config_error.h"
#include "own_names.h"
#include "plan.h"

#include <glib.h>
#include <stdint.h>

/** "block", "allow", "network", "forward", by OwnWish; NULL-terminated. */
extern const char *const own_wish_words[];

/** A rule about a name that a user made while Sotto runs. */
typedef struct OwnRule {
    char *text; /* the name as it is shown and removed: "example.com", or "=example.com" alone */
    Name name;
    bool exact; /* that name alone */
    OwnWish wish;
    char *target;       /* of OWN_SERVERS: as in Servers=, ';' between; "" else */
    Resolver *servers;  /* the same; NULL else */
    char *added_by;     /* a login name; "" not known */
    int64_t added_at_s; /* since 1970; 0 not known */
} OwnRule;

/** What is to be added: words of the bus contract, and who said so when. */
typedef struct OwnRuleWish {
    const char *kind, *name, *target, *who;
    int64_t now_s;
} OwnRuleWish;

/** CONFIG_ERROR_INVALID_ARGUMENT with a sentence for what is no name, no kind or no server, and for
 * a public suffix as a whole that would be shown to networks. (transfer full) */
OwnRule *own_rule_new(const OwnRuleWish *wish, GError **error);
void own_rule_free(OwnRule *rule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OwnRule, own_rule_free)

/** The one way in which a name is written, OwnRule.text; NULL with a sentence. (transfer full) */
char *own_rule_name(const char *name, GError **error);
