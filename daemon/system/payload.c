/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "payload.h"

#include "sotto-build.h"

#include <glib.h>

#define VERSIONS SOTTO_BUNDLE_HOME "/versions/"

char *payload_digest(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    const char *digest;

    if (!program || !g_str_has_prefix(program, VERSIONS))
        return g_strdup("");
    digest = program + strlen(VERSIONS);
    return g_strndup(digest, strcspn(digest, "/"));
}
