/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bundle.h"

#include "sotto-build.h"

#include <stdlib.h>

#define GROUP "Bundle"

static gboolean read_keys(Edition *edition, GKeyFile *keys, GError **error)
{
    g_autofree char *id = g_key_file_get_string(keys, GROUP, "Id", NULL);

    if (g_strcmp0(id, SOTTO_APP_ID) != 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    "This is no payload of Sotto: its bundle.conf names \"%s\".", id ? id : "");
        return FALSE;
    }
    edition->version = g_key_file_get_string(keys, GROUP, "Version", error);
    edition->build_time_s = g_key_file_get_int64(keys, GROUP, "BuildTime", NULL);
    return edition->version != NULL;
}

gboolean edition_parse(Edition *edition, const char *text, gsize length, GError **error)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();

    *edition = (Edition){0};
    return g_key_file_load_from_data(keys, text, length, G_KEY_FILE_NONE, error) &&
           read_keys(edition, keys, error);
}

gboolean edition_load(Edition *edition, const char *path, GError **error)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();

    *edition = (Edition){0};
    return g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, error) &&
           read_keys(edition, keys, error);
}

void edition_clear(Edition *edition)
{
    g_clear_pointer(&edition->version, g_free);
}

/* A missing part is 0: "1.2" is "1.2.0". */
static int compare_versions(const char *a, const char *b)
{
    while (*a || *b) {
        char *after_a, *after_b;
        unsigned long part_a = strtoul(a, &after_a, 10), part_b = strtoul(b, &after_b, 10);

        if (part_a != part_b)
            return part_a < part_b ? -1 : 1;
        if (after_a == a && after_b == b)
            return strcmp(a, b); /* not numbers: some order, and always the same */
        a = *after_a == '.' ? after_a + 1 : after_a;
        b = *after_b == '.' ? after_b + 1 : after_b;
    }
    return 0;
}

int edition_compare(const Edition *a, const Edition *b)
{
    int order = compare_versions(a->version, b->version);

    if (order != 0)
        return order;
    return (a->build_time_s > b->build_time_s) - (a->build_time_s < b->build_time_s);
}
