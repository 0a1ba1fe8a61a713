/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rule about names as the clients see it: one entry of ListRules, read once and kept unchanged.
 * A new list brings new objects; nobody has to watch one for changes.
 */
#include "rule_item.h"

#include "dictionary.h"

#define EXACT '=' /* before a name that is meant without what is below it */

struct _SottoRule {
    GObject parent_instance;
    SottoRuleKind kind;
    char *name, *target, *added_by;
    gboolean own;
    gint64 added_at_s;
};

G_DEFINE_FINAL_TYPE(SottoRule, sotto_rule, G_TYPE_OBJECT)

static const char *const kind_words[] = {
    [SOTTO_RULE_BLOCK] = "block",     [SOTTO_RULE_ALLOW] = "allow",
    [SOTTO_RULE_NETWORK] = "network", [SOTTO_RULE_FORWARD] = "forward",
    [SOTTO_RULE_CLOAK] = "cloak",     [SOTTO_RULE_LOCAL] = "local",
};

const char *sotto_rule_kind_word(SottoRuleKind kind)
{
    return kind_words[kind];
}

gboolean sotto_rule_kind_parse(const char *word, SottoRuleKind *kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kind_words); i++) {
        if (g_strcmp0(word, kind_words[i]) != 0)
            continue;
        *kind = (SottoRuleKind)i;
        return TRUE;
    }
    return FALSE;
}

static void sotto_rule_finalize(GObject *object)
{
    SottoRule *self = SOTTO_RULE(object);

    g_free(self->name);
    g_free(self->target);
    g_free(self->added_by);
    G_OBJECT_CLASS(sotto_rule_parent_class)->finalize(object);
}

static void sotto_rule_class_init(SottoRuleClass *class)
{
    G_OBJECT_CLASS(class)->finalize = sotto_rule_finalize;
}

static void sotto_rule_init(SottoRule *self)
{
}

SottoRule *sotto_rule_parse(GVariant *dictionary)
{
    g_autoptr(SottoRule) self = g_object_new(SOTTO_TYPE_RULE, NULL);
    g_autofree char *kind = sotto_dictionary_string(dictionary, "kind");

    self->name = sotto_dictionary_string(dictionary, "name");
    if (sotto_rule_bare_name(self)[0] == '\0' || !sotto_rule_kind_parse(kind, &self->kind))
        return NULL;
    self->target = sotto_dictionary_string(dictionary, "target");
    self->added_by = sotto_dictionary_string(dictionary, "added-by");
    g_variant_lookup(dictionary, "own", "b", &self->own);
    g_variant_lookup(dictionary, "added-at", "x", &self->added_at_s);
    return g_steal_pointer(&self);
}

SottoRuleKind sotto_rule_kind(SottoRule *self)
{
    return self->kind;
}

const char *sotto_rule_name(SottoRule *self)
{
    return self->name;
}

gboolean sotto_rule_is_exact(SottoRule *self)
{
    return self->name[0] == EXACT;
}

const char *sotto_rule_bare_name(SottoRule *self)
{
    return sotto_rule_is_exact(self) ? self->name + 1 : self->name;
}

const char *sotto_rule_target(SottoRule *self)
{
    return self->target;
}

gboolean sotto_rule_is_own(SottoRule *self)
{
    return self->own;
}

const char *sotto_rule_added_by(SottoRule *self)
{
    return self->added_by;
}

gint64 sotto_rule_added_at_s(SottoRule *self)
{
    return self->added_at_s;
}

GPtrArray *sotto_rules_parse(GVariant *list)
{
    GPtrArray *rules = g_ptr_array_new_with_free_func(g_object_unref);

    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) dictionary = g_variant_get_child_value(list, i);
        SottoRule *rule = sotto_rule_parse(dictionary);

        if (rule != NULL)
            g_ptr_array_add(rules, rule);
    }
    return rules;
}
