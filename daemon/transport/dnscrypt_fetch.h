/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "certificate.h"
#include "transport.h"

#include <stdbool.h>

/** Asks a DNSCrypt server for its certificates, in clear: the only thing DNSCrypt says in clear. */
typedef struct CertificateFetch CertificateFetch;

/**
 * The end of it; the fetch must still be closed. `certificate` is good and valid now, with
 * STATUS_OK only; else the status that tells most: STATUS_CERT_… of what came, what the network
 * said, or STATUS_TIMEOUT.
 */
typedef void (*CertificateFetched)(void *owner, Status status, const Certificate *certificate,
                                   bool by_udp);

/** Begins; never calls back from inside. Requests and bytes are counted in `transport`'s counters.
 */
CertificateFetch *certificate_fetch_open(Transport *transport, CertificateFetched fn, void *owner);
/** NULL is allowed; may be called from the callback. */
void certificate_fetch_close(CertificateFetch *fetch);
