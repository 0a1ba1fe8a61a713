/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS left out: in this program tls_connect is tcp_connect (`--wrap`, as for kernel.h). What DNS
 * over TLS does inside TLS, and with its connections, runs as it is; what GnuTLS does is tested
 * elsewhere, and would cost more time than all the rest.
 */
#include "peer_chain.h"
#include "tls.h"
#include "tls_peer.h"

#include <string.h>

Stream *__wrap_tls_connect(Loop *loop, TlsContext *context, const Address *peer,
                           const TlsTarget *target, TlsSession *session, const StreamEvents *events,
                           void *owner);
void __wrap_tls_facts(const Stream *stream, TlsFacts *facts);

Stream *__wrap_tls_connect(Loop *loop, TlsContext *context, const Address *peer,
                           const TlsTarget *target, TlsSession *session, const StreamEvents *events,
                           void *owner)
{
    return tcp_connect(loop, peer, events, owner);
}

void __wrap_tls_facts(const Stream *stream, TlsFacts *facts)
{
    *facts = (TlsFacts){0};
    strcpy(facts->version, "none");
}
