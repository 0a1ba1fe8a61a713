/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS inside QUIC (RFC 9001): GnuTLS makes the handshake's messages and keys, ngtcp2 carries and
 * uses them.
 *
 * The certificate is checked when the handshake is done and before anything of the owner's is sent;
 * for resumed sessions again, since certificates expire. Early data goes out before that, to whom
 * the ticket came from, and whose certificate was good then.
 *
 * Tickets come after the handshake. A hook notes them and the session is saved when ngtcp2 has
 * returned, because asking for it earlier would wait for a ticket.
 */
#include "log.h"
#include "quic_private.h"
#include "tls_peer.h"
#include "tls_private.h"

/* RFC 9001 §4.2 and §8.4: TLS 1.3 and no compatibility mode. What ngtcp2 can protect packets with.
 */
#define PRIORITIES                                                                                 \
    "%DISABLE_TLS13_COMPAT_MODE:NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-256-GCM:"           \
    "+CHACHA20-POLY1305:+AES-128-GCM"

static ngtcp2_conn *connection_of(ngtcp2_crypto_conn_ref *reference)
{
    return ((QuicConnection *)reference->user_data)->conn;
}

static int on_ticket(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                     const gnutls_datum_t *message)
{
    const ngtcp2_crypto_conn_ref *reference = gnutls_session_get_ptr(session);

    ((QuicConnection *)reference->user_data)->ticket = true;
    return 0;
}

bool quic_tls_may_be_early(const QuicConnection *quic)
{
    return quic->options.early_data && quic->memory->session.data != NULL &&
           quic->memory->parameters != NULL;
}

Status quic_tls_open(QuicConnection *quic)
{
    TlsContext *context = quic->context;
    unsigned flags = GNUTLS_CLIENT | GNUTLS_NO_END_OF_EARLY_DATA;
    Status status = tls_context_prepare(context);

    if (status != STATUS_OK)
        return status;
    /* With pins alone no authority is asked for; otherwise a missing store makes the check fail. */
    if (quic->target->host != NULL && tls_context_refresh(context) != STATUS_OK)
        log_warning("no TLS certificate can be trusted before that is repaired");
    if (gnutls_init(&quic->session, quic->early ? flags | GNUTLS_ENABLE_EARLY_DATA : flags) < 0)
        return STATUS_NO_MEMORY;
    quic->reference = (ngtcp2_crypto_conn_ref){connection_of, quic};
    gnutls_session_set_ptr(quic->session, &quic->reference);
    gnutls_handshake_set_hook_function(quic->session, GNUTLS_HANDSHAKE_NEW_SESSION_TICKET,
                                       GNUTLS_HOOK_POST, on_ticket);
    if (ngtcp2_crypto_gnutls_configure_client_session(quic->session) != 0 ||
        gnutls_priority_set_direct(quic->session, PRIORITIES, NULL) < 0 ||
        gnutls_credentials_set(quic->session, GNUTLS_CRD_CERTIFICATE, context->credentials) < 0)
        return STATUS_TLS;
    tls_session_use(quic->session, &quic->memory->session);
    return tls_target_announce(quic->session, quic->target, GNUTLS_ALPN_MANDATORY);
}

/* GnuTLS refuses another protocol than ours, but lets a server pass that names none. */
static bool speaks_our_protocol(const QuicConnection *quic)
{
    gnutls_datum_t alpn;

    return gnutls_alpn_get_selected_protocol(quic->session, &alpn) == 0;
}

int quic_tls_completed(ngtcp2_conn *conn, void *owner)
{
    QuicConnection *quic = owner;

    quic->verdict = tls_peer_check(quic->session, quic->context, quic->target);
    if (quic->verdict == STATUS_OK && !speaks_our_protocol(quic)) /* RFC 9001 §8.1 */
        quic->verdict = STATUS_TLS;
    if (quic->verdict != STATUS_OK)
        return NGTCP2_ERR_CALLBACK_FAILURE;
    quic->shaken = true;
    if (!quic->early || (gnutls_session_get_flags(quic->session) & GNUTLS_SFLAGS_EARLY_DATA))
        return 0;
    quic_stream_refuse_all(quic);
    return quic_early_data_rejected(conn);
}

void quic_tls_save(QuicConnection *quic)
{
    if (!quic->ticket)
        return;
    quic->ticket = false;
    tls_session_save(quic->session, &quic->memory->session);
    g_clear_pointer(&quic->memory->parameters, g_bytes_unref);
    quic->memory->parameters = quic_save_parameters(quic->conn);
}

void quic_memory_clear(QuicMemory *memory)
{
    tls_session_clear(&memory->session);
    g_clear_pointer(&memory->token, g_bytes_unref);
    g_clear_pointer(&memory->parameters, g_bytes_unref);
}

void quic_facts(const QuicConnection *quic, TlsFacts *facts)
{
    gnutls_datum_t alpn;

    *facts = (TlsFacts){0};
    if (!quic->connected)
        return;
    g_snprintf(facts->version, sizeof facts->version, "QUIC %s",
               gnutls_protocol_get_name(gnutls_protocol_get_version(quic->session)));
    const char *suite = gnutls_ciphersuite_get(quic->session);
    g_strlcpy(facts->cipher, suite != NULL ? suite : "", sizeof facts->cipher);
    if (gnutls_alpn_get_selected_protocol(quic->session, &alpn) == 0)
        g_snprintf(facts->alpn, sizeof facts->alpn, "%.*s", (int)alpn.size, alpn.data);
    facts->resumed = gnutls_session_is_resumed(quic->session);
}

void quic_chain(const QuicConnection *quic, PeerChain *chain)
{
    if (quic->connected)
        peer_chain_read(quic->session, chain);
}
