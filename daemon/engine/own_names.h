/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "name_set.h"

#include <glib.h>
#include <stdbool.h>

/** What the user wants of a name's lookups. */
typedef enum OwnWish {
    OWN_BLOCK,
    OWN_ALLOW,   /* whatever lists say */
    OWN_NETWORK, /* asked of the network's own DNS, and of nobody else */
    OWN_SERVERS, /* asked of servers of its own, and of nobody else */
} OwnWish;

/**
 * The names about which the user has said something while Sotto runs: an immutable, counted
 * snapshot, as a Ruleset is. Whom the last two are asked of is in the plan, as routes.
 */
typedef struct OwnNames OwnNames;

OwnNames *own_names_new(void);
OwnNames *own_names_ref(OwnNames *names);
/** NULL is allowed. */
void own_names_unref(OwnNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OwnNames, own_names_unref)

/** Before it is shared only; `below`: with everything below the name. The statuses are those of
 * name_set_add. */
Status own_names_add(OwnNames *names, const Name *name, bool below, OwnWish wish) must_check;

typedef struct OwnMatch {
    OwnWish wish;
    NameMatch name;
} OwnMatch;

/** The wish that is closest to the name: the longest part of it, and where two are about the same
 * part, the one about that name alone. `names` NULL: there is none. */
bool own_names_find(const OwnNames *names, const NameKey *key, OwnMatch *match);
