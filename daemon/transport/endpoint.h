/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "stamp.h"
#include "tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The protocols of an upstream endpoint. The order is the order of preference within one resolver.
 */
typedef enum EndpointKind {
    ENDPOINT_DNSCRYPT,
    ENDPOINT_DOT,
    ENDPOINT_DOH,
    ENDPOINT_DOQ,
    ENDPOINT_PLAIN,
    ENDPOINT_KINDS
} EndpointKind;

/** One way to reach a resolver: where, by which protocol, and whom to expect there. Immutable,
 * counted. */
typedef struct Endpoint {
    unsigned references;
    EndpointKind kind;
    Address address;
    char *host;          /* TLS: name in the certificate; NULL: pins alone */
    char *path;          /* DoH */
    char *provider_name; /* DNSCrypt */
    uint8_t provider_key[32];
    TlsDigest *pins; /* SPKI, RFC 7858 */
    size_t pin_count;
    TlsDigest *hashes; /* TBSCertificate, stamps */
    size_t hash_count;
} Endpoint;

Endpoint *endpoint_new(EndpointKind kind, const Address *address);
Endpoint *endpoint_ref(Endpoint *endpoint);
void endpoint_unref(Endpoint *endpoint);

/** STATUS_UNSUPPORTED for kinds not spoken (relay, ODoH), STATUS_INVALID without an IP address.
 * (transfer full) */
Status endpoint_from_stamp(const Stamp *stamp, Endpoint **endpoint) must_check;

/** "dnscrypt", "dot", "doh", "doq", "plain". */
const char *endpoint_kind_name(EndpointKind kind);
bool endpoint_equal(const Endpoint *a, const Endpoint *b);
/** "tls://192.0.2.1:853#dns.example" and the like, for logs and the bus. (transfer full) */
char *endpoint_describe(const Endpoint *endpoint);
