/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * [Rules]: which lists, and what is said by hand. Everything by hand is tried here, so that a slip
 * of the pen is told with its place while somebody is looking; what is in files is judged when they
 * are read.
 */
#include "rule_settings.h"

#include "rule_line.h"
#include "rule_list.h"

static const char *const answer_words[] = {"nxdomain", "zero", "refused", NULL};

const char *const rule_settings_keys[] = {"BlockLists", "AllowLists",  "Block",
                                          "Allow",      "Cloak",       "CloakList",
                                          "LocalNames", "BlockAnswer", NULL};

RuleSettings *rule_settings_ref(RuleSettings *settings)
{
    return g_atomic_rc_box_acquire(settings);
}

static void clear(gpointer data)
{
    RuleSettings *settings = data;

    g_strfreev(settings->block_lists);
    g_strfreev(settings->allow_lists);
    g_strfreev(settings->cloak_lists);
    g_strfreev(settings->block);
    g_strfreev(settings->allow);
    g_strfreev(settings->cloaks);
    g_strfreev(settings->local_names);
}

void rule_settings_unref(RuleSettings *settings)
{
    if (settings)
        g_atomic_rc_box_release_full(settings, clear);
}

static char **read_list(const Keys *keys, const char *key)
{
    char **list = keys_get_list(keys, RULE_SETTINGS_GROUP, key);

    return list ? list : g_new0(char *, 1);
}

/* A service has no folder of its own that a relative path could start from. */
static gboolean check_paths(const Keys *keys, const char *key, char *const *paths, GError **error)
{
    for (size_t i = 0; paths[i]; i++) {
        if (g_path_is_absolute(paths[i]))
            continue;
        keys_set_error(error, keys, RULE_SETTINGS_GROUP, key, paths[i],
                       "Expected a path that begins with a slash.");
        return FALSE;
    }
    return TRUE;
}

static gboolean check_names(const Keys *keys, const char *key, char *const *names, GError **error)
{
    for (size_t i = 0; names[i]; i++) {
        char *one[] = {names[i], NULL};
        g_autoptr(GError) reason = NULL;
        RuleList *list = rule_list_of(one, NULL, &reason);

        if (!list) {
            keys_set_error(error, keys, RULE_SETTINGS_GROUP, key, names[i],
                           "Expected a domain name.");
            return FALSE;
        }
        rule_list_unref(list);
    }
    return TRUE;
}

static gboolean check_cloaks(const Keys *keys, char *const *cloaks, GError **error)
{
    Cloaks *trial = cloaks_new();
    RuleListReport report = {0};
    size_t i;

    for (i = 0; cloaks[i] && !report.malformed; i++)
        rule_cloaks_add(trial, cloaks[i], true, "", &report);
    cloaks_free(trial);
    if (!report.malformed)
        return TRUE;
    keys_set_error(error, keys, RULE_SETTINGS_GROUP, "Cloak", cloaks[i - 1],
                   "Expected NAME ADDRESS or NAME OTHER-NAME, a name only once an alias.");
    return FALSE;
}

RuleSettings *rule_settings_read(const Keys *keys, GError **error)
{
    RuleSettings *settings = g_atomic_rc_box_new0(RuleSettings);
    int answer = BLOCK_ANSWER_NXDOMAIN;

    settings->block_lists = read_list(keys, "BlockLists");
    settings->allow_lists = read_list(keys, "AllowLists");
    settings->cloak_lists = read_list(keys, "CloakList");
    settings->block = read_list(keys, "Block");
    settings->allow = read_list(keys, "Allow");
    settings->cloaks = read_list(keys, "Cloak");
    settings->local_names = read_list(keys, "LocalNames");
    if (keys_get_word(keys, RULE_SETTINGS_GROUP, "BlockAnswer", answer_words, &answer, error) &&
        check_paths(keys, "BlockLists", settings->block_lists, error) &&
        check_paths(keys, "AllowLists", settings->allow_lists, error) &&
        check_paths(keys, "CloakList", settings->cloak_lists, error) &&
        check_names(keys, "Block", settings->block, error) &&
        check_names(keys, "Allow", settings->allow, error) &&
        check_names(keys, "LocalNames", settings->local_names, error) &&
        check_cloaks(keys, settings->cloaks, error)) {
        settings->answer = (BlockAnswer)answer;
        return settings;
    }
    rule_settings_unref(settings);
    return NULL;
}

Ruleset *rule_settings_ruleset(const RuleSettings *settings)
{
    Ruleset *rules = ruleset_new();

    rules->block_answer = settings->answer;
    if (*settings->block || *settings->allow) {
        RuleList *list = rule_list_of(settings->block, settings->allow, NULL);

        if (list) /* they were tried when they were read */
            g_ptr_array_add(rules->lists, list);
    }
    if (*settings->local_names) {
        RuleList *list = rule_list_of(settings->local_names, NULL, NULL);

        if (list) {
            rules->local = g_steal_pointer(&list->block);
            rule_list_unref(list);
        }
    }
    return rules;
}
