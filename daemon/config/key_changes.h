/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "signed_list.h"

/**
 * Entries of signed lists that have another key, or another host, than they had before. The list is
 * signed, so the new key is taken: operators do change keys, and the old one would soon reach
 * nobody. But it is shown, until the user chooses the entry again, for a key that changes is also
 * what it looks like when somebody else takes a name over. Kept in a file.
 */
typedef struct KeyChanges KeyChanges;

/** Damage is logged and read as nothing. */
KeyChanges *key_changes_load(const char *path);
void key_changes_free(KeyChanges *changes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyChanges, key_changes_free)

/** Notes every entry of `after` that `before` had with other keys, at this time (seconds since
 * 1970), and forgets those that are in it no more. */
void key_changes_compare(KeyChanges *changes, const char *list, const SignedList *before,
                         const SignedList *after, int64_t now_s);
/** Sets what each entry says of itself. */
void key_changes_mark(const KeyChanges *changes, const char *list, const SignedList *entries);
/** The user has taken note. Whether there was anything. */
bool key_changes_forget(KeyChanges *changes, Resolver *resolver);
