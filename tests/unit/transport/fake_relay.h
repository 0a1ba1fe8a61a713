/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "loop.h"
#include "stream.h"
#include "udp.h"

#include <glib.h>
#include <stdbool.h>

/**
 * A relay of Anonymized DNSCrypt in the test's own loop, on loopback, UDP and TCP on one port. As
 * real ones do it takes the header off, goes on by UDP, and drops answers longer than the query.
 */
typedef struct FakeRelay {
    Loop *loop;
    Address address;
    UdpSocket udp;
    LoopIo listener;
    int listen_fd;
    GPtrArray *errands;     /* each a query under way */
    GPtrArray *connections; /* of clients */

    /* what to be like */
    bool no_tcp;     /* connections are closed at once */
    bool udp_silent; /* to datagrams */
    unsigned lose;   /* that many queries to come are not passed on */
    size_t longest;  /* what comes longer by UDP is lost, as fragments may be; 0 nothing */

    /* what was seen */
    unsigned by_udp, by_tcp; /* passed on */
    unsigned dropped;        /* answers, for being too long */
    size_t last_length;      /* of the last packet, header included */
} FakeRelay;

FakeRelay *fake_relay_new(Loop *loop);
void fake_relay_free(FakeRelay *relay);
