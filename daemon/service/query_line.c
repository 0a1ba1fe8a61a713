/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line of the query log. A hundred thousand of them are kept, so that texts which many share
 * (resolvers, rules) are shared, and the name stays in its wire form until somebody reads it.
 *
 * The longest name is 1,009 characters in text form, each of which JSON may double; with the rule
 * cut short the line stays below the 4,096 bytes that a pipe takes whole.
 */
#include "query_line.h"

#include "words.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define RULE_MAX     256 /* bytes shown; JSON makes up to six of each */
#define RESOLVER_MAX 64

/* (transfer full); NULL for none */
static char *shared_text(const char *text, size_t limit)
{
    if (text == NULL || *text == '\0')
        return NULL;
    g_autofree char *part = g_utf8_make_valid(text, (gssize)strnlen(text, limit));
    return g_ref_string_new_intern(part);
}

QueryLine *query_line_new(const QueryRecord *record, int64_t now_us)
{
    QueryLine *line = g_malloc(sizeof(QueryLine) + record->name->length);
    *line = (QueryLine){
        .arrived_us = now_us,
        .time_s = record->time_s,
        .latency_us = record->latency_us,
        .resolver =
            shared_text(record->resolver != NULL ? record->resolver->name : NULL, RESOLVER_MAX),
        .rule = shared_text(record->rule, RULE_MAX),
        .source = record->source,
        .protocol = record->endpoint != NULL ? (int)record->endpoint->kind : -1,
        .type = record->type,
        .rcode = (uint16_t)record->rcode,
        .name_length = record->name->length,
    };
    memcpy(line->name, record->name->wire, record->name->length);
    return line;
}

void query_line_free(QueryLine *line)
{
    if (line == NULL)
        return;
    g_clear_pointer(&line->resolver, g_ref_string_release);
    g_clear_pointer(&line->rule, g_ref_string_release);
    g_free(line);
}

static void add_text(JsonBuilder *builder, const char *key, const char *text)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_string_value(builder, text != NULL ? text : "");
}

static void add_number(JsonBuilder *builder, const char *key, int64_t number)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_int_value(builder, number);
}

/* Ends the object that was begun, and appends it. */
static void append(JsonBuilder *builder, GString *text)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    json_generator_set_root(generator, root);
    json_generator_to_gstring(generator, text);
    g_string_append_c(text, '\n');
}

void query_line_format(const QueryLine *line, GString *text)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    char name_text[NAME_MAX_TEXT], word[WORD_MAX];
    Name name = {.length = line->name_length};
    memcpy(name.wire, line->name, line->name_length);
    json_builder_begin_object(builder);
    add_number(builder, "time", line->time_s);
    add_text(builder, "name", name_format(&name, name_text));
    add_text(builder, "type", rrtype_format(line->type, word));
    add_text(builder, "source", record_source_name(line->source));
    add_text(builder, "rcode", rcode_format(line->rcode, word));
    add_text(builder, "resolver", line->resolver);
    add_text(builder, "protocol",
             line->protocol >= 0 ? endpoint_kind_name((EndpointKind)line->protocol) : "");
    add_number(builder, "latency", line->latency_us);
    add_text(builder, "rule", line->rule);
    append(builder, text);
}

void query_line_lost(GString *text, uint64_t count)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    add_number(builder, "lost", (int64_t)count);
    append(builder, text);
}
