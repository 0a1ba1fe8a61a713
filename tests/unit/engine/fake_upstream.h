/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"
#include "transport.h"

#include <glib.h>

#define FAKE_SERVERS 8

/** A server that answers as the test says, after a delay of the loop's clock. Number N stands for
 * the endpoints with address 192.0.2.N. */
typedef struct FakeServer {
    /* set by the test */
    int64_t delay_us;
    bool silent;   /* no answer: STATUS_TIMEOUT when the budget is used up */
    unsigned lost; /* so many of the next questions are never answered */
    bool detour;   /* there is a way round what is late */
    Status status; /* fails with it after the delay */
    unsigned rcode;
    uint32_t ttl_s;
    bool no_data;        /* answers with a SOA (TTL `ttl_s`, MINIMUM `minimum_s`) and no address */
    uint32_t minimum_s;  /* 30 if not set */
    bool no_soa;         /* a NS in its place, as in a referral */
    unsigned copies;     /* that many addresses more, to make it long */
    const char *alias;   /* answers with a CNAME to it first, behind a signature; NULL not */
    unsigned says;       /* answers A with 192.0.2.N, not with its own number; 0 not */
    unsigned says_ipv6;  /* answers AAAA with 2001:db8::N; 0: with what is no IPv6 address */
    bool only_ipv4;      /* has data for A alone */
    bool says_null;      /* answers A with 0.0.0.0 */
    bool says_nat64;     /* answers AAAA with 64:ff9b::192.0.0.170 */
    bool says_mapped;    /* answers AAAA with ::ffff:192.0.2.N */
    unsigned ipv6_rcode; /* answers AAAA with this RCODE, if not 0 */
    uint16_t flags;      /* set beside the usual ones */
    uint16_t ede;        /* an extended error in its OPT, 0 none */
    bool unsupported;    /* its protocol is not spoken */

    /* seen */
    unsigned opened, closed, asked, cancelled, live, network_changes;
    uint8_t query[512]; /* the last one */
    size_t query_length;
} FakeServer;

extern FakeServer fake_servers[FAKE_SERVERS];

/** Every server answers NOERROR with one address, TTL 300, after 10 ms. */
void fake_servers_reset(void);
/** The TransportOpener that leads to them. */
Status fake_open(const TransportEnvironment *environment, Endpoint *endpoint,
                 Transport **transport);
/** An endpoint of server `number`. (transfer full) */
Endpoint *fake_endpoint(EndpointKind kind, unsigned number);
/** A resolver with one DoT endpoint of server `number`; its id is "sNUMBER". (transfer full) */
Resolver *fake_resolver(unsigned number);
