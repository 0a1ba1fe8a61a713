/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_MAX_TEXT 64

/** An IPv4 or IPv6 address with a port. Zeroed: none. */
typedef struct Address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } socket;
    int interface; /* index of the one link by which it may be reached; 0: any */
} Address;

/** "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53", "[fe80::1%eth0]:53".
 * STATUS_MALFORMED. Never asks a resolver. */
Status address_parse(const char *text, uint16_t default_port, Address *address) must_check;
/** "192.0.2.1:53" or "[2001:db8::1]:53". Returns text. */
const char *address_format(const Address *address, char text[ADDRESS_MAX_TEXT]);
/** Without the port and brackets. Returns text. */
const char *address_format_host(const Address *address, char text[ADDRESS_MAX_TEXT]);
bool address_is_set(const Address *address);
bool address_equal(const Address *a, const Address *b);
/** Same host, ports and links aside. */
bool address_same_host(const Address *a, const Address *b);
/** Whether it means another machine on another network: loopback, link-local, RFC 1918, RFC 6598,
 * RFC 4193, not set. */
bool address_is_private(const Address *address);
/** Whether a server on another machine can have it: set, and neither loopback nor for many
 * (multicast, broadcast, what is reserved above them). */
bool address_is_remote(const Address *address);
/** An IPv6 address that means something on one link alone is on this one; others stay. */
void address_set_link(Address *address, unsigned interface);
uint16_t address_port(const Address *address);
void address_set_port(Address *address, uint16_t port);
socklen_t address_length(const Address *address);
