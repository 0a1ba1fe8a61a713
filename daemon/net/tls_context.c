/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all TLS connections of the process share: the trust store and what versions and ciphers are
 * spoken. The store is read when first needed, so that who uses DNSCrypt alone never pays for it. A
 * store that could not be read is tried again each time: ca-certificates may be installed while we
 * run.
 *
 * A store that is one file is not loaded whole, see root_index.c. It is one if the user named it,
 * if a bundle found it, or if this system's GnuTLS was built to read it (trust_store_probe.c).
 * Elsewhere that asks a PKCS #11 module, and keeps a list of what is distrusted; then, and whenever
 * the file is not understood, GnuTLS does what it does.
 */
#include "tls_private.h"

#include "log.h"
#include "sotto-build.h"
#include "trust-store-place.h"
#include "trust_store.h"

#include <fcntl.h>
#include <glib.h>
#include <gnutls/x509.h>

/* RFC 9325 §4.1, §4.2: forward secrecy and authenticated encryption alone. */
#define PRIORITIES                                                                                 \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-AES-256-CBC:-AES-128-CBC"

TlsContext *tls_context_new(const char *ca_file)
{
    TlsContext *context = g_new0(TlsContext, 1);

    context->ca_file = g_strdup(ca_file);
    return context;
}

void tls_context_free(TlsContext *context)
{
    if (context == NULL)
        return;
    if (context->credentials != NULL)
        gnutls_certificate_free_credentials(context->credentials);
    if (context->priorities != NULL)
        gnutls_priority_deinit(context->priorities);
    root_index_free(context->roots);
    g_free(context->ca_file);
    g_free(context);
}

Status tls_context_prepare(TlsContext *context)
{
    if (context->credentials == NULL &&
        gnutls_certificate_allocate_credentials(&context->credentials) < 0)
        return STATUS_NO_MEMORY;
    if (context->priorities == NULL &&
        gnutls_priority_init2(&context->priorities, PRIORITIES, NULL, 0) < 0)
        return STATUS_TLS;
    return STATUS_OK;
}

/* ---- the trust store ---- */

/* The file that is the store; NULL: GnuTLS alone knows. A bundle's does not know where this system
 * keeps it. */
static const char *find_store(const TlsContext *context)
{
    if (context->ca_file != NULL)
        return context->ca_file;
    if (SOTTO_BUNDLE)
        return trust_store_find(trust_store_places);
    return SOTTO_TRUST_STORE[0] != '\0' ? SOTTO_TRUST_STORE : NULL;
}

/* How many were read, or GnuTLS's error. */
static int read_whole(TlsContext *context, const char *file)
{
    if (!SOTTO_BUNDLE && context->ca_file == NULL)
        return gnutls_certificate_set_x509_system_trust(context->credentials);
    return file == NULL ? 0
                        : gnutls_certificate_set_x509_trust_file(context->credentials, file,
                                                                 GNUTLS_X509_FMT_PEM);
}

static void complain(const TlsContext *context, const char *file, int count)
{
    if (SOTTO_BUNDLE && file == NULL)
        log_error("no trusted certificate authorities were found where systems keep them: install "
                  "ca-certificates, or name a file with CAFile= in sotto.conf");
    else
        log_error("no trusted certificate authorities were found in %s: %s",
                  SOTTO_BUNDLE || context->ca_file != NULL ? file : "the system's store",
                  count < 0 ? gnutls_strerror(count) : "it is empty");
}

static Status read_store(TlsContext *context)
{
    const char *file = find_store(context);
    int count;

    context->roots = file != NULL ? root_index_new(open(file, O_RDONLY | O_CLOEXEC)) : NULL;
    if (context->roots != NULL)
        count = (int)root_index_count(context->roots);
    else
        count = read_whole(context, file);
    if (count <= 0) {
        complain(context, file, count);
        return STATUS_IO;
    }
    log_debug("trusting %d certificate authorities", count);
    context->loaded = true;
    return STATUS_OK;
}

/* Until the new one can be read, the old one holds: a file may be seen half written. */
static void replace_store(TlsContext *context, int fd)
{
    RootIndex *roots = root_index_new(fd);
    gnutls_x509_trust_list_t none;

    if (roots == NULL || gnutls_x509_trust_list_init(&none, 0) < 0) {
        log_debug("the certificate authorities have changed and cannot be read");
        root_index_free(roots);
        return;
    }
    gnutls_certificate_set_trust_list(context->credentials, none, 0); /* frees the one before */
    root_index_free(context->roots);
    context->roots = roots;
    log_info("the certificate authorities have changed: %zu are trusted", root_index_count(roots));
}

Status tls_context_refresh(TlsContext *context)
{
    Status status = tls_context_prepare(context);

    if (status != STATUS_OK)
        return status;
    if (!context->loaded)
        return read_store(context);
    if (context->roots == NULL)
        return STATUS_OK;
    const char *file = context->sealed ? NULL : find_store(context);
    if (root_index_is_stale(context->roots, file))
        replace_store(context, file != NULL
                                   ? open(file, O_RDONLY | O_CLOEXEC)
                                   : fcntl(root_index_fd(context->roots), F_DUPFD_CLOEXEC, 3));
    return STATUS_OK;
}

Status tls_context_load(TlsContext *context)
{
    Status status = tls_context_refresh(context);

    context->sealed = context->sealed || status == STATUS_OK;
    return status;
}

void tls_context_offer(TlsContext *context, const gnutls_datum_t *chain, unsigned length)
{
    if (context->roots != NULL)
        root_index_offer(context->roots, chain, length, context->credentials);
}
