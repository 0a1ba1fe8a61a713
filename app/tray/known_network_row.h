/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network_item.h"

#include <handy.h>

/** A network of the list: what it is, the choice it has, and Forget. Choices go to the
 * application's actions. */
#define SOTTO_TYPE_KNOWN_NETWORK_ROW (sotto_known_network_row_get_type())
G_DECLARE_FINAL_TYPE(SottoKnownNetworkRow, sotto_known_network_row, SOTTO, KNOWN_NETWORK_ROW,
                     HdyPreferencesRow)

SottoKnownNetworkRow *sotto_known_network_row_new(void);

/** Shows `network` (transfer none) as the one at `place` in the list, from 0. */
void sotto_known_network_row_show(SottoKnownNetworkRow *row, const SottoNetwork *network,
                                  guint place);
guint sotto_known_network_row_place(SottoKnownNetworkRow *row);
