/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <sys/types.h>

/**
 * From here on this machine sends nothing to port 53 of another one (UDP and TCP, IPv4 and IPv6)
 * but what the user `except` sends; lookups on this machine itself, and what it forwards for
 * containers and others, go on. It ends when `*socket` is closed, by whatever ends the process.
 * Needs CAP_NET_ADMIN. STATUS_PERMISSION; STATUS_UNSUPPORTED where the kernel has no nf_tables, or
 * is older than 5.12; STATUS_IO.
 */
Status barrier_rules_open(uid_t except, int *socket) must_check;
