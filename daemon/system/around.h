/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "socket_owner.h"

#include <glib.h>

#define AROUND_ENTRIES 32

/** Who went around Sotto: programs that were seen asking a DNS server themselves. */
typedef struct Around Around;

/** Strings are never NULL; "" what the kernel does not tell. */
typedef struct AroundEntry {
    char *program; /* by its systemd unit */
    char *user;    /* login name, or number */
    Address destination;
    bool tcp;
    uint64_t count;
    int64_t last_s; /* since 1970 */
} AroundEntry;

/** Where names come from; tests have their own. */
typedef struct AroundSource {
    /* whose packet it is; at once, never waits */
    bool (*find)(void *context, const LeakPacket *packet, SocketOwner *owner);
    /* blocking, on a thread: sets `programs` and `users` to strings (transfer full), one for each
     * owner; NULL is "" */
    void (*describe)(const SocketOwner *owners, size_t count, char **programs, char **users);
    void *context;
} AroundSource;

/** `source` NULL: the kernel. */
Around *around_new(Loop *loop, const AroundSource *source);
/** NULL is allowed. */
void around_free(Around *around);

/** A packet was seen that should not have left; at the moment it is seen (fits LeakSeen, the Around
 * as `owner`). A flood of them costs no more than its first hundred a second: the others count for
 * nobody by name. */
void around_note(void *owner, const LeakPacket *packet);

/** Of AroundEntry, newest first, 32 at most; one for each program, user, destination and protocol.
 * Valid until the next turn of the loop. NULL for no Around. */
const GPtrArray *around_entries(const Around *around);
