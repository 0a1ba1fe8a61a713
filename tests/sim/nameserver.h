/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "ether.h"
#include "papers.h"

/** What else than the right answer, each of 1000 answers. */
typedef struct Manners {
    unsigned mischief;  /* wrong ID, wrong question, garbage, repeats, before the right one */
    unsigned mute;      /* mischief alone, or nothing */
    unsigned cut;       /* TC, by UDP */
    unsigned sick;      /* SERVFAIL or REFUSED */
    unsigned hang_up;   /* closes the connection in place of answering */
    unsigned no_edns;   /* plain: FORMERR to OPT */
    unsigned keepalive; /* DoT: says how long a connection may be idle, 0 being one of the times */
    int64_t think_us;   /* at most so long; half of them not at all */
} Manners;

/** A resolver on the simulated network: plain DNS, DNSCrypt, or what DNS over TLS is inside TLS. */
typedef struct Nameserver {
    Host host;
    EndpointKind kind; /* ENDPOINT_PLAIN, ENDPOINT_DNSCRYPT, ENDPOINT_DOT */
    Dice dice;
    Manners manners;
    const Papers *papers; /* DNSCrypt */
    unsigned issue;       /* which of its keys are in use */
    PapersDesk desk;
    unsigned answered;
} Nameserver;

Nameserver *nameserver_new(Ether *ether, EndpointKind kind, const Address *address, uint64_t seed);
void nameserver_free(Nameserver *server);
/** The endpoint by which the program reaches it. (transfer full) */
Endpoint *nameserver_endpoint(const Nameserver *server);
/** New keys from now on; queries under the old ones are not understood. */
void nameserver_rotate(Nameserver *server);
