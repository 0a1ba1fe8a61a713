/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list_settings.h"

/**
 * The copy of a signed list that is kept on disk: NAME.md and NAME.minisig in one folder. These
 * functions read, verify and parse, which takes a while: they block, touch nothing shared, and may
 * run in any thread.
 */
typedef struct ListCopy {
    SignedList *list;
    int64_t signed_at_s;  /* what the signature says */
    int64_t checked_at_s; /* when it was last found to be the newest; seconds since 1970 */
} ListCopy;

void list_copy_free(ListCopy *copy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ListCopy, list_copy_free)

/** What `folder` holds, verified again. CONFIG_ERROR_NOT_FOUND when it holds none; else a sentence.
 * (transfer full) */
ListCopy *list_copy_read(const char *folder, const ListSpec *spec, GError **error);

/**
 * Verifies what was fetched, reads it, and only then puts it in the place of what `folder` holds.
 * `held_s` is the time of the signature in use, 0 for none. An error says what is wrong with it;
 * nothing has changed then. (transfer full)
 */
ListCopy *list_copy_store(const char *folder, const ListSpec *spec, GBytes *text, GBytes *signature,
                          int64_t held_s, GError **error);
