/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tls.h"

#include <stddef.h>
#include <stdint.h>

/** One certificate as the peer sent it, for people to look at. */
typedef struct PeerCertificate {
    char *subject, *issuer; /* RFC 4514: "CN=dns.example,O=Example"; plain_text */
    int64_t not_before_s, not_after_s;
    TlsDigest key_pin, body_hash; /* of SubjectPublicKeyInfo and TBSCertificate; zeros if it cannot
                                     be read */
} PeerCertificate;

/** The certificates of a connection, the peer's own first. Zeroed: none. */
typedef struct PeerChain {
    PeerCertificate *certificates;
    size_t length;
} PeerChain;

/** Reads what the peer of an established TLS stream sent. `chain` must be empty. */
void tls_chain(const Stream *stream, PeerChain *chain);
void peer_chain_clear(PeerChain *chain);
