/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "leak.h"
#include "status.h"

#include <stdbool.h>
#include <stdint.h>

/** Whose socket a packet came from, as far as the kernel tells without privilege. */
typedef struct SocketOwner {
    uint64_t cgroup; /* id of the control group it was opened in; 0 not told (Linux before 5.8) */
    uint32_t uid;
} SocketOwner;

/** A descriptor to ask the kernel by; needs no privilege. STATUS_UNSUPPORTED, STATUS_IO. */
Status socket_owner_open(int *fd) must_check;

/**
 * The owner of the socket that sent `packet`, which must be asked for soon: programs close sockets.
 * Two system calls, no waiting. False: no such socket is open in our network namespace.
 */
bool socket_owner_find(int fd, const LeakPacket *packet, SocketOwner *owner);
