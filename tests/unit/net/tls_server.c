/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys are on P-256, which takes no time to make. The server handles one connection after the
 * other with blocking calls, so that it shares no code with the client under test but GnuTLS.
 */
#include "tls_server.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>
#include <unistd.h>

#define check(call) g_assert_cmpint((call), >=, 0)

/* A root, which clients trust, and below it the intermediate that signs servers and is sent. */
struct Authority {
    gnutls_x509_privkey_t root_key, key;
    gnutls_x509_crt_t root, certificate;
    gnutls_x509_crt_t cross; /* NULL: nobody else certified the root */
    char *file;
};

static gnutls_x509_privkey_t key_new(void)
{
    gnutls_x509_privkey_t key;

    check(gnutls_x509_privkey_init(&key));
    check(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                       GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    return key;
}

static gnutls_x509_crt_t certificate_begin(gnutls_x509_privkey_t key, const char *name,
                                           int64_t from_s, int64_t until_s)
{
    gnutls_x509_crt_t certificate;
    uint8_t serial[8];
    time_t now = time(NULL);

    check(gnutls_x509_crt_init(&certificate));
    check(gnutls_x509_crt_set_version(certificate, 3));
    check(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial));
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 1); /* positive, as RFC 5280 wants it */
    check(gnutls_x509_crt_set_serial(certificate, serial, sizeof serial));
    check(gnutls_x509_crt_set_activation_time(certificate, now + from_s));
    check(gnutls_x509_crt_set_expiration_time(certificate, now + until_s));
    check(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                        (unsigned)strlen(name)));
    check(gnutls_x509_crt_set_key(certificate, key));
    return certificate;
}

static gnutls_x509_crt_t authority_certificate(gnutls_x509_privkey_t key, const char *name,
                                               int64_t until_s)
{
    gnutls_x509_crt_t certificate = certificate_begin(key, name, -10 * 86400, until_s);

    check(gnutls_x509_crt_set_basic_constraints(certificate, 1, -1));
    check(gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_KEY_CERT_SIGN));
    return certificate;
}

static char *write_pem(gnutls_x509_crt_t certificate)
{
    gnutls_datum_t pem;
    g_autoptr(GError) error = NULL;
    char *file;
    int fd = g_file_open_tmp("sotto-ca-XXXXXX.pem", &file, &error);

    g_assert_no_error(error);
    check(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem));
    g_assert_cmpint(write(fd, pem.data, pem.size), ==, (int)pem.size);
    close(fd);
    gnutls_free(pem.data);
    return file;
}

/* Signs and reads the result back: GnuTLS takes a certificate it has only built for self-signed. */
static gnutls_x509_crt_t sign(gnutls_x509_crt_t built, gnutls_x509_crt_t issuer,
                              gnutls_x509_privkey_t issuer_key)
{
    gnutls_x509_crt_t certificate;
    gnutls_datum_t der;

    check(gnutls_x509_crt_sign2(built, issuer, issuer_key, GNUTLS_DIG_SHA256, 0));
    check(gnutls_x509_crt_export2(built, GNUTLS_X509_FMT_DER, &der));
    check(gnutls_x509_crt_init(&certificate));
    check(gnutls_x509_crt_import(certificate, &der, GNUTLS_X509_FMT_DER));
    gnutls_free(der.data);
    gnutls_x509_crt_deinit(built);
    return certificate;
}

Authority *authority_new(void)
{
    return authority_new_named("Test Root", 10 * 86400);
}

Authority *authority_new_named(const char *name, int64_t until_s)
{
    Authority *authority = g_new0(Authority, 1);

    authority->root_key = key_new();
    authority->root = authority_certificate(authority->root_key, name, until_s);
    authority->root = sign(authority->root, authority->root, authority->root_key);
    authority->key = key_new();
    authority->certificate = authority_certificate(authority->key, "Test Authority", 10 * 86400);
    authority->certificate = sign(authority->certificate, authority->root, authority->root_key);
    authority->file = write_pem(authority->root);
    return authority;
}

