/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "stream.h"

#include <stdbool.h>

/* TLS 1.2 and 1.3 client streams (GnuTLS): strict by default (RFC 8310 §5: chain and host name, or
 * a pinned key), ALPN, session tickets. */

/** What TLS needs once a process: the trust store (read at the first use, and again when it has
 * changed) and priorities. */
typedef struct TlsContext TlsContext;

/** `ca_file` NULL: the system's store. The file is not read yet. */
TlsContext *tls_context_new(const char *ca_file);
void tls_context_free(TlsContext *context);
/** Reads the trust store now, as is needed before a chroot: its path is not followed again, since
 * it could lead elsewhere; later calls do nothing. STATUS_IO: no usable certificate was found; it
 * is tried again at the next connection. */
Status tls_context_load(TlsContext *context) must_check;

typedef uint8_t TlsDigest[32];

/** Whom to expect. Borrowed by the connection; must outlive it (it lives in the Endpoint). */
typedef struct TlsTarget {
    const char *host; /* DNS name or IP literal (then matched against the IP of the certificate, and
                         no SNI); NULL: pin only */
    const char *alpn; /* "dot", "h2" */
    const TlsDigest *pins; /* SHA-256 of a SubjectPublicKeyInfo (RFC 7858 §4.2): with `host` NULL a
                              match replaces the chain check, */
    size_t pin_count;      /*   with a host it comes on top of it */
    const TlsDigest
        *hashes; /* SHA-256 of a TBSCertificate of the chain (stamps): always on top of it */
    size_t hash_count;
    const Address *also; /* an IP address that the certificate must name besides `host` (RFC 9462
                            §4.2); NULL or not set: none */
} TlsTarget;

/** Resumption data of one endpoint, kept between its connections. Zeroed: none. A ticket is used
 * once (RFC 8446 §C.4), so that connections cannot be told to be of one client. */
typedef struct TlsSession {
    uint8_t *data;
    size_t length;
} TlsSession;
void tls_session_clear(TlsSession *session);

/**
 * Connects over TCP, shakes hands, checks the certificate, then `connected`. A failed check closes
 * with the STATUS_CERT_… that names the reason; nothing was sent before. `session` (may be NULL) is
 * used and kept up to date.
 */
Stream *tls_connect(Loop *loop, TlsContext *context, const Address *peer, const TlsTarget *target,
                    TlsSession *session, const StreamEvents *events, void *owner);

/** Facts of an established connection: "TLS1.3", cipher suite, the ALPN protocol the server chose
 * ("" none), whether it was resumed. */
typedef struct TlsFacts {
    char version[16], cipher[64], alpn[16];
    bool resumed;
} TlsFacts;
void tls_facts(const Stream *stream, TlsFacts *facts);
