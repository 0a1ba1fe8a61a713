/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Explanations in the words of the bus contract. Names come as people write them, so also with
 * letters beyond ASCII and with the dot at the end.
 */
#include "explanation.h"

#include "explain.h"
#include "rule_line.h"
#include "words.h"

static gboolean read_question(const char *name_text, const char *type_text, Name *name,
                              uint16_t *type, GError **error)
{
    const char *sentence = NULL;

    *type = RRTYPE_A;
    if (name_parse(name_text, name) != STATUS_OK && !rule_name_parse(name_text, name))
        sentence = "That is not a name.";
    else if (*type_text && rrtype_parse(type_text, type) != STATUS_OK)
        sentence = "That is not a type of record.";
    if (sentence == NULL)
        return TRUE;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, sentence);
    return FALSE;
}

static GVariant *describe_steps(const GPtrArray *steps)
{
    GVariantBuilder list;

    g_variant_builder_init(&list, G_VARIANT_TYPE_STRING_ARRAY);
    for (guint i = 0; i < steps->len; i++)
        g_variant_builder_add(&list, "s", g_ptr_array_index(steps, i));
    return g_variant_builder_end(&list);
}

GVariant *explanation_report(Engine *engine, const char *name_text, const char *type_text,
                             GError **error)
{
    char plain[NAME_MAX_TEXT], word[WORD_MAX];
    Explanation explanation;
    GVariantDict entry;
    uint16_t type;
    Name name;

    if (!read_question(name_text, type_text, &name, &type, error))
        return NULL;
    engine_explain(engine, &name, type, &explanation);
    g_variant_dict_init(&entry, NULL);
    g_variant_dict_insert(&entry, "name", "s", name_format(&name, plain));
    g_variant_dict_insert(&entry, "type", "s", rrtype_format(type, word));
    g_variant_dict_insert(&entry, "source", "s", explanation_source_name(explanation.source));
    g_variant_dict_insert(&entry, "summary", "s", explanation.summary);
    g_variant_dict_insert(&entry, "rule", "s", explanation.rule);
    g_variant_dict_insert(&entry, "answer", "s", explanation.answer);
    g_variant_dict_insert(&entry, "ttl", "u", explanation.ttl_s);
    g_variant_dict_insert(&entry, "resolver", "s", explanation.resolver);
    g_variant_dict_insert(&entry, "endpoint", "s", explanation.endpoint);
    g_variant_dict_insert(&entry, "protocol", "s", explanation.protocol);
    g_variant_dict_insert_value(&entry, "steps", describe_steps(explanation.steps));
    explanation_clear(&explanation);
    return g_variant_dict_end(&entry);
}
