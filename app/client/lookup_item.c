/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hundred thousand of them are held, and a computer asks for the same few names again and again:
 * texts are shared. A line comes from the helper, which escapes names; what it may not be is taken
 * for a line of garbage, never for a lookup with parts missing.
 */
#include "lookup_item.h"

#include <json-glib/json-glib.h>

static const char *const kind_words[] = {
    [SOTTO_LOOKUP_BLOCKED] = "rule",    [SOTTO_LOOKUP_CLOAKED] = "cloak",
    [SOTTO_LOOKUP_SPECIAL] = "special", [SOTTO_LOOKUP_CACHED] = "cache",
    [SOTTO_LOOKUP_STALE] = "stale",     [SOTTO_LOOKUP_RESOLVED] = "resolver",
    [SOTTO_LOOKUP_ROUTED] = "route",    [SOTTO_LOOKUP_FAILED] = "failed",
    [SOTTO_LOOKUP_REFUSED] = "limit",   [SOTTO_LOOKUP_OTHER] = "other",
    [SOTTO_LOOKUP_LOST] = "lost",       [SOTTO_LOOKUP_GARBLED] = "garbled",
};

const char *sotto_lookup_kind_word(SottoLookupKind kind)
{
    return kind_words[kind];
}

static SottoLookupKind parse_kind(const char *word)
{
    for (guint i = 0; i < SOTTO_LOOKUP_OTHER; i++)
        if (g_str_equal(kind_words[i], word))
            return (SottoLookupKind)i;
    /* asked together with an equal question of somebody else's, and answered by its answer */
    return g_str_equal(word, "coalesced") ? SOTTO_LOOKUP_RESOLVED : SOTTO_LOOKUP_OTHER;
}

/* json-glib's own getters complain on stderr about a value of another kind. */
static JsonNode *value_member(JsonObject *object, const char *key)
{
    JsonNode *node = json_object_get_member(object, key);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) ? node : NULL;
}

static const char *text_member(JsonObject *object, const char *key)
{
    JsonNode *node = value_member(object, key);
    const char *text = node != NULL ? json_node_get_string(node) : NULL;

    return text != NULL ? text : ""; /* NULL: a number, where a text should be */
}

static gint64 number_member(JsonObject *object, const char *key)
{
    JsonNode *node = value_member(object, key);

    return node != NULL ? json_node_get_int(node) : 0;
}

static char *shared(JsonObject *object, const char *key)
{
    return g_ref_string_new_intern(text_member(object, key));
}

static gboolean parse_gap(JsonObject *object, SottoLookup *lookup)
{
    gint64 count = number_member(object, "lost");

    if (count <= 0)
        return FALSE;
    sotto_lookup_init_gap(lookup, SOTTO_LOOKUP_LOST, (guint64)count);
    return TRUE;
}

static gboolean parse_object(JsonObject *object, SottoLookup *lookup)
{
    gint64 latency_us;

    if (json_object_has_member(object, "lost"))
        return parse_gap(object, lookup);
    if (text_member(object, "name")[0] == '\0')
        return FALSE;
    latency_us = number_member(object, "latency");
    *lookup = (SottoLookup){
        .time_s = number_member(object, "time"),
        .latency_us = (guint32)CLAMP(latency_us, 0, G_MAXUINT32),
        .kind = parse_kind(text_member(object, "source")),
        .name = shared(object, "name"),
        .type = shared(object, "type"),
        .rcode = shared(object, "rcode"),
        .resolver = shared(object, "resolver"),
        .protocol = shared(object, "protocol"),
        .rule = shared(object, "rule"),
    };
    return TRUE;
}

gboolean sotto_lookup_parse(const char *line, SottoLookup *lookup)
{
    g_autoptr(JsonNode) root = json_from_string(line, NULL);

    return root != NULL && JSON_NODE_HOLDS_OBJECT(root) &&
           parse_object(json_node_get_object(root), lookup);
}

void sotto_lookup_init_gap(SottoLookup *lookup, SottoLookupKind kind, guint64 count)
{
    *lookup = (SottoLookup){.kind = kind, .count = count};
    lookup->name = g_ref_string_new_intern("");
    lookup->type = g_ref_string_acquire(lookup->name);
    lookup->rcode = g_ref_string_acquire(lookup->name);
    lookup->resolver = g_ref_string_acquire(lookup->name);
    lookup->protocol = g_ref_string_acquire(lookup->name);
    lookup->rule = g_ref_string_acquire(lookup->name);
}

void sotto_lookup_copy(const SottoLookup *lookup, SottoLookup *copy)
{
    *copy = *lookup;
    g_ref_string_acquire(copy->name);
    g_ref_string_acquire(copy->type);
    g_ref_string_acquire(copy->rcode);
    g_ref_string_acquire(copy->resolver);
    g_ref_string_acquire(copy->protocol);
    g_ref_string_acquire(copy->rule);
}

void sotto_lookup_clear(SottoLookup *lookup)
{
    g_clear_pointer(&lookup->name, g_ref_string_release);
    g_clear_pointer(&lookup->type, g_ref_string_release);
    g_clear_pointer(&lookup->rcode, g_ref_string_release);
    g_clear_pointer(&lookup->resolver, g_ref_string_release);
    g_clear_pointer(&lookup->protocol, g_ref_string_release);
    g_clear_pointer(&lookup->rule, g_ref_string_release);
}

gboolean sotto_lookup_is_gap(const SottoLookup *lookup)
{
    return lookup->kind == SOTTO_LOOKUP_LOST || lookup->kind == SOTTO_LOOKUP_GARBLED;
}
