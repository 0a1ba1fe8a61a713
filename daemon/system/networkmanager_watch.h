/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <NetworkManager.h>

/** The objects of libnm whose properties the facts are made of. */
typedef struct NmWatch {
    GPtrArray *objects;
    void (*changed)(void *owner);
    void *owner;
} NmWatch;

void nm_watch_init(NmWatch *watch, void (*changed)(void *owner), void *owner);
/** Watches none; may be watched with again. */
void nm_watch_clear(NmWatch *watch);
/** Watches what there is now, and nothing else. `client`, `own` (our connection) may be NULL. */
void nm_watch_all(NmWatch *watch, NMClient *client, NMActiveConnection *own);
