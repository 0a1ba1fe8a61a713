/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all TLS connections of the process share: the trust store and what versions and ciphers are
 * spoken. The store is some 140 certificates, tens of milliseconds and 4 MB; it is read when first
 * needed, so that who uses DNSCrypt alone never pays for it. A store that could not be read is
 * tried again each time: ca-certificates may be installed while we run.
 */
#include "tls_private.h"

#include "log.h"
#include "sotto-build.h"
#include "trust_store.h"

#include <glib.h>

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

/* A bundle's GnuTLS does not know where this system keeps it. */
static const char *find_store(const TlsContext *context)
{
    if (context->ca_file != NULL || !SOTTO_BUNDLE)
        return context->ca_file;
    return trust_store_find(trust_store_places);
}

/* How many were read, or GnuTLS's error. */
static int read_store(TlsContext *context, const char *file)
{
    if (file != NULL)
        return gnutls_certificate_set_x509_trust_file(context->credentials, file,
                                                      GNUTLS_X509_FMT_PEM);
    return SOTTO_BUNDLE ? 0 : gnutls_certificate_set_x509_system_trust(context->credentials);
}

static void complain(const char *file, int count)
{
    if (SOTTO_BUNDLE && file == NULL)
        log_error("no trusted certificate authorities were found where systems keep them: install "
                  "ca-certificates, or name a file with CAFile= in sotto.conf");
    else
        log_error("no trusted certificate authorities were found in %s: %s",
                  file != NULL ? file : "the system's store",
                  count < 0 ? gnutls_strerror(count) : "it is empty");
}

Status tls_context_load(TlsContext *context)
{
    Status status = tls_context_prepare(context);

    if (status != STATUS_OK || context->loaded)
        return status;
    const char *file = find_store(context);
    int count = read_store(context, file);
    if (count <= 0) {
        complain(file, count);
        return STATUS_IO;
    }
    log_debug("trusting %d certificate authorities", count);
    context->loaded = true;
    return STATUS_OK;
}
