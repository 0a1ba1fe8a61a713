/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "udp.h"

#include <glib.h>

/* UDP without a network: fuzz_udp.c defines what udp.c does. Open sockets count from the oldest. */

/** The peer sends a datagram; nothing where no socket is open. */
void fuzz_udp_say(unsigned which, const uint8_t *bytes, size_t length);
/** An ICMP error, about the datagram of that number or about none. */
void fuzz_udp_refuse(unsigned which, Status status);
/** A datagram that was sent since fuzz_udp_forget, counted from the newest; NULL (borrowed). */
GBytes *fuzz_udp_heard(unsigned number);
/** Asserts that no socket is open any more. */
void fuzz_udp_forget(void);
