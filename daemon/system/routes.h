/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"
#include "plan.h"

/**
 * Adds to a plan being made what this network knows better than anybody: its own names go, in
 * clear, to its own servers.
 */
void routes_add(Plan *plan, const NetworkFacts *facts);
/** The domains that routes_add put into a plan, "lan, corp.example"; "" none. (transfer full) */
char *routes_describe(const Plan *plan);
