/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "peer_chain.h"
#include "status.h"
#include "tls.h"

#include <gnutls/gnutls.h>
#include <stddef.h>
#include <stdint.h>

/* Is it whom we expect? For this floor alone (TLS and QUIC). */

#define PEER_CHAIN_MAX 16 /* certificates looked at */

/**
 * Checks the peer of a session whose handshake is done, resumed ones too, against the target:
 * chain and name, pins, hashes, as TlsTarget says. STATUS_OK or the STATUS_CERT_… with the reason.
 */
Status tls_peer_check(gnutls_session_t session, TlsContext *context,
                      const TlsTarget *target) must_check;

/** The certificates that the peer of a session sent, for people; the handshake is done. */
void peer_chain_read(gnutls_session_t session, PeerChain *chain);

/** SHA-256 of the SubjectPublicKeyInfo of a DER certificate. STATUS_MALFORMED. */
Status tls_key_digest(const uint8_t *der, size_t length, TlsDigest digest) must_check;
/** SHA-256 of its TBSCertificate. STATUS_MALFORMED. */
Status tls_body_digest(const uint8_t *der, size_t length, TlsDigest digest) must_check;

/** Whether it is an IP literal, with or without brackets; `bytes` gets 4 or 16 bytes. Returns their
 * number, 0 for a name. */
size_t tls_host_as_ip(const char *host, uint8_t bytes[16]);
