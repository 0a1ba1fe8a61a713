/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "source.h"

/**
 * Where resolvers come from besides the files the administrator wrote: the signed lists, and what
 * users added themselves. Whatever is there is kept in `Settings.added`.
 *
 * Lists are fetched through an encrypted resolver only, so while there is a plan to ask by; and
 * only those that somebody has asked for once: a machine whose users never looked at the public
 * lists does not fetch them. Everything below `folder` is the helper's own.
 */
typedef struct Sources Sources;

typedef struct SourcesParts {
    DownloadEnvironment environment;
    const Downloader *downloader; /* list_downloader */
    const char *folder;           /* /var/lib/sotto; copied */
} SourcesParts;

/** Reads what is on disk, which blocks: for the start of the program. Takes a reference to the
 * settings, and fills their `added`. */
Sources *sources_new(const SourcesParts *parts, Settings *settings);
void sources_free(Sources *sources);

/** `changed`: the settings' `added` is another, or an entry of it says something else. Also comes
 * after a call below that changes something, before it returns. */
void sources_set_changed(Sources *sources, void (*changed)(void *owner), void *owner);
/** Other settings: the lists that stay are kept as they are. Fills `added`; does not call
 * `changed`. */
void sources_reload(Sources *sources, Settings *settings);
/** The plan to ask by from now on; NULL while nobody may be asked. A list that is due is refreshed.
 */
void sources_follow(Sources *sources, Plan *plan);
/** Whether traffic costs: then no list is fetched unless somebody asks for that (sources_refresh).
 */
void sources_set_metered(Sources *sources, bool metered);
/** It is due, and waits for a network on which traffic costs nothing. */
bool source_waits(const Sources *sources, const Source *source);
/** Somebody looks at the lists: those never fetched are due. */
void sources_want(Sources *sources);

/** Every list has been tried. `error` NULL, or what is wrong with those that were refused. */
typedef void (*SourcesDone)(void *owner, const GError *error);
/** Refreshes every list now. `done` comes once, maybe at once: without a plan. When `sources` is
 * freed first, it comes then. */
void sources_refresh(Sources *sources, SourcesDone done, void *owner);
/** As that, but fetches nothing: what becomes of the refresh under way, or became of the last. */
void sources_outcome(Sources *sources, SourcesDone done, void *owner);

/** Source*, in the order of the settings. (transfer none) */
GPtrArray *sources_lists(const Sources *sources);
/** When a list is next due, seconds since 1970; 0: when somebody wants it. */
int64_t source_due_s(const Sources *sources, const Source *source);

/** Adds one of the user's own. `*id` is (transfer full). Errors as own_entry_new, or FAILED. */
gboolean sources_add(Sources *sources, const char *spec, const char *name, char **id,
                     GError **error);
/** CONFIG_ERROR_NOT_FOUND, also for an entry that a file of the administrator's has. */
gboolean sources_remove(Sources *sources, const char *id, GError **error);
/** The user has chosen this resolver: a changed key is no news any more. */
void sources_acknowledge(Sources *sources, const char *id);
