/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "message.h"

/** The address in an A or AAAA record of a reply (RFC 1035 §3.4.1, RFC 3596 §2.2), its port 0.
 * False for any other record, and for 0.0.0.0 and ::, by which some block a name. */
bool record_address(const Message *reply, const Record *record, Address *address);
