/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "networkmanager.h"

/**
 * The machine's network by whoever runs it: NetworkManager where it is there, else
 * systemd-resolved; followed when NetworkManager comes or goes for good. The bus is borrowed and
 * outlives it. Freeing it leaves DNS as it is.
 */
Network *desktop_network_new(Bus *bus, const NetworkManagerOptions *options);
