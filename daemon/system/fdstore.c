/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Descriptors in systemd's keeping.
 *
 * systemd hands them back newest first, so only the names count. FDPOLL=0 because a TUN that is
 * polled for hang-up would be thrown out of the store. Without systemd nobody keeps anything: the
 * descriptors die with the process, which restores the network's own DNS.
 */
#include "fdstore.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

static const char *const names_of_slots[FD_SLOTS] = {
    [FD_TUN] = "tun",   [FD_UDP4] = "udp4", [FD_TCP4] = "tcp4",
    [FD_UDP6] = "udp6", [FD_TCP6] = "tcp6", [FD_LEAK] = "leak",
};

static void store_reset(FdStore *store)
{
    for (FdSlot slot = 0; slot < FD_SLOTS; slot++)
        store->fds[slot] = -1;
    store->kept = false;
}

static int slot_of_name(const char *name)
{
    for (FdSlot slot = 0; slot < FD_SLOTS; slot++) {
        if (strcmp(name, names_of_slots[slot]) == 0)
            return (int)slot;
    }
    return -1;
}

static void forget_in_systemd(const char *name)
{
    char state[64];
    snprintf(state, sizeof(state), "FDSTOREREMOVE=1\nFDNAME=%s", name);
    (void)sd_notify(0, state);
}

void fdstore_sort(FdStore *store, char *const *names, int first, int count)
{
    for (int i = 0; i < count; i++) {
        const char *name = names != NULL && names[i] != NULL ? names[i] : "";
        int slot = slot_of_name(name);
        if (slot >= 0 && store->fds[slot] < 0) {
            store->fds[slot] = first + i;
            continue;
        }
        log_warning("a descriptor was handed over that has no use here name=%s", name);
        close(first + i);
    }
}

/* $FDSTORE says how many descriptors are kept since systemd 254; before, the service manager's
 * socket has to do as evidence, and our unit asks for a store. */
static bool is_store_offered(void)
{
    const char *limit = getenv("FDSTORE");
    if (limit != NULL)
        return strtol(limit, NULL, 10) > 0;
    return getenv("NOTIFY_SOCKET") != NULL;
}

void fdstore_receive(FdStore *store)
{
    store_reset(store);
    store->kept = is_store_offered();
    char **names = NULL;
    int count = sd_listen_fds_with_names(1, &names);
    if (count < 0)
        log_warning("systemd's descriptors cannot be read reason=%s", strerror(-count));
    if (count > 0)
        fdstore_sort(store, names, SD_LISTEN_FDS_START, count);
    for (int i = 0; names != NULL && i < count; i++)
        free(names[i]);
    free(names);
}

void fdstore_put(FdStore *store, FdSlot slot, int fd)
{
    if (store->fds[slot] >= 0)
        fdstore_drop(store, slot);
    store->fds[slot] = fd;
    if (!store->kept)
        return;
    char state[64];
    snprintf(state, sizeof(state), "FDSTORE=1\nFDNAME=%s\nFDPOLL=0", names_of_slots[slot]);
    int sent = sd_pid_notify_with_fds(0, 0, state, &fd, 1);
    if (sent < 0)
        log_warning("systemd does not keep a descriptor name=%s reason=%s", names_of_slots[slot],
                    strerror(-sent));
}

void fdstore_drop(FdStore *store, FdSlot slot)
{
    if (store->fds[slot] < 0)
        return;
    close(store->fds[slot]);
    store->fds[slot] = -1;
    if (store->kept)
        forget_in_systemd(names_of_slots[slot]);
}

int fdstore_copy(const FdStore *store, FdSlot slot)
{
    if (store->fds[slot] < 0)
        return -1;
    int copy = fcntl(store->fds[slot], F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        log_error("a descriptor cannot be copied name=%s reason=%s", names_of_slots[slot],
                  strerror(errno));
    return copy;
}

void fdstore_clear(FdStore *store)
{
    for (FdSlot slot = 0; slot < FD_SLOTS; slot++) {
        if (store->fds[slot] >= 0)
            close(store->fds[slot]);
        store->fds[slot] = -1;
    }
}
