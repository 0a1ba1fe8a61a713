/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "config_error.h"
#include "plan.h"

#include <glib.h>

/** What a list is of. */
typedef enum ListKind {
    LIST_RESOLVERS,
    LIST_RELAYS, /* of Anonymized DNSCrypt */
    LIST_ODOH_TARGETS,
    LIST_ODOH_RELAYS,
    LIST_KINDS
} ListKind;

/** The words of settings and bus, in the enum's order, NULL-terminated: "resolvers", "relays",
 * "odoh-targets", "odoh-relays". */
extern const char *const list_kind_words[LIST_KINDS + 1];

#define LIST_MAX_BYTES   ((size_t)8 << 20)
#define LIST_MAX_ENTRIES 20000

/** A server that passes on what it cannot read. It has what a resolver has, and is kept as one;
 * its endpoints are as endpoint_relay_from_stamp makes them. */
typedef Resolver Relay;

/** One list, read: values that nobody shares yet. */
typedef struct SignedList {
    ListKind kind;
    GPtrArray *entries; /* Resolver* or Relay*, of ids unique in this list */
    unsigned left_out;  /* stamps of another kind than the list's, of no remote server, or broken */
} SignedList;

/**
 * Reads the text of a list: `## NAME` begins an entry, each line that begins with `sdns:` is one of
 * its stamps, everything else describes it. Entries without a stamp of the list's kind are left
 * out. CONFIG_ERROR_INVALID_DATA with a sentence when it is larger than LIST_MAX_BYTES or
 * LIST_MAX_ENTRIES, has lines no list has, is not text, or names nobody at all. May run in another
 * thread. (transfer full)
 */
SignedList *signed_list_parse(GBytes *text, ListKind kind, GError **error);
void signed_list_free(SignedList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SignedList, signed_list_free)
