/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A key file with one group a rule, named by its name:
 *
 *     [example.com]           with what is below it; [=example.com]: alone
 *     Kind=forward
 *     Servers=udp://192.0.2.53;tls://192.0.2.54#dns.example
 *     AddedBy=alice
 *     AddedAt=1795000000
 *
 * Each is read by itself, so that damage costs no other. A rule that cannot be saved is not made:
 * it would be gone after the next start without a word.
 */
#include "own_rules.h"

#include "key_groups.h"
#include "log.h"

#define MAX_FILE_LENGTH (4 * 1024 * 1024)

struct OwnRules {
    char *path;        /* NULL: in memory only */
    GPtrArray *all;    /* OwnRule, oldest first */
    GHashTable *found; /* the same by their text; borrowed */
    List listeners;    /* OwnRulesListener */
};

/* --- the file --- */

static char *get_text(GKeyFile *file, const char *group, const char *key)
{
    char *text = g_key_file_get_string(file, group, key, NULL);

    return text ? text : g_strdup("");
}

static void append(OwnRules *rules, OwnRule *rule)
{
    g_ptr_array_add(rules->all, rule);
    g_hash_table_insert(rules->found, rule->text, rule);
}

/* False: it is damaged, or there are too many. */
static bool read_group(void *owner, GKeyFile *file, const char *group)
{
    OwnRules *rules = owner;
    g_autofree char *kind = get_text(file, group, "Kind"), *who = get_text(file, group, "AddedBy"),
                    *target = get_text(file, group, "Servers");
    OwnRuleWish wish = {.kind = kind,
                        .name = group,
                        .target = target,
                        .who = who,
                        .now_s = g_key_file_get_int64(file, group, "AddedAt", NULL)};
    g_autoptr(OwnRule) rule = rules->all->len < OWN_RULES_MAX ? own_rule_new(&wish, NULL) : NULL;

    if (!rule || g_hash_table_contains(rules->found, rule->text))
        return false;
    append(rules, g_steal_pointer(&rule));
    return true;
}

static void load(OwnRules *rules)
{
    key_groups_load(&(KeyGroups){.path = rules->path,
                                 .what = "rules that were added here",
                                 .max_length = MAX_FILE_LENGTH,
                                 .read = read_group,
                                 .owner = rules});
}

static void write_group(GKeyFile *file, const OwnRule *rule)
{
    g_key_file_set_string(file, rule->text, "Kind", own_wish_words[rule->wish]);
    if (*rule->target)
        g_key_file_set_string(file, rule->text, "Servers", rule->target);
    if (*rule->added_by)
        g_key_file_set_string(file, rule->text, "AddedBy", rule->added_by);
    if (rule->added_at_s > 0)
        g_key_file_set_int64(file, rule->text, "AddedAt", rule->added_at_s);
}

static gboolean save(const OwnRules *rules, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) failure = NULL;
    g_autofree char *text = NULL;
    gsize length;

    if (!rules->path)
        return TRUE;
    for (guint i = 0; i < rules->all->len; i++)
        write_group(file, g_ptr_array_index(rules->all, i));
    text = g_key_file_to_data(file, &length, NULL);
    if (g_file_set_contents_full(rules->path, text, (gssize)length,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &failure))
        return TRUE;
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED, "Your rules could not be saved: %s.",
                failure->message);
    return FALSE;
}

/* --- changes --- */

static void tell(OwnRules *rules, const Name *name)
{
    list_for_each (node, &rules->listeners) {
        OwnRulesListener *listener = container_of(node, OwnRulesListener, node);

        listener->changed(listener->owner, name);
    }
}

/* Takes it out of the list; where it was goes to `index`. NULL: there is none. (transfer full) */
static OwnRule *take_out(OwnRules *rules, const char *text, guint *index)
{
    OwnRule *rule = g_hash_table_lookup(rules->found, text);

    if (!rule || !g_ptr_array_find(rules->all, rule, index))
        return NULL;
    g_hash_table_remove(rules->found, text);
    return g_ptr_array_steal_index(rules->all, *index);
}

static void put_back(OwnRules *rules, OwnRule *rule, guint index)
{
    if (!rule)
        return;
    g_ptr_array_insert(rules->all, (int)index, rule);
    g_hash_table_insert(rules->found, rule->text, rule);
}

gboolean own_rules_add(OwnRules *rules, const OwnRuleWish *wish, GError **error)
{
    g_autoptr(OwnRule) rule = own_rule_new(wish, error), replaced = NULL;
    guint index = 0, last;

    if (!rule)
        return FALSE;
    replaced = take_out(rules, rule->text, &index);
    if (rules->all->len >= OWN_RULES_MAX) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED,
                    "There are %d rules of your own; remove one first.", OWN_RULES_MAX);
        return FALSE;
    }
    append(rules, rule);
    if (!save(rules, error)) {
        (void)take_out(rules, rule->text, &last);
        put_back(rules, g_steal_pointer(&replaced), index);
        return FALSE;
    }
    tell(rules, &g_steal_pointer(&rule)->name);
    return TRUE;
}

gboolean own_rules_remove(OwnRules *rules, const char *name, GError **error)
{
    g_autofree char *text = own_rule_name(name, error);
    g_autoptr(OwnRule) removed = NULL;
    guint index = 0;

    if (!text)
        return FALSE;
    removed = take_out(rules, text, &index);
    if (!removed) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND, "No rule of yours is about %s.",
                    text);
        return FALSE;
    }
    if (!save(rules, error)) {
        put_back(rules, g_steal_pointer(&removed), index);
        return FALSE;
    }
    tell(rules, &removed->name);
    return TRUE;
}

/* --- what comes of them --- */

const GPtrArray *own_rules_all(const OwnRules *rules)
{
    return rules->all;
}

OwnNames *own_rules_names(const OwnRules *rules)
{
    OwnNames *names = rules->all->len > 0 ? own_names_new() : NULL;

    for (guint i = 0; i < rules->all->len; i++) {
        const OwnRule *rule = g_ptr_array_index(rules->all, i);

        require(own_names_add(names, &rule->name, !rule->exact, rule->wish) == STATUS_OK, names);
    }
    return names;
}

void own_rules_add_routes(const OwnRules *rules, Plan *plan)
{
    for (guint i = 0; i < rules->all->len; i++) {
        const OwnRule *rule = g_ptr_array_index(rules->all, i);

        if (rule->wish == OWN_SERVERS)
            plan_add_own_route(plan, &rule->name, rule->exact, ROUTE_OWN_SERVERS, rule->servers);
    }
}

OwnRules *own_rules_new(const char *path)
{
    OwnRules *rules = g_new0(OwnRules, 1);

    rules->path = g_strdup(path);
    rules->all = g_ptr_array_new_with_free_func((GDestroyNotify)own_rule_free);
    rules->found = g_hash_table_new(g_str_hash, g_str_equal);
    list_init(&rules->listeners);
    if (path)
        load(rules);
    return rules;
}

void own_rules_free(OwnRules *rules)
{
    if (!rules)
        return;
    g_hash_table_unref(rules->found);
    g_ptr_array_unref(rules->all);
    g_free(rules->path);
    g_free(rules);
}

void own_rules_listen(OwnRules *rules, OwnRulesListener *listener)
{
    list_append(&rules->listeners, &listener->node);
}

void own_rules_unlisten(OwnRulesListener *listener)
{
    if (listener->node.next)
        list_remove(&listener->node);
}
