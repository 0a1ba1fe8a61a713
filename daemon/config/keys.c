/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A thin layer over GKeyFile, which reads one file and knows neither drop-ins nor where a key came
 * from. The rules are systemd's: main file first, then NAME.conf.d/ *.conf in the order of their
 * names, the last word wins (systemd.unit(5), "drop-in").
 */
#include "keys.h"

#include <string.h>

Keys *keys_new(void)
{
    Keys *keys = g_new0(Keys, 1);

    keys->file = g_key_file_new();
    keys->origins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return keys;
}

void keys_free(Keys *keys)
{
    if (!keys)
        return;
    g_key_file_unref(keys->file);
    g_hash_table_unref(keys->origins);
    g_free(keys);
}

void keys_set(Keys *keys, const char *group, const char *key, const char *value, const char *origin)
{
    g_key_file_set_value(keys->file, group, key, value);
    g_hash_table_replace(keys->origins, g_strdup_printf("%s\n%s", group, key), g_strdup(origin));
}

void keys_append(Keys *keys, const char *group, const char *key, const char *value,
                 const char *origin)
{
    g_autofree char *before = g_key_file_get_value(keys->file, group, key, NULL);
    g_autofree char *both = before ? g_strdup_printf("%s;%s", before, value) : g_strdup(value);

    keys_set(keys, group, key, both, origin);
}

void keys_add_group(Keys *keys, GKeyFile *upper, const char *group, const char *path)
{
    g_auto(GStrv) names = g_key_file_get_keys(upper, group, NULL, NULL);

    for (size_t i = 0; names && names[i]; i++) {
        g_autofree char *value = g_key_file_get_value(upper, group, names[i], NULL);

        keys_set(keys, group, names[i], value ? value : "", path);
    }
}

/* Sentences name them, on the bus too; and nobody can type them. */
static gboolean check_groups(char *const *groups, const char *path, GError **error)
{
    for (size_t i = 0; groups[i]; i++) {
        if (g_utf8_validate(groups[i], -1, NULL))
            continue;
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA,
                    "%s: The name of a group is not UTF-8.", path);
        return FALSE;
    }
    return TRUE;
}

/* A backslash escapes what is after it, and there is nothing. */
static bool is_cut_off(const char *value)
{
    size_t length = strlen(value), backslashes = 0;

    while (backslashes < length && value[length - 1 - backslashes] == '\\')
        backslashes++;
    return backslashes % 2 != 0;
}

static gboolean check_values(GKeyFile *upper, const char *group, const char *path, GError **error)
{
    g_auto(GStrv) names = g_key_file_get_keys(upper, group, NULL, NULL);

    for (size_t i = 0; names && names[i]; i++) {
        g_autofree char *value = g_key_file_get_value(upper, group, names[i], NULL);

        if (!value || !is_cut_off(value))
            continue;
        g_autofree char *sentence =
            g_strdup_printf("%s: [%s] %s=%s: A backslash at the end is written twice.", path, group,
                            names[i], value);
        g_autofree char *shown = g_utf8_make_valid(sentence, -1);

        g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA, shown);
        return FALSE;
    }
    return TRUE;
}

gboolean keys_add_file(Keys *keys, const char *path, bool optional, GError **error)
{
    g_autoptr(GKeyFile) upper = g_key_file_new();
    g_autoptr(GError) local = NULL;
    g_auto(GStrv) groups = NULL;

    if (!g_key_file_load_from_file(upper, path, G_KEY_FILE_NONE, &local)) {
        if (optional && g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return TRUE;
        g_autofree char *sentence = g_utf8_make_valid(local->message, -1); /* it quotes the file */

        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA, "%s: %s", path, sentence);
        return FALSE;
    }
    groups = g_key_file_get_groups(upper, NULL);
    if (!check_groups(groups, path, error))
        return FALSE;
    for (size_t i = 0; groups[i]; i++)
        if (!check_values(upper, groups[i], path, error))
            return FALSE;
    for (size_t i = 0; groups[i]; i++)
        keys_add_group(keys, upper, groups[i], path);
    return TRUE;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

gboolean keys_add_drop_ins(Keys *keys, const char *path, GError **error)
{
    g_autofree char *folder = g_strconcat(path, ".d", NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    if (!dir)
        return TRUE;
    while ((name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".conf") && name[0] != '.')
            g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++)
        if (!keys_add_file(keys, names->pdata[i], false, error))
            return FALSE;
    return TRUE;
}

void keys_set_error(GError **error, const Keys *keys, const char *group, const char *key,
                    const char *value, const char *sentence)
{
    g_autofree char *place = g_strdup_printf("%s\n%s", group, key);
    const char *origin = g_hash_table_lookup(keys->origins, place);

    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA, "%s: [%s] %s=%s: %s",
                origin ? origin : "settings", group, key, value, sentence);
}

char *keys_get_text(const Keys *keys, const char *group, const char *key)
{
    g_autofree char *value = g_key_file_get_string(keys->file, group, key, NULL);

    return value && *g_strstrip(value) ? g_steal_pointer(&value) : NULL;
}

char **keys_get_list(const Keys *keys, const char *group, const char *key)
{
    g_auto(GStrv) raw = g_key_file_get_string_list(keys->file, group, key, NULL, NULL);
    g_autoptr(GStrvBuilder) list = NULL;

    if (!raw)
        return NULL;
    list = g_strv_builder_new();
    for (size_t i = 0; raw[i]; i++)
        if (*g_strstrip(raw[i]))
            g_strv_builder_add(list, raw[i]);
    return g_strv_builder_end(list);
}

gboolean keys_get_bool(const Keys *keys, const char *group, const char *key, bool *value,
                       GError **error)
{
    g_autofree char *text = keys_get_text(keys, group, key);

    if (!text)
        return TRUE;
    if (g_ascii_strcasecmp(text, "true") == 0 || g_ascii_strcasecmp(text, "yes") == 0 ||
        g_str_equal(text, "1")) {
        *value = true;
    } else if (g_ascii_strcasecmp(text, "false") == 0 || g_ascii_strcasecmp(text, "no") == 0 ||
               g_str_equal(text, "0")) {
        *value = false;
    } else {
        keys_set_error(error, keys, group, key, text, "Expected true or false.");
        return FALSE;
    }
    return TRUE;
}

gboolean keys_get_number(const Keys *keys, const char *group, const char *key, int64_t minimum,
                         int64_t maximum, int64_t *value, GError **error)
{
    g_autofree char *text = keys_get_text(keys, group, key);

    if (!text)
        return TRUE;
    if (!g_ascii_string_to_signed(text, 10, minimum, maximum, value, NULL)) {
        g_autofree char *sentence =
            g_strdup_printf("Expected a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".",
                            minimum, maximum);
        keys_set_error(error, keys, group, key, text, sentence);
        return FALSE;
    }
    return TRUE;
}

gboolean keys_get_word(const Keys *keys, const char *group, const char *key,
                       const char *const *words, int *value, GError **error)
{
    g_autofree char *text = keys_get_text(keys, group, key);
    g_autofree char *known = NULL, *sentence = NULL;

    if (!text)
        return TRUE;
    for (int i = 0; words[i]; i++) {
        if (g_ascii_strcasecmp(text, words[i]) == 0) {
            *value = i;
            return TRUE;
        }
    }
    known = g_strjoinv(", ", (char **)words);
    sentence = g_strdup_printf("Expected one of: %s.", known);
    keys_set_error(error, keys, group, key, text, sentence);
    return FALSE;
}
