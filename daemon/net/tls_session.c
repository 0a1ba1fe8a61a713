/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a TLS session is told before its handshake, over TCP and in QUIC alike: whom we want to
 * reach, by which protocol, and what the last connection there left for this one.
 */
#include "log.h"
#include "tls_peer.h"
#include "tls_private.h"

#include <glib.h>
#include <string.h>

static Status set_host(gnutls_session_t session, const char *host)
{
    uint8_t ip[16];

    if (host == NULL || tls_host_as_ip(host, ip) > 0)
        return STATUS_OK; /* RFC 6066 §3: literal addresses are not sent */
    size_t length = strlen(host);
    if (length > 0 && host[length - 1] == '.')
        length--;
    return gnutls_server_name_set(session, GNUTLS_NAME_DNS, host, length) < 0 ? STATUS_INVALID
                                                                              : STATUS_OK;
}

Status tls_target_announce(gnutls_session_t session, const TlsTarget *target, unsigned alpn_flags)
{
    Status status = set_host(session, target->host);

    if (status != STATUS_OK || target->alpn == NULL)
        return status;
    gnutls_datum_t protocol = {(unsigned char *)target->alpn, (unsigned)strlen(target->alpn)};
    return gnutls_alpn_set_protocols(session, &protocol, 1, alpn_flags) < 0 ? STATUS_NO_MEMORY
                                                                            : STATUS_OK;
}

void tls_session_clear(TlsSession *session)
{
    if (session->data != NULL)
        gnutls_memset(session->data, 0, session->length);
    g_free(session->data);
    *session = (TlsSession){0};
}

void tls_session_save(gnutls_session_t session, TlsSession *kept)
{
    gnutls_datum_t data = {0};

    if (kept == NULL || gnutls_session_get_data2(session, &data) < 0)
        return;
    tls_session_clear(kept);
    *kept = (TlsSession){g_memdup2(data.data, data.size), data.size};
    gnutls_memset(data.data, 0, data.size);
    gnutls_free(data.data);
}

void tls_session_use(gnutls_session_t session, TlsSession *kept)
{
    if (kept == NULL || kept->data == NULL)
        return;
    int result = gnutls_session_set_data(session, kept->data, kept->length);
    if (result < 0)
        log_debug("a TLS session is not resumed: %s", gnutls_strerror(result));
    tls_session_clear(kept);
}
