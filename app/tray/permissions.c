/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the sandbox allows, by its own account: the file /.flatpak-info (flatpak-metadata(5)).
 * Asking is no way to find out: a service that is not allowed looks to a sandboxed program exactly
 * as one that is not there, and the two need different words.
 *
 * Permissions are fixed when the sandbox is made, so the file is read once.
 */
#include "permissions.h"

#include <string.h>

#define INFO_FILE "/.flatpak-info"

/* NULL outside of a Flatpak. */
static GKeyFile *read_info(void)
{
    static gsize once;
    static GKeyFile *info;

    if (g_once_init_enter(&once)) {
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_autoptr(GError) error = NULL;
        if (g_key_file_load_from_file(file, INFO_FILE, G_KEY_FILE_NONE, &error))
            info = g_steal_pointer(&file);
        else if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            g_message("%s: %s", INFO_FILE, error->message);
        g_once_init_leave(&once, 1);
    }
    return info;
}

gboolean permissions_are_limited(void)
{
    return read_info() != NULL;
}

/* The rule "org.example.*" holds for that name and for all below it. */
static gboolean covers(const char *rule, const char *name)
{
    size_t length = strlen(rule);

    if (!g_str_has_suffix(rule, ".*"))
        return g_str_equal(rule, name);
    length -= strlen(".*");
    return strncmp(rule, name, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

/* The whole bus, unfiltered. */
static gboolean has_socket(GKeyFile *info, const char *socket)
{
    g_auto(GStrv) sockets = g_key_file_get_string_list(info, "Context", "sockets", NULL, NULL);

    return sockets != NULL && g_strv_contains((const char *const *)sockets, socket);
}

gboolean permissions_allow(PermissionsBus bus, const char *name)
{
    const char *group = bus == PERMISSIONS_SYSTEM_BUS ? "System Bus Policy" : "Session Bus Policy";
    const char *socket = bus == PERMISSIONS_SYSTEM_BUS ? "system-bus" : "session-bus";
    GKeyFile *info = read_info();
    g_auto(GStrv) rules = NULL;

    if (info == NULL || has_socket(info, socket))
        return TRUE;
    rules = g_key_file_get_keys(info, group, NULL, NULL);
    for (char **rule = rules; rule != NULL && *rule != NULL; rule++) {
        g_autofree char *policy = g_key_file_get_string(info, group, *rule, NULL);
        if (covers(*rule, name) &&
            (g_strcmp0(policy, "talk") == 0 || g_strcmp0(policy, "own") == 0))
            return TRUE;
    }
    return FALSE;
}
