/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "status.h"

#include <stdbool.h>
#include <sys/socket.h>

/* What UDP and TCP sockets have in common, for this floor alone. */

/** A non-blocking, close-on-exec socket of the address's family; `type` SOCK_DGRAM or SOCK_STREAM.
 * STATUS_LIMIT out of descriptors, STATUS_UNREACHABLE family not available or the address's link
 * gone, STATUS_IO. */
Status socket_open(const Address *address, int type, int *fd) must_check;
/** The same, bound. IPv6 sockets take IPv6 alone; where a datagram or connection arrived is told
 * (IP_PKTINFO). `freebind`: the address need not exist yet. Statuses as udp_bind. */
Status socket_bind(const Address *address, int type, bool freebind, int *fd) must_check;
/** Sets an integer option that may fail without harm; says so at debug level. */
void socket_option(int fd, int level, int option, int value, const char *name);
/** Reads IP_PKTINFO or IPV6_PKTINFO from a control message: the arrival link's index and the local
 * address (IPv4 mapped). False for any other control message. */
bool socket_read_pktinfo(struct cmsghdr *control, int *interface, struct in6_addr *local);
