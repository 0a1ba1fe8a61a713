/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "installed.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#define GROUP "Installed"

Installed *installed_new(void)
{
    Installed *installed = g_new0(Installed, 1);

    installed->edition.version = g_strdup("0");
    installed->digest = g_strdup("");
    installed->previous = g_strdup("");
    installed->uid = -1;
    installed->flatpak = g_ptr_array_new_with_free_func(g_free);
    installed->files = g_ptr_array_new_with_free_func(g_free);
    installed->folders = g_ptr_array_new_with_free_func(g_free);
    return installed;
}

void installed_free(Installed *installed)
{
    if (!installed)
        return;
    edition_clear(&installed->edition);
    g_free(installed->digest);
    g_free(installed->previous);
    g_ptr_array_unref(installed->flatpak);
    g_ptr_array_unref(installed->files);
    g_ptr_array_unref(installed->folders);
    g_free(installed);
}

void installed_set(char **text, const char *value)
{
    char *copy = g_strdup(value);

    g_free(*text);
    *text = copy;
}

gboolean installed_has(const GPtrArray *list, const char *path)
{
    for (guint i = 0; i < list->len; i++)
        if (g_str_equal(g_ptr_array_index(list, i), path))
            return TRUE;
    return FALSE;
}

void installed_note(GPtrArray *list, const char *path)
{
    if (!installed_has(list, path))
        g_ptr_array_add(list, g_strdup(path));
}

static void note_all(GPtrArray *list, const GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++)
        installed_note(list, g_ptr_array_index(from, i));
}

Installed *installed_copy(const Installed *installed)
{
    Installed *copy = installed_new();

    installed_set(&copy->edition.version, installed->edition.version);
    copy->edition.build_time_s = installed->edition.build_time_s;
    installed_set(&copy->digest, installed->digest);
    installed_set(&copy->previous, installed->previous);
    copy->uid = installed->uid;
    copy->made_user = installed->made_user;
    copy->had_state = installed->had_state;
    note_all(copy->flatpak, installed->flatpak);
    note_all(copy->files, installed->files);
    note_all(copy->folders, installed->folders);
    return copy;
}

/* --- the file --- */

static void read_text(GKeyFile *keys, const char *key, char **text)
{
    g_autofree char *value = g_key_file_get_string(keys, GROUP, key, NULL);

    if (value)
        installed_set(text, value);
}

static void read_list(GKeyFile *keys, const char *key, GPtrArray *list)
{
    g_auto(GStrv) values = g_key_file_get_string_list(keys, GROUP, key, NULL, NULL);

    for (char **value = values; value && *value; value++)
        if (g_path_is_absolute(*value))
            installed_note(list, *value);
}

static void write_list(GKeyFile *keys, const char *key, const GPtrArray *list)
{
    g_key_file_set_string_list(keys, GROUP, key, (const char *const *)list->pdata, list->len);
}

Installed *installed_load(const char *path, GError **error)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_autoptr(Installed) installed = installed_new();
    GError *failure = NULL;

    if (!g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, &failure)) {
        if (g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            g_clear_error(&failure);
        else
            g_propagate_prefixed_error(
                error, failure, "The record of the installation, %s, cannot be read: ", path);
        return NULL;
    }
    read_text(keys, "Version", &installed->edition.version);
    installed->edition.build_time_s = g_key_file_get_int64(keys, GROUP, "BuildTime", NULL);
    read_text(keys, "Digest", &installed->digest);
    read_text(keys, "Previous", &installed->previous);
    if (g_key_file_has_key(keys, GROUP, "Uid", NULL))
        installed->uid = g_key_file_get_int64(keys, GROUP, "Uid", NULL);
    installed->made_user = g_key_file_get_boolean(keys, GROUP, "MadeUser", NULL);
    installed->had_state = g_key_file_get_boolean(keys, GROUP, "HadState", NULL);
    read_list(keys, "Flatpak", installed->flatpak);
    read_list(keys, "Files", installed->files);
    read_list(keys, "Folders", installed->folders);
    return g_steal_pointer(&installed);
}

gboolean installed_save(const Installed *installed, const char *path, GError **error)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_autofree char *folder = g_path_get_dirname(path), *text = NULL;

    g_key_file_set_string(keys, GROUP, "Version", installed->edition.version);
    g_key_file_set_int64(keys, GROUP, "BuildTime", installed->edition.build_time_s);
    g_key_file_set_string(keys, GROUP, "Digest", installed->digest);
    g_key_file_set_string(keys, GROUP, "Previous", installed->previous);
    if (installed->uid >= 0)
        g_key_file_set_int64(keys, GROUP, "Uid", installed->uid);
    g_key_file_set_boolean(keys, GROUP, "MadeUser", installed->made_user);
    g_key_file_set_boolean(keys, GROUP, "HadState", installed->had_state);
    write_list(keys, "Flatpak", installed->flatpak);
    write_list(keys, "Files", installed->files);
    write_list(keys, "Folders", installed->folders);
    text = g_key_file_to_data(keys, NULL, NULL);
    if (g_mkdir_with_parents(folder, 0755) < 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s cannot be made: %s.", folder,
                    g_strerror(errno));
        return FALSE;
    }
    return g_file_set_contents_full(
        path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644, error);
}

const char *installed_native(const Installed *installed)
{
    static const char *const places[] = {
        "/lib/systemd/system/sotto.service",
        "/usr/lib/systemd/system/sotto.service",
        "/usr/local/lib/systemd/system/sotto.service",
        "/usr/share/dbus-1/system-services/" SOTTO_HELPER_NAME ".service",
        "/usr/local/share/dbus-1/system-services/" SOTTO_HELPER_NAME ".service",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        if (g_file_test(places[i], G_FILE_TEST_EXISTS) &&
            !(installed && installed_has(installed->files, places[i])))
            return places[i];
    return NULL;
}
