/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "status.h"

#include <stdbool.h>

#define TUN_NAME "sotto0"

/**
 * Opens the machine's private device "sotto0" and brings its link up. It lives as long as somebody
 * holds a descriptor of it: this process, or systemd's store. Needs CAP_NET_ADMIN.
 * STATUS_PERMISSION, STATUS_UNSUPPORTED (no TUN driver), STATUS_ADDRESS_IN_USE (another program
 * holds a device of that name), STATUS_IO.
 */
Status tun_open(int *fd) must_check;

/** Whether `fd`, handed over by systemd, is our device. STATUS_OK or STATUS_MISMATCH. */
Status tun_check(int fd) must_check;

/** The index of the device's link; 0 when there is none. */
int tun_interface(void);

/** Gives the device this address, and nothing beside it. That it has it is no error. Needs
 * CAP_NET_ADMIN. STATUS_PERMISSION, STATUS_IO (the kernel lacks the address family). */
Status tun_assign(const Address *address) must_check;

/** Whether the device has this address now (its port aside). */
bool tun_carries(const Address *address);
