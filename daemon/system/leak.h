/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "loop.h"
#include "name.h"
#include "status.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * Counts lookups that leave this machine in clear by any link, whoever sends them: a packet socket
 * that the kernel's filter wakes for nothing but outgoing packets to port 53.
 */
typedef struct Leak Leak;

/** One packet to port 53 that was seen leaving. TCP: the first packet of a connection. */
typedef struct LeakPacket {
    Address destination;
    Name name; /* what was asked; length 0: not to be read from this packet */
    int interface;
    bool tcp;
} LeakPacket;

/** Whether the packet is on the list of clear flows that may exist (or stays on this machine). */
typedef bool (*LeakAllowed)(void *owner, const LeakPacket *packet);

/**
 * Opens the packet socket; `own_interface` is the index of our TUN, 0 none. Needs CAP_NET_RAW.
 * STATUS_PERMISSION, STATUS_UNSUPPORTED (no packet sockets in this kernel), STATUS_IO.
 */
Status leak_open(int own_interface, int *fd) must_check;

/** Takes the descriptor over and counts. NULL when the loop does not take it. */
Leak *leak_new(Loop *loop, int fd, LeakAllowed allowed, void *owner);
void leak_free(Leak *leak);

/** Packets that left and were not allowed, since leak_new. */
uint64_t leak_count(const Leak *leak);

/** Reads one packet, link header taken off: what leak.c does with each. False: not such a packet.
 */
bool leak_packet_parse(const uint8_t *bytes, size_t length, LeakPacket *packet);