static char *name_of(gnutls_x509_crt_t certificate)
{
    char name[256];
    size_t size = sizeof name;

    check(
        gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size));
    return g_strndup(name, size);
}

void authority_certify(Authority *authority, const Authority *by)
{
    g_autofree char *name = name_of(authority->root);

    authority->cross = authority_certificate(authority->root_key, name, 10 * 86400);
    authority->cross = sign(authority->cross, by->root, by->root_key);
}

void authority_free(Authority *authority)
{
    g_unlink(authority->file);
    g_free(authority->file);
    gnutls_x509_crt_deinit(authority->root);
    gnutls_x509_privkey_deinit(authority->root_key);
    gnutls_x509_crt_deinit(authority->certificate);
    gnutls_x509_privkey_deinit(authority->key);
    if (authority->cross != NULL)
        gnutls_x509_crt_deinit(authority->cross);
    g_free(authority);
}

const char *authority_file(const Authority *authority)
{
    return authority->file;
}

static void digest_key(gnutls_x509_crt_t certificate, TlsDigest digest)
{
    gnutls_pubkey_t key;
    gnutls_datum_t der;

    check(gnutls_pubkey_init(&key));
    check(gnutls_pubkey_import_x509(key, certificate, 0));
    check(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der));
    check(gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, digest));
    gnutls_free(der.data);
    gnutls_pubkey_deinit(key);
}

/* In these certificates the outer SEQUENCE and the TBSCertificate have 2 bytes of length each. */
static void digest_body(gnutls_x509_crt_t certificate, TlsDigest digest)
{
    gnutls_datum_t der;

    check(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_DER, &der));
    g_assert_cmpuint(der.data[1], ==, 0x82);
    g_assert_cmpuint(der.data[4], ==, 0x30);
    g_assert_cmpuint(der.data[5], ==, 0x82);
    size_t length = 4 + ((size_t)der.data[6] << 8 | der.data[7]);
    check(gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data + 4, length, digest));
    gnutls_free(der.data);
}

static void set_names(gnutls_x509_crt_t certificate, const CertificateRequest *request)
{
    uint8_t ip[16];

    if (request->name != NULL)
        check(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, request->name,
                                                   (unsigned)strlen(request->name),
                                                   GNUTLS_FSAN_APPEND));
    if (request->ip != NULL) {
        int family = strchr(request->ip, ':') != NULL ? AF_INET6 : AF_INET;

        g_assert_cmpint(inet_pton(family, request->ip, ip), ==, 1);
        check(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, ip,
                                                   family == AF_INET6 ? 16 : 4,
                                                   GNUTLS_FSAN_APPEND));
    }
}

/* Puts the authority's certificates behind the server's; returns how many there are now. */
static int complete_chain(const Authority *authority, ChainShape shape, gnutls_x509_crt_t chain[3])
{
    chain[1] = authority->certificate;
    switch (shape) {
    case CHAIN_USUAL:
        return 2;
    case CHAIN_ALONE:
        return 1;
    case CHAIN_WITH_ROOT:
        chain[2] = authority->root;
        return 3;
    case CHAIN_OUT_OF_ORDER:
        chain[1] = authority->root;
        chain[2] = authority->certificate;
        return 3;
    case CHAIN_CROSS_SIGNED:
        chain[2] = authority->cross;
        return 3;
    }
    g_assert_not_reached();
}

