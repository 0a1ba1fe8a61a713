/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "name.h"

#include <stdint.h>

/** What a name means to every resolver alike, whatever the settings say. */
typedef enum SpecialKind {
    SPECIAL_NONE,
    SPECIAL_LOCALHOST, /* this machine: its addresses are 127.0.0.1 and ::1 */
    SPECIAL_LOOPBACK,  /* exactly the reverse of one of these: PTR localhost */
    SPECIAL_US,        /* resolver.arpa: about this resolver */
    SPECIAL_NOWHERE,   /* nowhere in the DNS; never forwarded */
    SPECIAL_LOCAL,     /* this network's, or nobody's: forwarded by a route only */
} SpecialKind;

typedef struct Special {
    SpecialKind kind;
    uint8_t zone;    /* the zone that it is in: the name from this octet on */
    const char *why; /* one sentence */
} Special;

/** `type`: a few questions about zones, which validators ask, are no questions for local names. */
Special special_find(const Name *name, uint16_t type);
