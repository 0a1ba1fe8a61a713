/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gateway.h"
#include "network.h"

#include <NetworkManager.h>

/** The network that this machine is on, by libnm's cache: nothing here asks the bus. */

/** The connection by which the machine reaches the world, below any VPN; NULL: none of
 * NetworkManager's. (transfer none) */
NMActiveConnection *nm_uplink_connection(NMClient *client);

/** Fills online, metered, ipv4, ipv6, identity, name, ssid, connectivity, check_url and portal_api
 * of fresh facts; follows the gateway, and fills the key when that is known by now. */
void nm_uplink_read(NMClient *client, Gateway *gateway, NetworkFacts *facts);

/** As the user knows it, fit to be shown. (transfer full) */
char *nm_connection_name(NMActiveConnection *active);
/** A Wi-Fi that everybody may join. */
bool nm_connection_is_open(NMActiveConnection *active);
/** A tunnel that the user set up. */
bool nm_connection_is_vpn(NMActiveConnection *active);
/** The index of its link, or of the one below a VPN's; 0: it has none. */
int nm_connection_interface(NMActiveConnection *active);
/** It is up. */
bool nm_connection_is_activated(NMActiveConnection *active);
