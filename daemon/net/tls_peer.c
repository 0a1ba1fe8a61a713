/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom a TLS connection reached: the chain and the name by GnuTLS, pins and hashes by ourselves.
 *
 * A pin (RFC 7858 §4.2) or a stamp's hash may belong to any certificate of the chain that was sent,
 * yet anyone can append a copy of somebody's certificate. So only the part of the chain counts that
 * really hangs together: from the leaf on, each certificate has signed the one before.
 */
#include "tls_peer.h"

#include "log.h"
#include "tls_certificate.h"
#include "tls_private.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>

static Status digest_part(const CertificatePart *part, TlsDigest digest)
{
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, part->bytes, part->length, digest) < 0)
        return STATUS_CRYPTO;
    return STATUS_OK;
}

Status tls_body_digest(const uint8_t *der, size_t length, TlsDigest digest)
{
    CertificateParts parts;
    Status status = certificate_cut(der, length, &parts);

    return status != STATUS_OK ? status : digest_part(&parts.body, digest);
}

Status tls_key_digest(const uint8_t *der, size_t length, TlsDigest digest)
{
    CertificateParts parts;
    Status status = certificate_cut(der, length, &parts);

    return status != STATUS_OK ? status : digest_part(&parts.key, digest);
}

/* ---- pins and hashes ---- */

typedef Status (*DigestFn)(const uint8_t *der, size_t length, TlsDigest digest);

static bool is_one_of(const TlsDigest digest, const TlsDigest *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(digest, wanted[i], sizeof(TlsDigest)) == 0)
            return true;
    return false;
}

/* Whether `issuer` has signed `der`; validity in time is the chain check's affair. */
static bool is_signed_by(const gnutls_datum_t *der, const gnutls_datum_t *issuer_der)
{
    gnutls_x509_crt_t certificate = NULL, issuer = NULL;
    unsigned faults = GNUTLS_CERT_INVALID;
    unsigned flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS;

    if (gnutls_x509_crt_init(&certificate) == 0 && gnutls_x509_crt_init(&issuer) == 0 &&
        gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER) == 0 &&
        gnutls_x509_crt_import(issuer, issuer_der, GNUTLS_X509_FMT_DER) == 0 &&
        gnutls_x509_crt_verify(certificate, &issuer, 1, flags, &faults) < 0)
        faults = GNUTLS_CERT_INVALID;
    if (certificate != NULL)
        gnutls_x509_crt_deinit(certificate);
    if (issuer != NULL)
        gnutls_x509_crt_deinit(issuer);
    return faults == 0;
}

static bool chain_has(const gnutls_datum_t *chain, unsigned length, DigestFn digest_of,
                      const TlsDigest *wanted, size_t wanted_count)
{
    for (unsigned i = 0; i < length && i < PEER_CHAIN_MAX; i++) {
        TlsDigest digest;

        if (i > 0 && !is_signed_by(&chain[i - 1], &chain[i]))
            return false;
        if (digest_of(chain[i].data, chain[i].size, digest) == STATUS_OK &&
            is_one_of(digest, wanted, wanted_count))
            return true;
    }
    return false;
}

/* ---- chain and name ---- */

size_t tls_host_as_ip(const char *host, uint8_t bytes[16])
{
    char literal[INET6_ADDRSTRLEN];
    size_t length = strlen(host);

    if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
        host++;
        length -= 2;
    }
    if (length >= sizeof literal)
        return 0;
    memcpy(literal, host, length);
    literal[length] = '\0';
    if (inet_pton(AF_INET, literal, bytes) == 1)
        return 4;
    return inet_pton(AF_INET6, literal, bytes) == 1 ? 16 : 0;
}

/* Several faults come at once. What was not signed by whom we trust proves nothing at all, so that
 * is told first; then the dates, then the name. */
