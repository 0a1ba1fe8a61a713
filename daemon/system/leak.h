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
 * that the kernel's filter wakes for nothing but outgoing packets to port 53, and DNSCrypt
 * certificate requests to any port.
 */
typedef struct Leak Leak;

/** One packet in clear that was seen leaving. To port 53 by TCP: the first of a connection. */
typedef struct LeakPacket {
    Address source, destination;
    Name name; /* what was asked; length 0: not to be read from this packet */
    int interface;
    bool tcp;
} LeakPacket;

/** What a packet to port 53 is: one of the clear flows that may exist, or a leak. */
typedef enum ClearFlow {
    CLEAR_LEAK,        /* a program that goes around Sotto */
    CLEAR_NONE,        /* it stays on this machine, or nothing is promised now: not counted */
    CLEAR_CERTIFICATE, /* a DNSCrypt resolver's */
    CLEAR_DISCOVERY,   /* RFC 9462's first question */
    CLEAR_NETWORK,     /* names of the network's own domain, and routes of the settings */
    CLEAR_VPN,
    CLEAR_PORTAL_CHECK,
    CLEAR_SIGN_IN,
    CLEAR_NAT64, /* RFC 7050's question */
    CLEAR_TIME,  /* time servers' names, while the clock is wrong */
    CLEAR_CONSENT,
    CLEAR_FLOWS
} ClearFlow;

/** "certificate", "discovery", …: the word on the bus. */
const char *clear_flow_name(ClearFlow flow);

typedef ClearFlow (*LeakJudge)(void *owner, const LeakPacket *packet);
typedef void (*LeakSeen)(void *owner, const LeakPacket *packet);

/**
 * Opens the packet socket; `own_interface` is the index of our TUN, 0 none. Needs CAP_NET_RAW.
 * STATUS_PERMISSION, STATUS_UNSUPPORTED (no packet sockets in this kernel), STATUS_IO.
 */
Status leak_open(int own_interface, int *fd) must_check;

/** Takes the descriptor over and counts. NULL when the loop does not take it. */
Leak *leak_new(Loop *loop, int fd, LeakJudge judge, void *owner);
void leak_free(Leak *leak);

/** Tells of each CLEAR_LEAK the moment it is counted. */
void leak_tell(Leak *leak, LeakSeen seen, void *owner);

/** Packets of this kind that left since leak_new. */
uint64_t leak_count(const Leak *leak, ClearFlow flow);
/** The same of every kind, CLEAR_FLOWS of them; NULL for no Leak. Borrowed. */
const uint64_t *leak_counts(const Leak *leak);

/** Reads one packet, link header taken off: what leak.c does with each. False: not such a packet.
 */
bool leak_packet_parse(const uint8_t *bytes, size_t length, LeakPacket *packet);
