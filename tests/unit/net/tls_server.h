/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "tls.h"

#include <glib.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

/* A certificate authority and TLS servers for tests: real keys and certificates, made anew in each
 * run, and a blocking server in a thread of its own. */

typedef struct Authority Authority;

Authority *authority_new(void);
/** With a root of that name, which is valid until `until_s` from now. */
Authority *authority_new_named(const char *name, int64_t until_s);
void authority_free(Authority *authority);
/** Has its root's key certified by another authority's root too: see CHAIN_CROSS_SIGNED. */
void authority_certify(Authority *authority, const Authority *by);
/** The PEM file that holds its certificate, for tls_context_new. */
const char *authority_file(const Authority *authority);

/** What a server sends besides its own certificate and the intermediate one. */
typedef enum ChainShape {
    CHAIN_USUAL,        /* nothing */
    CHAIN_ALONE,        /* not even the intermediate one */
    CHAIN_WITH_ROOT,    /* the root as well */
    CHAIN_OUT_OF_ORDER, /* the root, then the intermediate */
    CHAIN_CROSS_SIGNED, /* the root as certified by another */
} ChainShape;

/** What a server certificate shall say. */
typedef struct CertificateRequest {
    const char *name;        /* dNSName; NULL: none */
    const char *ip;          /* iPAddress; NULL: none */
    const char *subject;     /* its common name; NULL: "Test Server" */
    int64_t from_s, until_s; /* from now */
    bool self_signed;        /* else by the authority */
    ChainShape shape;
} CertificateRequest;

typedef struct Credentials {
    gnutls_certificate_credentials_t gnutls;
    TlsDigest key_digest, body_digest; /* computed through other calls than the code under test */
    TlsDigest authority_key_digest;
} Credentials;

Credentials *credentials_new(const Authority *authority, const CertificateRequest *request);
void credentials_free(Credentials *credentials);

typedef struct TlsServer TlsServer;
/** Serves one connection, blocking; the connection is closed when it returns. */
typedef void (*TlsServeFn)(gnutls_session_t session, void *owner);

struct TlsServer {
    Address address;
    const Credentials *credentials;
    const char *priorities; /* NULL: GnuTLS's normal ones */
    const char *alpn;       /* NULL: none chosen */
    bool no_goodbye;        /* close without close_notify */
    TlsServeFn serve;
    void *owner;
    /* told by the server */
    gint connections, handshakes, resumed; /* atomic */
    char sni[64];
    /* private */
    gnutls_datum_t ticket_key;
    GThread *thread;
    int listener;
    gint stopping;
};

/** Listens on a free port of 127.0.0.1; the fields of the first part are set before. */
void tls_server_start(TlsServer *server);
/** Waits for the connection being served to end. */
void tls_server_stop(TlsServer *server);
