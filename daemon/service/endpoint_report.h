/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "relays.h"

/** The resolver's endpoints in the order they are tried, as the bus contract's Describe has them:
 * aa{sv}, floating. */
GVariant *report_endpoints(const Relays *relays, const Resolver *resolver);
