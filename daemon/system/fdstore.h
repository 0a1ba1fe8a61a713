/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <stdbool.h>

/**
 * The descriptors that outlive this process. systemd keeps them over a crash, a restart and an
 * upgrade, and lets them go when the service is stopped: that is what holds or restores the
 * machine's DNS (sd_pid_notify_with_fds(3), FileDescriptorStoreMax= in systemd.service(5)).
 */
typedef enum FdSlot { FD_TUN, FD_UDP4, FD_TCP4, FD_UDP6, FD_TCP6, FD_LEAK, FD_SLOTS } FdSlot;

typedef struct FdStore {
    int fds[FD_SLOTS]; /* -1: none */
    bool kept;         /* somebody keeps what is put in; else a crash closes all of it */
} FdStore;

/**
 * Takes what systemd hands over, by name, and closes what has none of our names. To be called once,
 * before threads exist (it clears the environment variables).
 */
void fdstore_receive(FdStore *store);
/** Takes the descriptor over, and gives systemd a copy to keep. What was in the slot is let go. */
void fdstore_put(FdStore *store, FdSlot slot, int fd);
/** Lets the descriptor go, here and in systemd. */
void fdstore_drop(FdStore *store, FdSlot slot);
/** A copy of the slot's descriptor for somebody who will close it; -1 when the slot is empty. */
int fdstore_copy(const FdStore *store, FdSlot slot);
/** Closes this process's copies; systemd keeps its own. */
void fdstore_clear(FdStore *store);

/** Fills `store` from names and descriptors `first`…; what fdstore_receive does with systemd's. */
void fdstore_sort(FdStore *store, char *const *names, int first, int count);
