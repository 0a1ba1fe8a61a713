/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "key_groups.h"

#include "log.h"

#include <string.h>

/* The text of one group. False: it is damaged. */
static bool read_group(const KeyGroups *groups, const char *text, size_t length)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *group = NULL;

    if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, NULL))
        return false;
    group = g_key_file_get_start_group(file);
    return group && groups->read(groups->owner, file, group);
}

static void read_groups(const KeyGroups *groups, const char *text)
{
    unsigned damaged = 0;

    for (const char *group = text, *end; *group != '\0'; group = end) {
        const char *next = strstr(group, "\n[");

        end = next ? next + 1 : group + strlen(group);
        if (!read_group(groups, group, (size_t)(end - group)))
            damaged++;
    }
    if (damaged > 0)
        log_warning("some of the %s are damaged and were forgotten: %s groups=%u", groups->what,
                    groups->path, damaged);
}

void key_groups_load(const KeyGroups *groups)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize length = 0;

    if (!g_file_get_contents(groups->path, &text, &length, &error)) {
        if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            log_warning("the %s cannot be read: %s", groups->what, error->message);
    } else if (length > groups->max_length || strlen(text) != length) {
        log_warning("the %s are damaged and were forgotten: %s", groups->what, groups->path);
    } else {
        read_groups(groups, text);
    }
}
