/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "loop.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UDP_BATCH      32   /* datagrams a system call */
#define UDP_PACKET_MAX 8192 /* what is received at most; longer datagrams are dropped */

/** One datagram. When receiving, `bytes` is borrowed until the callback returns. */
typedef struct UdpPacket {
    uint8_t *bytes;
    size_t length;
    Address peer;  /* sending on a connected socket: not set */
    int interface; /* index it arrived on; 0 unknown. Of no matter when sending */
    struct in6_addr
        local; /* the address it was sent to (IPv4 mapped), answered from; all zero unknown */
} UdpPacket;

typedef void (*UdpReceiveFn)(void *owner, UdpPacket *packets, size_t count);
/**
 * An ICMP error on a connected socket, as a Status (STATUS_REFUSED, STATUS_UNREACHABLE). `quote`
 * (borrowed) is the beginning of the datagram of ours that it is about, as far as it was quoted: 0
 * bytes from some routers, hundreds from most hosts. Whoever guesses a port can forge ICMP, so that
 * it is to be believed only where the quote holds what nobody could guess (RFC 8085 §5.2).
 */
typedef void (*UdpErrorFn)(void *owner, Status status, const uint8_t *quote, size_t length);

/** A non-blocking UDP socket in the event loop. Embedded; cleared by its owner. */
typedef struct UdpSocket {
    LoopIo io;
    UdpReceiveFn receive;
    UdpErrorFn error; /* may be NULL */
    void *owner;
    size_t batch; /* datagrams asked of the kernel at once: 2 to UDP_BATCH, as many come */
} UdpSocket;

enum { UDP_FREEBIND = 1u << 0 /* the address may appear later */ };

/**
 * A bound socket for listening, IP_PKTINFO on. Returns the descriptor in `*fd`. STATUS_PERMISSION,
 * STATUS_ADDRESS_IN_USE, STATUS_UNREACHABLE (address not on this machine), STATUS_IO.
 */
Status udp_bind(const Address *address, unsigned flags, int *fd) must_check;
/** A socket connected to `peer` from a random port. STATUS_UNREACHABLE, STATUS_LIMIT (descriptors),
 * STATUS_IO. */
Status udp_connect(const Address *peer, int *fd) must_check;
/** Gives a socket that is kept for long as large a receive buffer as the system allows: in the
 * usual one a flood of forgeries leaves no room for answers. It takes memory only when it fills. */
void udp_widen(int fd);

/** Takes the descriptor over (closed by udp_clear). */
Status udp_open(UdpSocket *socket, Loop *loop, int fd, UdpReceiveFn receive, UdpErrorFn error,
                void *owner) must_check;
/** Sends what the kernel takes; returns how many. Datagrams beyond that are lost, as UDP may. */
size_t udp_send(UdpSocket *socket, const UdpPacket *packets, size_t count);
/** Reads no more, until udp_clear: what comes stays in the kernel's queue. */
void udp_stop_reading(UdpSocket *socket);
void udp_clear(UdpSocket *socket);
