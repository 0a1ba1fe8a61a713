/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "root_index.h"
#include "tls.h"

#include <gnutls/gnutls.h>
#include <stdbool.h>

/* What TLS over TCP and TLS inside QUIC share, for this floor alone. */

struct TlsContext {
    char *ca_file; /* NULL: the system's store */
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priorities; /* NULL, as the one above, before the first use */
    RootIndex *roots;             /* NULL before the store was read, or GnuTLS has read it whole */
    bool loaded, sealed;          /* sealed: paths may mean something else by now */
};

/** Makes credentials and priorities, if they are not there yet; does not read the trust store.
 * STATUS_NO_MEMORY, STATUS_TLS. */
Status tls_context_prepare(TlsContext *context) must_check;

/** Reads the trust store, if it was not yet or has changed. STATUS_IO as tls_context_load. */
Status tls_context_refresh(TlsContext *context) must_check;
/** Sees to it that the authorities which could confirm this chain are there to be asked. */
void tls_context_offer(TlsContext *context, const gnutls_datum_t *chain, unsigned length);

/** Sets server name and ALPN protocol; `alpn_flags` are GnuTLS's. STATUS_INVALID (the host),
 * STATUS_NO_MEMORY. */
Status tls_target_announce(gnutls_session_t session, const TlsTarget *target,
                           unsigned alpn_flags) must_check;
/** Keeps what the next connection resumes from, once a ticket came; `kept` may be NULL. */
void tls_session_save(gnutls_session_t session, TlsSession *kept);
/** Resumes from it, once (RFC 8446 §C.4); `kept` may be NULL or empty. */
void tls_session_use(gnutls_session_t session, TlsSession *kept);
