/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the settings say stands here as it was written, in the order of their groups; it was tried
 * when it was read (rule_settings.c).
 */
#include "rule_report.h"

#include <string.h>

#define BLANKS " \t"

static void add(GVariantBuilder *list, const char *kind, const char *name, const char *target)
{
    GVariantDict entry;
    g_variant_dict_init(&entry, NULL);
    g_variant_dict_insert(&entry, "kind", "s", kind);
    g_variant_dict_insert(&entry, "name", "s", name);
    g_variant_dict_insert(&entry, "target", "s", target);
    g_variant_dict_insert(&entry, "own", "b", FALSE);
    g_variant_dict_insert(&entry, "added-by", "s", "");
    g_variant_dict_insert(&entry, "added-at", "x", INT64_C(0));
    g_variant_builder_add_value(list, g_variant_dict_end(&entry));
}

static void add_own(GVariantBuilder *list, const OwnRule *rule)
{
    GVariantDict entry;
    g_variant_dict_init(&entry, NULL);
    g_variant_dict_insert(&entry, "kind", "s", own_wish_words[rule->wish]);
    g_variant_dict_insert(&entry, "name", "s", rule->text);
    g_variant_dict_insert(&entry, "target", "s", rule->target);
    g_variant_dict_insert(&entry, "own", "b", TRUE);
    g_variant_dict_insert(&entry, "added-by", "s", rule->added_by);
    g_variant_dict_insert(&entry, "added-at", "x", rule->added_at_s);
    g_variant_builder_add_value(list, g_variant_dict_end(&entry));
}

static void add_all(GVariantBuilder *list, const char *kind, char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++)
        add(list, kind, names[i], "");
}

/* "NAME TARGET" */
static void add_cloaks(GVariantBuilder *list, char *const *cloaks)
{
    for (size_t i = 0; cloaks[i] != NULL; i++) {
        g_autofree char *name = g_strndup(cloaks[i], strcspn(cloaks[i], BLANKS));
        const char *target = cloaks[i] + strlen(name);
        add(list, "cloak", name, target + strspn(target, BLANKS));
    }
}

static void add_route(GVariantBuilder *list, const Route *route)
{
    g_autoptr(GPtrArray) servers = g_ptr_array_new_with_free_func(g_free);
    char name[NAME_MAX_TEXT];
    for (size_t i = 0; i < route->resolver->endpoint_count; i++)
        g_ptr_array_add(servers, endpoint_describe(route->resolver->endpoints[i]));
    g_ptr_array_add(servers, NULL);
    g_autofree char *target = g_strjoinv("; ", (char **)servers->pdata);
    add(list, "forward", name_format(&route->suffix, name), target);
}

GVariant *report_rules(const OwnRules *own, const Settings *settings)
{
    const GPtrArray *all = own_rules_all(own);
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = all->len; i-- > 0;)
        add_own(&list, g_ptr_array_index(all, i));
    add_all(&list, "block", settings->rules->block);
    add_all(&list, "allow", settings->rules->allow);
    for (size_t i = 0; i < settings->template->route_count; i++)
        add_route(&list, &settings->template->routes[i]);
    add_cloaks(&list, settings->rules->cloaks);
    add_all(&list, "local", settings->rules->local_names);
    return g_variant_builder_end(&list);
}

static void add_file(GVariantBuilder *list, const RuleFile *file)
{
    const RuleListReport *report = &file->report;
    GVariantDict entry;
    g_variant_dict_init(&entry, NULL);
    g_variant_dict_insert(&entry, "path", "s", file->path);
    g_variant_dict_insert(&entry, "kind", "s", file->kind);
    g_variant_dict_insert(&entry, "names", "u", (guint32)MIN(report->names, G_MAXUINT32));
    g_variant_dict_insert(&entry, "malformed", "u", (guint32)MIN(report->malformed, G_MAXUINT32));
    g_variant_dict_insert(&entry, "first-malformed", "u", report->first_malformed);
    g_variant_dict_insert(&entry, "failure", "s", file->failure);
    g_variant_builder_add_value(list, g_variant_dict_end(&entry));
}

GVariant *report_name_lists(const GPtrArray *files)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < files->len; i++)
        add_file(&list, g_ptr_array_index(files, i));
    return g_variant_builder_end(&list);
}