Credentials *credentials_new(const Authority *authority, const CertificateRequest *request)
{
    Credentials *credentials = g_new0(Credentials, 1);
    gnutls_x509_privkey_t key = key_new();
    gnutls_x509_crt_t chain[3] = {
        certificate_begin(key, request->subject != NULL ? request->subject : "Test Server",
                          request->from_s, request->until_s),
    };
    int length = complete_chain(authority, request->shape, chain);

    set_names(chain[0], request);
    /* A comment makes every certificate longer than 255 bytes: see digest_body. */
    static const char padding[200] = "";
    check(gnutls_x509_crt_set_extension_by_oid(chain[0], "1.3.6.1.4.1.99999.1", padding,
                                               sizeof padding, 0));
    check(gnutls_x509_crt_set_key_purpose_oid(chain[0], GNUTLS_KP_TLS_WWW_SERVER, 0));
    if (request->self_signed)
        chain[0] = sign(chain[0], chain[0], key);
    else
        chain[0] = sign(chain[0], authority->certificate, authority->key);
    digest_key(chain[0], credentials->key_digest);
    digest_body(chain[0], credentials->body_digest);
    digest_key(authority->certificate, credentials->authority_key_digest);
    check(gnutls_certificate_allocate_credentials(&credentials->gnutls));
    /* A self-signed server appends the authority's certificate too: it must gain nothing by it. */
    check(gnutls_certificate_set_x509_key(credentials->gnutls, chain, length, key));
    gnutls_x509_crt_deinit(chain[0]);
    gnutls_x509_privkey_deinit(key);
    return credentials;
}

void credentials_free(Credentials *credentials)
{
    gnutls_certificate_free_credentials(credentials->gnutls);
    g_free(credentials);
}

/* ---- server ---- */

static void remember_sni(TlsServer *server, gnutls_session_t session)
{
    size_t length = sizeof server->sni;
    unsigned type;

    memset(server->sni, 0, sizeof server->sni);
    if (gnutls_server_name_get(session, server->sni, &length, &type, 0) < 0)
        g_strlcpy(server->sni, "none", sizeof server->sni);
}

static bool handshake(gnutls_session_t session)
{
    int result;

    do {
        result = gnutls_handshake(session);
    } while (result < 0 && !gnutls_error_is_fatal(result));
    return result == 0;
}

static void serve_connection(TlsServer *server, int fd)
{
    gnutls_session_t session;
    struct timeval patience = {.tv_sec = 10};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    g_atomic_int_inc(&server->connections);
    check(gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL));
    check(gnutls_priority_set_direct(
        session, server->priorities != NULL ? server->priorities : "NORMAL", NULL));
    check(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, server->credentials->gnutls));
    check(gnutls_session_ticket_enable_server(session, &server->ticket_key));
    if (server->alpn != NULL) {
        gnutls_datum_t alpn = {(unsigned char *)server->alpn, (unsigned)strlen(server->alpn)};
        check(gnutls_alpn_set_protocols(session, &alpn, 1, 0));
    }
    gnutls_transport_set_int(session, fd);
    bool done = handshake(session);
    remember_sni(server, session);
    if (done) {
        g_atomic_int_inc(&server->handshakes);
        if (gnutls_session_is_resumed(session))
            g_atomic_int_inc(&server->resumed);
        server->serve(session, server->owner);
        if (!server->no_goodbye)
            gnutls_bye(session, GNUTLS_SHUT_WR);
    }
    gnutls_deinit(session);
    close(fd);
}

static gpointer run(gpointer data)
{
    TlsServer *server = data;

    while (!g_atomic_int_get(&server->stopping)) {
        int fd = accept(server->listener, NULL, NULL);

        if (fd >= 0)
            serve_connection(server, fd);
    }
    return NULL;
}

void tls_server_start(TlsServer *server)
{
    socklen_t length = sizeof server->address;

    check(gnutls_session_ticket_key_generate(&server->ticket_key));
    g_assert_cmpint(address_parse("127.0.0.1:0", 0, &server->address), ==, STATUS_OK);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(bind(server->listener, &server->address.socket.any, address_length(&server->address)));
    check(listen(server->listener, 16));
    check(getsockname(server->listener, &server->address.socket.any, &length));
    server->thread = g_thread_new("tls-server", run, server);
}

void tls_server_stop(TlsServer *server)
{
    g_atomic_int_set(&server->stopping, 1);
    shutdown(server->listener, SHUT_RDWR); /* wakes accept */
    g_thread_join(server->thread);
    close(server->listener);
    gnutls_free(server->ticket_key.data);
}
