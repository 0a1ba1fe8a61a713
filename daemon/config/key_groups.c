/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "key_groups.h"

#include "kept_file.h"
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

/* Returns how many are damaged. */
static unsigned read_groups(const KeyGroups *groups, const char *text)
{
    unsigned damaged = 0;

    for (const char *group = text, *end; *group != '\0'; group = end) {
        const char *next = strstr(group, "\n[");

        end = next ? next + 1 : group + strlen(group);
        if (!read_group(groups, group, (size_t)(end - group)))
            damaged++;
    }
    return damaged;
}

/* A NUL is damage like any other, and no end. (transfer full) */
static char *without_nuls(const char *text, size_t length)
{
    char *copy = g_malloc(length + 1);

    for (size_t i = 0; i < length; i++)
        copy[i] = text[i] != '\0' ? text[i] : '\xff';
    copy[length] = '\0';
    return copy;
}

void key_groups_load(const KeyGroups *groups)
{
    g_autoptr(GError) error = NULL;
    size_t length = 0;
    g_autofree char *text = kept_file_read(groups->path, groups->max_length, &length, &error);
    g_autofree char *readable = NULL;
    unsigned damaged;

    if (!text) {
        if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            log_warning("the %s cannot be read: %s", groups->what, error->message);
        return;
    }
    readable = without_nuls(text, length);
    damaged = read_groups(groups, readable);
    if (damaged == 0)
        return;
    log_warning("some of the %s are damaged and were forgotten: %s groups=%u", groups->what,
                groups->path, damaged);
    kept_file_set_aside(groups->path, text, length);
}
