/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A resolver as the clients see it: the facts of one entry of ListResolvers, read once and kept
 * unchanged. A new list brings new objects; nobody has to watch one for changes.
 */
#include "resolver_item.h"

struct _SottoResolver {
    GObject parent_instance;
    char *id, *name, *operator_name, *country, *description, *failure, *source, *key_changed;
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

static char *lookup_string(GVariant *dictionary, const char *key)
{
    char *value = NULL;

    return g_variant_lookup(dictionary, key, "s", &value) ? value : g_strdup("");
}

static SottoResolverFlags lookup_flags(GVariant *dictionary)
{
    static const struct {
        const char *key;
        SottoResolverFlags flag;
    } keys[] = {
        {"dnssec", SOTTO_RESOLVER_DNSSEC},
        {"nolog", SOTTO_RESOLVER_NOLOG},
        {"malware", SOTTO_RESOLVER_BLOCKS_MALWARE},
        {"ads", SOTTO_RESOLVER_BLOCKS_ADS},
        {"adult", SOTTO_RESOLVER_BLOCKS_ADULT},
        {"favourite", SOTTO_RESOLVER_FAVOURITE},
        {"own", SOTTO_RESOLVER_OWN},
        {"filters", SOTTO_RESOLVER_FILTERS},
    };
    SottoResolverFlags flags = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        gboolean set = FALSE;
        if (g_variant_lookup(dictionary, keys[i].key, "b", &set) && set)
            flags |= keys[i].flag;
    }
    return flags;
}

SottoResolver *sotto_resolver_parse(GVariant *dictionary)
{
    g_autofree char *id = lookup_string(dictionary, "id");
    SottoResolver *self;

    if (id[0] == '\0')
        return NULL;
    self = g_object_new(SOTTO_TYPE_RESOLVER, NULL);
    self->id = g_steal_pointer(&id);
    self->name = lookup_string(dictionary, "name");
    if (self->name[0] == '\0') {
        g_free(self->name);
        self->name = g_strdup(self->id);
    }
    self->operator_name = lookup_string(dictionary, "operator");
    self->country = lookup_string(dictionary, "country");
    self->description = lookup_string(dictionary, "description");
    self->failure = lookup_string(dictionary, "failure");
    self->source = lookup_string(dictionary, "source");
    self->key_changed = lookup_string(dictionary, "key-changed");
    if (!g_variant_lookup(dictionary, "protocols", "^as", &self->protocols))
        self->protocols = g_new0(char *, 1);
    self->flags = lookup_flags(dictionary);
    g_variant_lookup(dictionary, "latency", "x", &self->latency_us);
    return self;
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