static Status status_of_faults(unsigned faults)
{
    const unsigned explained = GNUTLS_CERT_INVALID | GNUTLS_CERT_NOT_ACTIVATED |
                               GNUTLS_CERT_EXPIRED | GNUTLS_CERT_UNEXPECTED_OWNER |
                               GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED |
                               GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE;

    if (faults & ~explained)
        return STATUS_CERT_UNTRUSTED;
    if (faults & (GNUTLS_CERT_NOT_ACTIVATED | GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE))
        return STATUS_CERT_NOT_YET_VALID;
    if (faults & (GNUTLS_CERT_EXPIRED | GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED))
        return STATUS_CERT_EXPIRED;
    if (faults & GNUTLS_CERT_UNEXPECTED_OWNER)
        return STATUS_CERT_NAME;
    return faults == 0 ? STATUS_OK : STATUS_CERT_UNTRUSTED;
}

static Status check_chain(gnutls_session_t session, const char *host)
{
    uint8_t ip[16];
    char name[256];
    size_t ip_length = tls_host_as_ip(host, ip), name_length = strlen(host);
    unsigned faults = 0;
    gnutls_typed_vdata_st data[] = {
        {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (void *)GNUTLS_KP_TLS_WWW_SERVER},
        {.type = GNUTLS_DT_DNS_HOSTNAME, .data = (void *)name},
    };

    if (ip_length > 0) {
        data[1] = (gnutls_typed_vdata_st){
            .type = GNUTLS_DT_IP_ADDRESS, .data = ip, .size = (unsigned)ip_length};
    } else {
        if (name_length > 0 && host[name_length - 1] == '.')
            name_length--; /* certificates name hosts without the root's dot */
        if (name_length == 0 || name_length >= sizeof name)
            return STATUS_CERT_NAME;
        memcpy(name, host, name_length);
        name[name_length] = '\0';
    }
    int result = gnutls_certificate_verify_peers(session, data, 2, &faults);
    if (result < 0) {
        log_debug("the certificate chain cannot be checked: %s", gnutls_strerror(result));
        return STATUS_CERT_UNTRUSTED;
    }
    return status_of_faults(faults);
}

/* Whether the leaf names this address. Its chain has been checked. */
static Status check_address(const gnutls_datum_t *leaf, const Address *address)
{
    gnutls_x509_crt_t certificate;
    bool v6 = address->socket.any.sa_family == AF_INET6;
    const void *ip = v6 ? (const void *)&address->socket.v6.sin6_addr
                        : (const void *)&address->socket.v4.sin_addr;
    bool names_it = false;

    if (gnutls_x509_crt_init(&certificate) < 0)
        return STATUS_NO_MEMORY;
    if (gnutls_x509_crt_import(certificate, leaf, GNUTLS_X509_FMT_DER) == 0)
        names_it = gnutls_x509_crt_check_ip(certificate, ip, v6 ? 16 : 4, 0) != 0;
    gnutls_x509_crt_deinit(certificate);
    return names_it ? STATUS_OK : STATUS_CERT_NAME;
}

Status tls_peer_check(gnutls_session_t session, TlsContext *context, const TlsTarget *target)
{
    unsigned length = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &length);

    if (chain == NULL)
        return STATUS_CERT_UNTRUSTED;
    if (target->host != NULL) {
        tls_context_offer(context, chain, length);
        Status status = check_chain(session, target->host);
        if (status != STATUS_OK)
            return status;
    }
    if (target->also != NULL && address_is_set(target->also)) {
        Status status = check_address(&chain[0], target->also);
        if (status != STATUS_OK)
            return status;
    }
    /* Without a name the pin is all there is, so no pin means that nothing could match. */
    if ((target->host == NULL || target->pin_count > 0) &&
        !chain_has(chain, length, tls_key_digest, target->pins, target->pin_count))
        return STATUS_CERT_PIN;
    if (target->hash_count > 0 &&
        !chain_has(chain, length, tls_body_digest, target->hashes, target->hash_count))
        return STATUS_CERT_PIN;
    return STATUS_OK;
}
