/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * [List NAME] groups. The built-in ones are laid under the administrator's, so that "Enabled=false"
 * or another URL is one line.
 */
#include "list_settings.h"

#include "entries.h"
#include "log.h"

#include <string.h>

#define GROUP_PREFIX      "List "
#define HOUR_S            3600
#define REFRESH_DEFAULT_H 24
#define REFRESH_LONGEST_H (90 * 24)

static const char *const known_keys[] = {"URL",          "Key",     "Kind", "File",
                                         "RefreshHours", "Enabled", NULL};

void list_spec_free(ListSpec *spec)
{
    if (spec == NULL)
        return;
    g_free(spec->name);
    g_strfreev(spec->urls);
    g_free(spec->file);
    g_free(spec);
}

static void add_groups(GPtrArray *groups, const Keys *keys)
{
    g_auto(GStrv) names = g_key_file_get_groups(keys->file, NULL);

    for (size_t i = 0; names[i] != NULL; i++)
        if (g_str_has_prefix(names[i], GROUP_PREFIX) &&
            !g_ptr_array_find_with_equal_func(groups, names[i], g_str_equal, NULL))
            g_ptr_array_add(groups, g_strdup(names[i]));
}

/* The keys of one group: the built-in ones, then the administrator's over them. (transfer full) */
static Keys *lay_group(const Keys *keys, const Keys *builtin, const char *group)
{
    const Keys *layers[] = {builtin, keys};
    Keys *laid = keys_new();

    for (size_t i = 0; i < G_N_ELEMENTS(layers); i++) {
        g_auto(GStrv) names = g_key_file_get_keys(layers[i]->file, group, NULL, NULL);

        for (size_t j = 0; names != NULL && names[j] != NULL; j++) {
            g_autofree char *value = g_key_file_get_value(layers[i]->file, group, names[j], NULL);
            g_autofree char *place = g_strdup_printf("%s\n%s", group, names[j]);
            const char *origin = g_hash_table_lookup(layers[i]->origins, place);

            if (!g_strv_contains(known_keys, names[j]))
                log_warning("unknown setting ignored: [%s] %s", group, names[j]);
            keys_set(laid, group, names[j], value, origin != NULL ? origin : "settings");
        }
    }
    return laid;
}

static gboolean fail(GError **error, const char *group, const char *sentence)
{
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA, "[%s]: %s", group, sentence);
    return FALSE;
}

/* The file's name, by which mirrors and the signature know it. NULL for what is no such URL.
 * (transfer full) */
static char *file_of_url(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    const char *path, *host;

    if (uri == NULL || g_strcmp0(g_uri_get_scheme(uri), "https") != 0)
        return NULL;
    host = g_uri_get_host(uri);
    path = g_uri_get_path(uri);
    if (host == NULL || *host == '\0' || *path != '/' || g_str_has_suffix(path, "/") ||
        g_uri_get_userinfo(uri) != NULL || g_uri_get_query(uri) != NULL ||
        g_uri_get_fragment(uri) != NULL)
        return NULL;
    return g_path_get_basename(path);
}

static gboolean read_urls(ListSpec *spec, const Keys *keys, const char *group, GError **error)
{
    spec->urls = keys_get_list(keys, group, "URL");
    spec->file = keys_get_text(keys, group, "File");
    if (spec->urls == NULL || spec->urls[0] == NULL)
        return fail(error, group, "A list needs a URL=.");
    for (size_t i = 0; spec->urls[i] != NULL; i++) {
        g_autofree char *file = file_of_url(spec->urls[i]);

        if (file == NULL) {
            keys_set_error(error, keys, group, "URL", spec->urls[i],
                           "Expected https://HOST/PATH of a file.");
            return FALSE;
        }
        if (spec->file == NULL)
            spec->file = g_steal_pointer(&file);
    }
    return TRUE;
}

static gboolean read_key(ListSpec *spec, const Keys *keys, const char *group, GError **error)
{
    g_autofree char *text = keys_get_text(keys, group, "Key");
    g_autoptr(GError) local = NULL;

    if (text == NULL)
        return fail(error, group, "A list needs the Key= it is signed with.");
    if (minisign_key_parse(text, &spec->key, &local))
        return TRUE;
    keys_set_error(error, keys, group, "Key", text, local->message);
    return FALSE;
}

static gboolean read_spec(ListSpec *spec, const Keys *keys, const char *group, GError **error)
{
    int kind = LIST_RESOLVERS;
    int64_t hours = REFRESH_DEFAULT_H;

    if (!entry_id_is_valid(spec->name))
        return fail(error, group,
                    "A list's name is 1 to 64 letters, digits, '-', '_' and '.', and does not "
                    "begin with '.'.");
    if (!keys_get_word(keys, group, "Kind", list_kind_words, &kind, error) ||
        !keys_get_number(keys, group, "RefreshHours", 1, REFRESH_LONGEST_H, &hours, error) ||
        !read_urls(spec, keys, group, error) || !read_key(spec, keys, group, error))
        return FALSE;
    spec->kind = (ListKind)kind;
    spec->refresh_s = hours * HOUR_S;
    return TRUE;
}

gboolean list_settings_read(const Keys *keys, const Keys *builtin, GPtrArray *lists, GError **error)
{
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(g_free);

    add_groups(groups, builtin);
    add_groups(groups, keys);
    for (guint i = 0; i < groups->len; i++) {
        const char *group = groups->pdata[i];
        g_autoptr(Keys) laid = lay_group(keys, builtin, group);
        g_autoptr(ListSpec) spec = g_new0(ListSpec, 1);
        bool enabled = true;

        spec->name = g_strdup(group + strlen(GROUP_PREFIX));
        if (!keys_get_bool(laid, group, "Enabled", &enabled, error))
            return FALSE;
        if (!enabled)
            continue;
        if (!read_spec(spec, laid, group, error))
            return FALSE;
        g_ptr_array_add(lists, g_steal_pointer(&spec));
    }
    return TRUE;
}
