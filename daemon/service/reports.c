/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of resolvers in the words of the bus contract (data/dbus): asked for by clients, never
 * sent by itself.
 *
 * With the public lists that is a thousand dictionaries, 70 ms of work for GVariant and GDBus, in
 * which no query would be answered. So the main thread only takes down what changes and holds on to
 * what does not, and a thread of its own writes the answer.
 */
#include "reports.h"

#include "endpoint_report.h"
#include "favourites.h"

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

/* One resolver at this moment. What a Resolver says of itself stays as it is once it is shared, but
 * for a changed key that the user takes note of. */
typedef struct Row {
    Resolver *resolver;
    Resolver *reached; /* as it is reached through relays; NULL: directly */
    char *key_changed, *relay_choice;
    int64_t latency_us;
    char *failure; /* a sentence, or "" */
    bool favourite, own;
} Row;

typedef struct Listing {
    GArray *rows;
    GDBusMethodInvocation *invocation;
} Listing;

static void row_clear(gpointer data)
{
    Row *row = data;
    resolver_unref(row->resolver);
    resolver_unref(row->reached);
    g_free(row->key_changed);
    g_free(row->relay_choice);
    g_free(row->failure);
}

/* One that cannot be reached as it is to be is not asked at all. */
static const char *why_not(const ResolverHealth *health, const GError *unreached)
{
    if (unreached != NULL)
        return unreached->message;
    return health->last_failure != STATUS_OK ? status_sentence(health->last_failure) : "";
}

static void row_init(Row *row, const InspectionSources *sources, const GPtrArray *favourites,
                     Resolver *resolver)
{
    const Settings *settings = protection_settings(sources->protection);
    g_autoptr(GError) unreached = NULL;
    ResolverHealth health = {.last_failure = STATUS_OK};
    bool known = engine_resolver_health(sources->engine, resolver->id, &health);
    *row = (Row){
        .resolver = resolver_ref(resolver),
        .reached = relays_reach(settings->relays, resolver, &unreached),
        .key_changed = g_strdup(resolver->key_changed),
        .relay_choice = g_strdup(relays_decision(settings->relays, resolver->id)),
        .latency_us = known ? health.latency_us : 0,
        .favourite = g_ptr_array_find((GPtrArray *)favourites, resolver, NULL),
        .own = g_hash_table_contains(settings->own, resolver->id),
    };
    row->failure = g_strdup(why_not(&health, unreached));
}

/* --- in a thread --- */

static void insert_promises(GVariantDict *entry, const Resolver *resolver)
{
    g_variant_dict_insert(entry, "dnssec", "b", resolver->dnssec);
    g_variant_dict_insert(entry, "nolog", "b", resolver->no_log);
    g_variant_dict_insert(entry, "malware", "b", resolver->blocks_malware);
    g_variant_dict_insert(entry, "ads", "b", resolver->blocks_ads);
    g_variant_dict_insert(entry, "adult", "b", resolver->blocks_adult);
    g_variant_dict_insert(entry, "filters", "b", resolver->filters);
}

static const char *source_of(const Row *row)
{
    if (row->own)
        return "own";
    return row->resolver->source != NULL ? row->resolver->source : "built-in";
}

static void describe(const Row *row, GVariantDict *entry)
{
    const Resolver *resolver = row->resolver;
    const Resolver *shown = row->reached != NULL ? row->reached : resolver;
    g_variant_dict_init(entry, NULL);
    insert_text(entry, "id", resolver->id);
    insert_text(entry, "name", resolver->name);
    insert_text(entry, "operator", resolver->operator_name);
    insert_text(entry, "country", resolver->country);
    insert_text(entry, "description", resolver->description);
    g_variant_dict_insert_value(entry, "protocols", protocols_of(shown));
    insert_text(entry, "relay", shown->via);
    insert_text(entry, "relay-choice", row->relay_choice);
    insert_promises(entry, resolver);
    g_variant_dict_insert(entry, "favourite", "b", row->favourite);
    g_variant_dict_insert(entry, "own", "b", row->own);
    insert_text(entry, "source", source_of(row));
    insert_text(entry, "key-changed", row->key_changed);
    g_variant_dict_insert(entry, "latency", "x", row->latency_us);
    insert_text(entry, "failure", row->failure);
}

static void answer(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Listing *listing = data;
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < listing->rows->len; i++) {
        GVariantDict entry;
        describe(&g_array_index(listing->rows, Row, i), &entry);
        g_variant_builder_add_value(&list, g_variant_dict_end(&entry));
    }
    g_dbus_method_invocation_return_value(listing->invocation, g_variant_new("(aa{sv})", &list));
    g_task_return_boolean(task, TRUE);
}

/* --- */

/* References are counted on the main thread alone. */
static void on_answered(GObject *object, GAsyncResult *result, gpointer data)
{
    Listing *listing = data;
    g_array_unref(listing->rows);
    g_free(listing);
}

void report_resolvers(const InspectionSources *sources, GDBusMethodInvocation *invocation)
{
    const Settings *settings = protection_settings(sources->protection);
    const GPtrArray *const all[] = {settings->catalogue, settings->added};
    g_autoptr(GPtrArray) favourites = favourites_list(settings);
    Listing *listing = g_new0(Listing, 1);
    listing->invocation = invocation;
    listing->rows = g_array_sized_new(FALSE, FALSE, sizeof(Row), all[0]->len + all[1]->len);
    g_array_set_clear_func(listing->rows, row_clear);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        for (guint j = 0; j < all[i]->len; j++) {
            Row row;
            row_init(&row, sources, favourites, g_ptr_array_index(all[i], j));
            g_array_append_val(listing->rows, row);
        }
    }
    g_autoptr(GTask) task = g_task_new(NULL, NULL, on_answered, listing);
    g_task_set_task_data(task, listing, NULL);
    g_task_run_in_thread(task, answer);
}

GVariant *report_resolver(const InspectionSources *sources, Resolver *resolver)
{
    const Settings *settings = protection_settings(sources->protection);
    g_autoptr(GPtrArray) favourites = favourites_list(settings);
    GVariantDict entry;
    Row row;
    row_init(&row, sources, favourites, resolver);
    describe(&row, &entry);
    g_variant_dict_insert_value(
        &entry, "endpoints",
        report_endpoints(settings->relays, row.reached != NULL ? row.reached : resolver));
    row_clear(&row);
    return g_variant_dict_end(&entry);
}
