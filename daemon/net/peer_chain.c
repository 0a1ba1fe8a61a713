/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The certificates of a live connection, read again from its session whenever somebody asks: they
 * are looked at rarely, and there is no need to keep a copy for every connection.
 */
#include "peer_chain.h"

#include "plain_text.h"
#include "tls_peer.h"

#include <glib.h>
#include <gnutls/x509.h>

static char *distinguished_name(gnutls_x509_crt_t certificate,
                                int (*read)(gnutls_x509_crt_t, gnutls_datum_t *, unsigned))
{
    gnutls_datum_t text = {0};
    char *copy;

    if (read(certificate, &text, 0) < 0)
        return g_strdup("");
    copy = plain_text((const char *)text.data, text.size);
    gnutls_free(text.data);
    return copy;
}

static void read_certificate(const gnutls_datum_t *der, PeerCertificate *entry)
{
    gnutls_x509_crt_t certificate;

    if (tls_key_digest(der->data, der->size, entry->key_pin) != STATUS_OK ||
        tls_body_digest(der->data, der->size, entry->body_hash) != STATUS_OK ||
        gnutls_x509_crt_init(&certificate) < 0)
        return;
    if (gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER) == 0) {
        entry->subject = distinguished_name(certificate, gnutls_x509_crt_get_dn3);
        entry->issuer = distinguished_name(certificate, gnutls_x509_crt_get_issuer_dn3);
        entry->not_before_s = gnutls_x509_crt_get_activation_time(certificate);
        entry->not_after_s = gnutls_x509_crt_get_expiration_time(certificate);
    }
    gnutls_x509_crt_deinit(certificate);
}

void peer_chain_read(gnutls_session_t session, PeerChain *chain)
{
    unsigned length = 0;
    const gnutls_datum_t *sent = gnutls_certificate_get_peers(session, &length);

    if (sent == NULL)
        return;
    chain->length = MIN(length, PEER_CHAIN_MAX);
    chain->certificates = g_new0(PeerCertificate, chain->length);
    for (size_t i = 0; i < chain->length; i++) {
        PeerCertificate *entry = &chain->certificates[i];

        read_certificate(&sent[i], entry);
        if (entry->subject == NULL)
            entry->subject = g_strdup("");
        if (entry->issuer == NULL)
            entry->issuer = g_strdup("");
    }
}

void peer_chain_clear(PeerChain *chain)
{
    for (size_t i = 0; i < chain->length; i++) {
        g_free(chain->certificates[i].subject);
        g_free(chain->certificates[i].issuer);
    }
    g_free(chain->certificates);
    *chain = (PeerChain){0};
}
