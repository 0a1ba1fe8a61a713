/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GnuTLS knows where the system keeps its trusted authorities, if it is the system's GnuTLS. That
 * of a bundle (flatpak/README.md) was built for another one, or asks a PKCS #11 module, which would
 * be the host's. So a bundle looks itself.
 */
#include "trust_store.h"

#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const trust_store_places[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Arch, Gentoo, NixOS */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, Red Hat */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* older ones of them */
    "/etc/ssl/ca-bundle.pem",                            /* openSUSE */
    "/var/lib/ca-certificates/ca-bundle.pem",            /* where that one leads */
    "/etc/pki/tls/cacert.pem",                           /* OpenELEC */
    "/etc/ssl/cert.pem",                                 /* Alpine */
    NULL,
};

const char *trust_store_find(const char *const *places)
{
    struct stat file;

    for (; *places != NULL; places++)
        if (stat(*places, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0 &&
            access(*places, R_OK) == 0)
            return *places;
    return NULL;
}
