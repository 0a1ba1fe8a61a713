/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "stamp.h"
#include "tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The protocols of an upstream endpoint. The order is the ladder: of one operator's endpoints, the
 * earlier kind is tried first where nothing is known of the network. */
typedef enum EndpointKind {
    ENDPOINT_DNSCRYPT,
    ENDPOINT_DOQ,
    ENDPOINT_DOH,
    ENDPOINT_DOT,
    ENDPOINT_ODOH,
    ENDPOINT_PLAIN,
    ENDPOINT_KINDS
} EndpointKind;

/** One way to reach a resolver: where, by which protocol, and whom to expect there. Immutable,
 * counted. */
typedef struct Endpoint {
    unsigned references;
    EndpointKind kind;
    Address address; /* not set: `host` is looked up through another resolver, encrypted. Of an ODoH
                        target it is not needed, since the relay does that, but for keys to be
                        fetched from the target itself; what must be set is the relay's address */
    uint16_t port;   /* the address's, or what it will have */
    struct Endpoint *relay; /* NULL: reached directly. Of DNSCrypt the anonymizing relay, of which
                               the address alone counts; of ODoH a DoH endpoint, which passes on */
    char *host;             /* TLS: name in the certificate; NULL: pins alone */
    char *path;             /* DoH, ODoH */
    char *provider_name;    /* DNSCrypt */
    uint8_t provider_key[32];
    TlsDigest *pins; /* SPKI, RFC 7858 */
    size_t pin_count;
    TlsDigest *hashes; /* TBSCertificate, stamps */
    size_t hash_count;
    Address also; /* TLS: an IP address that the certificate must name too, as a discovered endpoint
                     proves itself with it; not set: none */
    uint8_t *odoh_configs; /* ODoH: the target's keys, given by hand; NULL: they are fetched */
    size_t odoh_configs_length;
} Endpoint;

Endpoint *endpoint_new(EndpointKind kind, const Address *address);
Endpoint *endpoint_ref(Endpoint *endpoint);
void endpoint_unref(Endpoint *endpoint);

/** STATUS_UNSUPPORTED for relays, STATUS_INVALID without an IP address or a host name, and for a
 * host that is none, as ":443" is. (transfer full) */
Status endpoint_from_stamp(const Stamp *stamp, Endpoint **endpoint) must_check;
/** A relay, to be given to others: of Anonymized DNSCrypt kind ENDPOINT_DNSCRYPT with an address
 * alone, of ODoH kind ENDPOINT_DOH. STATUS_UNSUPPORTED for every other stamp. (transfer full) */
Status endpoint_relay_from_stamp(const Stamp *stamp, Endpoint **relay) must_check;
/** The stamp that says the same, for other programs to be given; `properties` as in a Stamp. Of one
 * that is reached through a relay, without that. NULL where a stamp cannot say it: a pinned key, a
 * server known by its key alone. (transfer full) */
char *endpoint_stamp(const Endpoint *endpoint, uint64_t properties);
/** The same endpoint, reached through `relay` (a reference is taken), at `address` (NULL: its own).
 * (transfer full) */
Endpoint *endpoint_derive(const Endpoint *endpoint, Endpoint *relay, const Address *address);

/** Whether a certificate could be of this host: a name or an IP literal, without brackets or port.
 * What would end a host in a URL (RFC 3986 §3.2), and what does not print, is no part of one. */
bool endpoint_host_is_valid(const char *host);

/** The name by which requests call it: `host`, or the address in `text`. */
const char *endpoint_host(const Endpoint *endpoint, char text[ADDRESS_MAX_TEXT]);
/** Whom TLS is to expect there. Borrowed from the endpoint. */
TlsTarget endpoint_tls_target(const Endpoint *endpoint, const char *alpn);

/** "dnscrypt", "doq", "doh", "dot", "odoh", "plain". */
const char *endpoint_kind_name(EndpointKind kind);
bool endpoint_equal(const Endpoint *a, const Endpoint *b);
/** "tls://192.0.2.1:853#dns.example" and the like, for logs and the bus. (transfer full) */
char *endpoint_describe(const Endpoint *endpoint);
