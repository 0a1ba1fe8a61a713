/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON for scripts, by json-glib. Which end the outermost bracket needs is kept with the builder.
 */
#include "document.h"

#define IS_ARRAY "sotto-is-array"

JsonBuilder *document_new(void)
{
    JsonBuilder *document = json_builder_new();

    return json_builder_begin_object(document);
}

JsonBuilder *document_new_array(void)
{
    JsonBuilder *document = json_builder_new();

    g_object_set_data(G_OBJECT(document), IS_ARRAY, GINT_TO_POINTER(TRUE));
    return json_builder_begin_array(document);
}

void document_add_string(JsonBuilder *document, const char *key, const char *value)
{
    json_builder_set_member_name(document, key);
    json_builder_add_string_value(document, value);
}

void document_add_number(JsonBuilder *document, const char *key, gint64 value)
{
    json_builder_set_member_name(document, key);
    json_builder_add_int_value(document, value);
}

void document_add_flag(JsonBuilder *document, const char *key, gboolean value)
{
    json_builder_set_member_name(document, key);
    json_builder_add_boolean_value(document, value);
}

static void print_root(JsonNode *root, DocumentForm form)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autofree char *text = NULL;

    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, form == DOCUMENT_READABLE);
    text = json_generator_to_data(generator, NULL);
    g_print("%s\n", text);
}

void document_print_variant(GVariant *value)
{
    g_autoptr(JsonNode) root = json_gvariant_serialize(value);

    print_root(root, DOCUMENT_READABLE);
}

void document_print(JsonBuilder *document, DocumentForm form)
{
    g_autoptr(JsonNode) root = NULL;

    if (g_object_get_data(G_OBJECT(document), IS_ARRAY) != NULL)
        json_builder_end_array(document);
    else
        json_builder_end_object(document);
    root = json_builder_get_root(document);
    print_root(root, form);
}
