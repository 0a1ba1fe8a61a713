/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "name.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The data of an SVCB or HTTPS record (RFC 9460), with the keys that tell where DNS is served (RFC
 * 9461). Pointers lead into the record's own bytes.
 */
typedef struct Svcb {
    uint16_t priority; /* 0: an alias (§2.4.2), whose parameters say nothing */
    Name target;       /* the root: the record's owner */
    uint16_t port;     /* 0: none given */
    const uint8_t *alpn, *ipv4_hints, *ipv6_hints, *doh_path; /* NULL: not given */
    size_t alpn_length, ipv4_count, ipv6_count, doh_path_length;
    bool usable; /* nothing is mandatory that we do not understand (§8) */
} Svcb;

/** STATUS_MALFORMED: also keys out of order or twice, an empty list, a name that is compressed, and
 * a mandatory key that is missing. */
Status svcb_parse(const uint8_t *rdata, size_t length, Svcb *svcb) must_check;
/** Whether the protocol ("dot", "doq", "h2") is among those given. */
bool svcb_offers(const Svcb *svcb, const char *protocol);
