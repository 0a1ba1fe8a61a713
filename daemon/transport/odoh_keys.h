/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fetch.h"
#include "odoh_message.h"
#include "transport.h"

#include <stdbool.h>

/* The key of one oblivious target: given by hand, or fetched and kept up to date. */

/** There is a key now (STATUS_OK), or none is to be had: why. */
typedef void (*OdohKeysTold)(void *owner, Status status);

typedef struct OdohKeys {
    const TransportEnvironment *environment;
    const Endpoint *endpoint; /* the target; its relay is set */
    OdohKeysTold told;
    void *owner;
    OdohKey key;
    bool known, given; /* there is a key; it was given by hand */
    int64_t due_us;    /* when to fetch it again */
    Fetch *fetch;
    void *search; /* for the target's address, before a fetch from itself */
    bool direct;  /* the fetch is from the target itself */
    TlsTarget peer;
} OdohKeys;

/** All pointers outlive it. STATUS_MALFORMED, STATUS_UNSUPPORTED: of a key given by hand. */
Status odoh_keys_init(OdohKeys *keys, const TransportEnvironment *environment,
                      const Endpoint *endpoint, OdohKeysTold told, void *owner) must_check;
void odoh_keys_clear(OdohKeys *keys);

/** The key to use now. NULL: it is being fetched, and `told` will come. Old age alone is no reason
 * to wait: then it is fetched while the old one is used. */
const OdohKey *odoh_keys_get(OdohKeys *keys);
/** The target does not know the key of this query (401). Whether another may be had. */
bool odoh_keys_refused(OdohKeys *keys, const GByteArray *query);
/** Begins what is under way anew. */
void odoh_keys_network_changed(OdohKeys *keys);

/**
 * The path by which a relay is asked to pass on to `target` (RFC 9230 §4.1): of "/proxy" and of the
 * template "/proxy{?targethost,targetpath}" it is "/proxy?targethost=…&targetpath=…"; in
 * "/{targethost}/{targetpath}" the two are put. (transfer full)
 */
char *odoh_relay_path(const Endpoint *target, const char *target_path);
