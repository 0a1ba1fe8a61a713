/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of resolvers in the words of the bus contract (data/dbus): asked for by clients, never
 * sent by itself.
 */
#include "reports.h"

static void insert_text(GVariantDict *entry, const char *key, const char *text)
{
    g_variant_dict_insert(entry, key, "s", text != NULL ? text : "");
}

static GVariant *protocols_of(const Resolver *resolver)
{
    GVariantBuilder names;
    unsigned seen = 0;
    g_variant_builder_init(&names, G_VARIANT_TYPE_STRING_ARRAY);
    for (size_t i = 0; i < resolver->endpoint_count; i++) {
        const Endpoint *endpoint = resolver->endpoints[i];
        EndpointKind kind = endpoint->kind;
        bool anonymized = kind == ENDPOINT_DNSCRYPT && endpoint->relay != NULL;
        if (seen & 1u << kind)
            continue;
        seen |= 1u << kind;
        g_variant_builder_add(&names, "s", anonymized ? "relay" : endpoint_kind_name(kind));
    }
    return g_variant_builder_end(&names);
}

static void insert_health(GVariantDict *entry, const Engine *engine, const char *id)
{
    ResolverHealth health = {.last_failure = STATUS_OK};
    bool known = engine_resolver_health(engine, id, &health);
    g_variant_dict_insert(entry, "latency", "x", known ? health.latency_us : INT64_C(0));
    insert_text(entry, "failure",
                known && health.last_failure != STATUS_OK ? status_sentence(health.last_failure)
                                                          : "");
}

static void insert_origin(GVariantDict *entry, const Settings *settings, const Resolver *resolver)
{
    bool own = g_hash_table_contains(settings->own, resolver->id);
    g_variant_dict_insert(entry, "own", "b", own);
    insert_text(entry, "source",
                own                        ? "own"
                : resolver->source != NULL ? resolver->source
                                           : "built-in");
    insert_text(entry, "key-changed", resolver->key_changed);
}

static GVariant *describe(const InspectionSources *sources, const Settings *settings,
                          Resolver *resolver)
{
    GVariantDict entry;
    g_autoptr(Resolver) reached = relays_reach(settings->relays, resolver, NULL);
    const Resolver *shown = reached != NULL ? reached : resolver;
    g_variant_dict_init(&entry, NULL);
    insert_text(&entry, "id", resolver->id);
    insert_text(&entry, "name", resolver->name);
    insert_text(&entry, "operator", resolver->operator_name);
    insert_text(&entry, "country", resolver->country);
    insert_text(&entry, "description", resolver->description);
    g_variant_dict_insert_value(&entry, "protocols", protocols_of(shown));
    insert_text(&entry, "relay", shown->via);
    g_variant_dict_insert(&entry, "dnssec", "b", resolver->dnssec);
    g_variant_dict_insert(&entry, "nolog", "b", resolver->no_log);
    g_variant_dict_insert(&entry, "malware", "b", resolver->blocks_malware);
    g_variant_dict_insert(&entry, "ads", "b", resolver->blocks_ads);
    g_variant_dict_insert(&entry, "adult", "b", resolver->blocks_adult);
    g_variant_dict_insert(&entry, "filters", "b", resolver->filters);
    g_variant_dict_insert(&entry, "favourite", "b",
                          g_strv_contains((const char *const *)settings->favourites, resolver->id));
    insert_origin(&entry, settings, resolver);
    insert_health(&entry, sources->engine, resolver->id);
    return g_variant_dict_end(&entry);
}

GVariant *report_resolvers(const InspectionSources *sources)
{
    const Settings *settings = protection_settings(sources->protection);
    const GPtrArray *const all[] = {settings->catalogue, settings->added};
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        for (guint j = 0; j < all[i]->len; j++)
            g_variant_builder_add_value(&list,
                                        describe(sources, settings, g_ptr_array_index(all[i], j)));
    return g_variant_builder_end(&list);
}
