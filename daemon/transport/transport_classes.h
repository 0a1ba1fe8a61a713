/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "transport.h"

/* One class a protocol, each defined in the file of its name; the table in transport.c lists them.
 */

extern const TransportClass transport_plain;
extern const TransportClass transport_dnscrypt;
extern const TransportClass transport_dot;
extern const TransportClass transport_doh;
extern const TransportClass transport_odoh;
extern const TransportClass transport_doq;
