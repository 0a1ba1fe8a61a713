/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

#include <gio/gio.h>

/** A list and its signature on their way from one URL. */
typedef struct Download Download;

/** Both (borrowed), or `error` with a sentence. */
typedef void (*DownloadDone)(void *owner, GBytes *text, GBytes *signature, const GError *error);

/** What a download needs; borrowed, and outlives it. */
typedef struct DownloadEnvironment {
    Loop *loop;
    Engine *engine;
    TlsContext *tls;
} DownloadEnvironment;

/**
 * How lists are fetched; tests have a way of their own. `begin`: the host is asked of the resolvers
 * of `plan`, so encrypted, and the certificate must be of its name. `done` comes once, later, and
 * the download is gone when it returns. `cancel`: `done` will not come; not from inside it.
 */
typedef struct Downloader {
    Download *(*begin)(const DownloadEnvironment *environment, Plan *plan, const char *url,
                       DownloadDone done, void *owner);
    void (*cancel)(Download *download);
} Downloader;

extern const Downloader list_downloader;
