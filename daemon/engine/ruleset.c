/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The user's rules as the engine sees them. Where they come from is config's matter (rule_list.h,
 * rule_loader.h).
 *
 * Each list keeps its own sets: a list that did not change need not be read again, one that cannot
 * be read leaves the others alone, and every rule can be named by list and line. A list more costs
 * a query some nanoseconds (name_set.c).
 */
#include "ruleset.h"

RuleList *rule_list_new(const char *label)
{
    RuleList *list = g_new0(RuleList, 1);

    g_atomic_ref_count_init(&list->references);
    list->label = g_strdup(label);
    return list;
}

RuleList *rule_list_ref(RuleList *list)
{
    g_atomic_ref_count_inc(&list->references);
    return list;
}

void rule_list_unref(RuleList *list)
{
    if (!list || !g_atomic_ref_count_dec(&list->references))
        return;
    name_set_free(list->block);
    name_set_free(list->allow);
    g_free(list->label);
    g_free(list);
}

Ruleset *ruleset_new(void)
{
    Ruleset *rules = g_new0(Ruleset, 1);

    rules->references = 1;
    rules->lists = g_ptr_array_new_with_free_func((GDestroyNotify)rule_list_unref);
    return rules;
}

Ruleset *ruleset_with_own(Ruleset *rules, OwnNames *own)
{
    Ruleset *derived = g_new0(Ruleset, 1);

    *derived = *rules;
    derived->references = 1;
    derived->lists = g_ptr_array_ref(rules->lists);
    derived->own = own ? own_names_ref(own) : NULL;
    derived->base = ruleset_ref(rules);
    return derived;
}

Ruleset *ruleset_ref(Ruleset *rules)
{
    rules->references++;
    return rules;
}

void ruleset_unref(Ruleset *rules)
{
    if (!rules || --rules->references > 0)
        return;
    g_ptr_array_unref(rules->lists);
    own_names_unref(rules->own);
    if (!rules->base) {
        cloaks_free(rules->cloaks);
        name_set_free(rules->local);
    }
    ruleset_unref(rules->base);
    g_free(rules);
}

bool ruleset_match(const Ruleset *rules, const NameKey *key, RuleMatch *match)
{
    bool found = false;

    for (unsigned i = 0; i < rules->lists->len; i++) {
        const RuleList *list = g_ptr_array_index(rules->lists, i);
        NameMatch name;

        if (name_set_find(list->allow, key, &name)) {
            *match = (RuleMatch){.list = list, .name = name, .allows = true};
            return true;
        }
        if (!found && name_set_find(list->block, key, &name)) {
            *match = (RuleMatch){.list = list, .name = name};
            found = true;
        }
    }
    return found;
}

const char *rule_format(const char *label, uint32_t line, char text[RULE_MAX_TEXT])
{
    if (line > 0)
        g_snprintf(text, RULE_MAX_TEXT, "%s line %u", label, line);
    else
        g_strlcpy(text, label, RULE_MAX_TEXT);
    return text;
}
