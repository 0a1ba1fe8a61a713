/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A resolver as the clients see it: the facts of one entry of ListResolvers, read once and kept
 * unchanged. A new list brings new objects; nobody has to watch one for changes.
 */
#include "resolver_item.h"

struct _SottoResolver {
    GObject parent_instance;
    char *id, *name, *operator_name, *country, *description, *failure, *source, *key_changed,
        *relay, *relay_choice;
    char **protocols;
    SottoResolverFlags flags;
    gint64 latency_us;
};

G_DEFINE_FINAL_TYPE(SottoResolver, sotto_resolver, G_TYPE_OBJECT)

static void sotto_resolver_finalize(GObject *object)
{
    SottoResolver *self = SOTTO_RESOLVER(object);

    g_free(self->id);
    g_free(self->name);
    g_free(self->operator_name);
    g_free(self->country);
    g_free(self->description);
    g_free(self->failure);
    g_free(self->source);
    g_free(self->key_changed);
    g_free(self->relay);
    g_free(self->relay_choice);
    g_strfreev(self->protocols);
    G_OBJECT_CLASS(sotto_resolver_parent_class)->finalize(object);
}

static void sotto_resolver_class_init(SottoResolverClass *class)
{
    G_OBJECT_CLASS(class)->finalize = sotto_resolver_finalize;
}

static void sotto_resolver_init(SottoResolver *self)
{
}

static const struct {
    const char *key;
    size_t offset; /* of a char * */
} text_keys[] = {
    {"id", G_STRUCT_OFFSET(SottoResolver, id)},
    {"name", G_STRUCT_OFFSET(SottoResolver, name)},
    {"operator", G_STRUCT_OFFSET(SottoResolver, operator_name)},
    {"country", G_STRUCT_OFFSET(SottoResolver, country)},
    {"description", G_STRUCT_OFFSET(SottoResolver, description)},
    {"failure", G_STRUCT_OFFSET(SottoResolver, failure)},
    {"source", G_STRUCT_OFFSET(SottoResolver, source)},
    {"key-changed", G_STRUCT_OFFSET(SottoResolver, key_changed)},
    {"relay", G_STRUCT_OFFSET(SottoResolver, relay)},
    {"relay-choice", G_STRUCT_OFFSET(SottoResolver, relay_choice)},
};

static const struct {
    const char *key;
    SottoResolverFlags flag;
} flag_keys[] = {
    {"dnssec", SOTTO_RESOLVER_DNSSEC},
    {"nolog", SOTTO_RESOLVER_NOLOG},
    {"malware", SOTTO_RESOLVER_BLOCKS_MALWARE},
    {"ads", SOTTO_RESOLVER_BLOCKS_ADS},
    {"adult", SOTTO_RESOLVER_BLOCKS_ADULT},
    {"favourite", SOTTO_RESOLVER_FAVOURITE},
    {"own", SOTTO_RESOLVER_OWN},
    {"filters", SOTTO_RESOLVER_FILTERS},
};

static char **text_at(SottoResolver *self, size_t index)
{
    return G_STRUCT_MEMBER_P(self, text_keys[index].offset);
}

static void read_text(SottoResolver *self, const char *key, GVariant *value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(text_keys); i++) {
        if (g_str_equal(text_keys[i].key, key)) {
            g_free(*text_at(self, i));
            *text_at(self, i) = g_variant_dup_string(value, NULL);
        }
    }
}

static void read_flag(SottoResolver *self, const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(flag_keys); i++)
        if (g_str_equal(flag_keys[i].key, key))
            self->flags |= flag_keys[i].flag;
}

/* Keys that are not known, or of another type than the contract says, are passed over. */
static void read_member(SottoResolver *self, const char *key, GVariant *value)
{
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING)) {
        read_text(self, key, value);
    } else if (g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN)) {
        if (g_variant_get_boolean(value))
            read_flag(self, key);
    } else if (g_str_equal(key, "latency") && g_variant_is_of_type(value, G_VARIANT_TYPE_INT64)) {
        self->latency_us = g_variant_get_int64(value);
    } else if (g_str_equal(key, "protocols") &&
               g_variant_is_of_type(value, G_VARIANT_TYPE_STRING_ARRAY)) {
        g_strfreev(self->protocols);
        self->protocols = g_variant_dup_strv(value, NULL);
    }
}

/* Once through the dictionary, not once for each key: a list may have a thousand of them. */
SottoResolver *sotto_resolver_parse(GVariant *dictionary)
{
    g_autoptr(SottoResolver) self = g_object_new(SOTTO_TYPE_RESOLVER, NULL);
    GVariantIter iter;
    const char *key;
    GVariant *value;

    g_variant_iter_init(&iter, dictionary);
    while (g_variant_iter_loop(&iter, "{&sv}", &key, &value))
        read_member(self, key, value);
    for (size_t i = 0; i < G_N_ELEMENTS(text_keys); i++)
        if (*text_at(self, i) == NULL)
            *text_at(self, i) = g_strdup("");
    if (self->id[0] == '\0')
        return NULL;
    if (self->name[0] == '\0') {
        g_free(self->name);
        self->name = g_strdup(self->id);
    }
    if (self->protocols == NULL)
        self->protocols = g_new0(char *, 1);
    return g_steal_pointer(&self);
}

const char *sotto_resolver_id(SottoResolver *self)
{
    return self->id;
}

const char *sotto_resolver_name(SottoResolver *self)
{
    return self->name;
}

const char *sotto_resolver_operator(SottoResolver *self)
{
    return self->operator_name;
}

const char *sotto_resolver_country(SottoResolver *self)
{
    return self->country;
}

const char *sotto_resolver_description(SottoResolver *self)
{
    return self->description;
}

const char *const *sotto_resolver_protocols(SottoResolver *self)
{
    return (const char *const *)self->protocols;
}

SottoResolverFlags sotto_resolver_flags(SottoResolver *self)
{
    return self->flags;
}

gint64 sotto_resolver_latency_us(SottoResolver *self)
{
    return self->latency_us;
}

const char *sotto_resolver_failure(SottoResolver *self)
{
    return self->failure;
}

const char *sotto_resolver_source(SottoResolver *self)
{
    return self->source;
}

const char *sotto_resolver_key_changed(SottoResolver *self)
{
    return self->key_changed;
}

const char *sotto_resolver_relay(SottoResolver *self)
{
    return self->relay;
}

const char *sotto_resolver_relay_choice(SottoResolver *self)
{
    return self->relay_choice;
}

void sotto_resolver_fill_store(GListStore *store, GVariant *list)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_object_unref);
    GVariantIter iter;
    GVariant *dictionary;

    g_variant_iter_init(&iter, list);
    while ((dictionary = g_variant_iter_next_value(&iter)) != NULL) {
        SottoResolver *resolver = sotto_resolver_parse(dictionary);
        if (resolver != NULL)
            g_ptr_array_add(items, resolver);
        g_variant_unref(dictionary);
    }
    g_list_store_splice(store, 0, g_list_model_get_n_items(G_LIST_MODEL(store)), items->pdata,
                        items->len);
}
