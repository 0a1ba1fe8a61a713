/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Run when Sotto is configured: prints the file where this system's GnuTLS looks for trusted
 * authorities, or nothing if it looks elsewhere as well. GnuTLS does not tell; so it is asked for
 * them, and this program's own fopen and opendir, which come before the C library's, see what it
 * opens.
 */
#undef _FILE_OFFSET_BITS /* would make fopen and fopen64 one */
#undef _TIME_BITS

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <limits.h>
#include <stdio.h>

static char opened[PATH_MAX];
static unsigned count;

FILE *fopen(const char *path, const char *mode)
{
    count++;
    snprintf(opened, sizeof opened, "%s", path);
    return fdopen(open("/dev/null", O_RDONLY | O_CLOEXEC), "r"); /* a list of revocations follows */
}

FILE *fopen64(const char *path, const char *mode)
{
    return fopen(path, mode);
}

DIR *opendir(const char *path)
{
    count += 2;
    errno = ENOENT;
    return NULL;
}

int main(void)
{
    gnutls_x509_trust_list_t list;

    if (gnutls_x509_trust_list_init(&list, 0) < 0)
        return 1;
    count = 0; /* GnuTLS has read its configuration */
    gnutls_x509_trust_list_add_system_trust(list, 0, 0);
    if (count == 1 && opened[0] == '/')
        puts(opened);
    return 0;
}
