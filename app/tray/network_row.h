/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <handy.h>

/** What is done on the network at hand: Protect, Ask or Leave Alone, to be changed in place. */
#define SOTTO_TYPE_NETWORK_ROW (sotto_network_row_get_type())
G_DECLARE_FINAL_TYPE(SottoNetworkRow, sotto_network_row, SOTTO, NETWORK_ROW, HdyPreferencesRow)

/** Shows the helper's facts of this moment. */
void sotto_network_row_update(SottoNetworkRow *row, SottoHelper *helper);
