/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list_copy.h"
#include "list_download.h"
#include "settings.h"

/**
 * One signed list in use: what of it is on disk, what became of the last try to refresh it. A try
 * that fails, however, leaves the list in use as it is.
 */
typedef struct Source {
    Settings *settings; /* they own the spec */
    const ListSpec *spec;
    char *folder;
    ListCopy *copy;       /* in use; NULL: never read */
    int64_t checked_at_s; /* when it was last tried to refresh it, or when the copy was; 0 never */
    char *failure;        /* a sentence: why the last try failed; NULL none */
    struct SourceWork *work; /* a refresh under way; NULL none */
} Source;

/** A refresh has ended. `before`: the list that was in use, when another took its place, valid
 * until this returns; NULL when it is as it was, or when there was none. */
typedef void (*SourceRefreshed)(void *owner, Source *source, const ListCopy *before);

/** Reads the copy on disk at once: for the start of the program. A bad copy is the failure, and as
 * if there were none. Takes a reference to the settings. */
Source *source_new(Settings *settings, const ListSpec *spec, const char *folder);
/** Ends a refresh under way, without its callback. NULL is allowed. */
void source_free(Source *source);
/** Other settings with the same list (name, kind, key): goes on as it is. */
void source_set_spec(Source *source, Settings *settings, const ListSpec *spec);

/** Tries every URL until one gives a list that is right. Nothing when it is tried already. */
void source_refresh(Source *source, const DownloadEnvironment *environment,
                    const Downloader *downloader, Plan *plan, SourceRefreshed refreshed,
                    void *owner);
bool source_is_refreshing(const Source *source);
