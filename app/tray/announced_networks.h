/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** The networks on which it was told that lookups are protected: $XDG_STATE_HOME/sotto/networks. */
typedef struct AnnouncedNetworks AnnouncedNetworks;

/** Never fails: what cannot be read is not known. */
AnnouncedNetworks *announced_networks_new(void);
void announced_networks_free(AnnouncedNetworks *networks);

/** Whether this network is announced for the first time; from now on it is known. */
gboolean announced_networks_add(AnnouncedNetworks *networks, const char *network);
