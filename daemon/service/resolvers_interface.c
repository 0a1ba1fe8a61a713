/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The third interface of the helper's object: where resolvers come from.
 *
 * Here protection and the lists meet, which know nothing of each other: while protection is on,
 * lists may be fetched through its plan, and entries that are new or different go to its settings.
 */
#include "resolvers_interface.h"

#include "call.h"
#include "discovery.h"
#include "helper-bus.h"

#include <string.h>

#define MAX_SPEC   2048 /* a message may be 32 MB long */
#define DNS_PORT   53
#define ADDING_MAX 4 /* at once: each takes sockets, of which lookups must not run out */

struct ResolversInterface {
    const InspectionSources *sources;
    Face face;
    BusSotto1Resolvers *skeleton; /* the face's */
    List adding;                  /* Addition */
    unsigned adding_count;
};

/* A resolver that was given by its address alone, and must say first how it is reached. */
typedef struct Addition {
    ListNode node;
    ResolversInterface *resolvers;
    Call *call;
    Discovery *discovery;
} Addition;

/* --- what is there --- */

static const char *text(const char *may_be_null)
{
    return may_be_null != NULL ? may_be_null : "";
}

static const char *why_not(const Sources *lists, const Source *source)
{
    if (source->failure != NULL)
        return source->failure;
    return source_waits(lists, source)
               ? "It is not fetched by itself on this network, where traffic may cost."
               : "";
}

static GVariant *describe_source(const Sources *lists, const Source *source)
{
    GVariantDict entry;
    g_variant_dict_init(&entry, NULL);
    g_variant_dict_insert(&entry, "name", "s", source->spec->name);
    g_variant_dict_insert(&entry, "url", "s", source->spec->urls[0]);
    g_variant_dict_insert(&entry, "kind", "s", list_kind_words[source->spec->kind]);
    g_variant_dict_insert(&entry, "entries", "u",
                          source->copy != NULL ? source->copy->list->entries->len : 0);
    g_variant_dict_insert(&entry, "signed-at", "x",
                          source->copy != NULL ? source->copy->signed_at_s : INT64_C(0));
    g_variant_dict_insert(&entry, "checked-at", "x", source->checked_at_s);
    g_variant_dict_insert(&entry, "failure", "s", why_not(lists, source));
    return g_variant_dict_end(&entry);
}

static gboolean on_list_sources(BusSotto1Resolvers *skeleton, GDBusMethodInvocation *invocation,
                                ResolversInterface *resolvers)
{
    GPtrArray *lists = sources_lists(resolvers->sources->lists);
    GVariantBuilder all;
    sources_want(resolvers->sources->lists);
    g_variant_builder_init(&all, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < lists->len; i++)
        g_variant_builder_add_value(
            &all, describe_source(resolvers->sources->lists, g_ptr_array_index(lists, i)));
    bus_sotto1_resolvers_complete_list_sources(skeleton, invocation, g_variant_builder_end(&all));
    return TRUE;
}

static GVariant *describe_relay(const Relay *relay)
{
    GVariantDict entry;
    g_variant_dict_init(&entry, NULL);
    g_variant_dict_insert(&entry, "id", "s", relay->id);
    g_variant_dict_insert(&entry, "name", "s", relay->name);
    g_variant_dict_insert(&entry, "operator", "s", text(relay->operator_name));
    g_variant_dict_insert(&entry, "country", "s", text(relay->country));
    g_variant_dict_insert(&entry, "description", "s", text(relay->description));
    g_variant_dict_insert(&entry, "kind", "s", relay_kind_name(relay));
    g_variant_dict_insert(&entry, "source", "s", text(relay->source));
    return g_variant_dict_end(&entry);
}

static gboolean on_list_relays(BusSotto1Resolvers *skeleton, GDBusMethodInvocation *invocation,
                               ResolversInterface *resolvers)
{
    g_autoptr(GPtrArray) relays =
        relays_all(protection_settings(resolvers->sources->protection)->relays);
    GVariantBuilder all;
    g_variant_builder_init(&all, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < relays->len; i++)
        g_variant_builder_add_value(&all, describe_relay(g_ptr_array_index(relays, i)));
    sources_want(resolvers->sources->lists);
    bus_sotto1_resolvers_complete_list_relays(skeleton, invocation, g_variant_builder_end(&all));
    return TRUE;
}

/* --- what changes something --- */

static void on_refreshed(void *owner, const GError *error)
{
    Call *call = owner;
    if (error != NULL)
        call_fail(call, error);
    else
        call_return(call, NULL);
}

static void refresh_sources(void *owner, Call *call, const char *who)
{
    const ResolversInterface *resolvers = owner;
    sources_refresh(resolvers->sources->lists, on_refreshed, call);
}

static gboolean on_refresh_sources(BusSotto1Resolvers *skeleton, GDBusMethodInvocation *invocation,
                                   ResolversInterface *resolvers)
{
    call_authorize(call_new(&resolvers->face, invocation), ACTION_RESOLVER, refresh_sources);
    return TRUE;
}

static void add_spec(const ResolversInterface *resolvers, Call *call, const char *spec)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = NULL;
    const char *name;
    g_variant_get(call_parameters(call), "(&s&s)", NULL, &name);
    if (sources_add(resolvers->sources->lists, spec, name, &id, &error))
        call_return(call, g_variant_new("(s)", id));
    else
        call_fail(call, error);
}

static void addition_free(Addition *addition)
{
    addition->resolvers->adding_count--;
    list_remove(&addition->node);
    g_free(addition);
}

static void on_discovered(void *owner, Resolver *found, const char *sentence)
{
    Addition *addition = owner;
    if (found != NULL) {
        g_autofree char *spec = discovery_spec(found);
        add_spec(addition->resolvers, addition->call, spec);
        resolver_unref(found);
    } else {
        g_autoptr(GError) error =
            g_error_new_literal(G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, sentence);
        call_fail(addition->call, error);
    }
    addition_free(addition);
}

static void discover(ResolversInterface *resolvers, Call *call, const Address *address)
{
    if (resolvers->adding_count >= ADDING_MAX) {
        g_autoptr(GError) error =
            g_error_new_literal(G_IO_ERROR, G_IO_ERROR_BUSY,
                                "Other resolvers are being asked how they are reached encrypted; "
                                "try again in a moment.");
        call_fail(call, error);
        return;
    }

    Addition *addition = g_new0(Addition, 1);
    addition->resolvers = resolvers;
    addition->call = call;
    list_init(&addition->node);
    list_append(&resolvers->adding, &addition->node);
    resolvers->adding_count++;
    addition->discovery =
        discovery_begin(resolvers->sources->engine, address, on_discovered, addition);
}

static void stop_adding(ResolversInterface *resolvers)
{
    Addition *addition;
    while ((addition = list_first(&resolvers->adding, Addition, node)) != NULL) {
        discovery_cancel(addition->discovery);
        call_drop(addition->call);
        addition_free(addition);
    }
}

static void add(void *owner, Call *call, const char *who)
{
    ResolversInterface *resolvers = owner;
    const char *spec;
    Address address;
    g_variant_get(call_parameters(call), "(&s&s)", &spec, NULL);
    if (address_parse(spec, DNS_PORT, &address) == STATUS_OK)
        discover(resolvers, call, &address);
    else
        add_spec(resolvers, call, spec);
}

static gboolean on_add(BusSotto1Resolvers *skeleton, GDBusMethodInvocation *invocation,
                       const char *spec, const char *name, ResolversInterface *resolvers)
{
    if (strlen(spec) > MAX_SPEC || strlen(name) > MAX_SPEC)
        call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT, "That is too long for a resolver.");
    else
        call_authorize(call_new(&resolvers->face, invocation), ACTION_RESOLVER, add);
    return TRUE;
}

static void remove_own(void *owner, Call *call, const char *who)
{
    const ResolversInterface *resolvers = owner;
    g_autoptr(GError) error = NULL;
    ProtectionView view;
    const char *id;
    g_variant_get(call_parameters(call), "(&s)", &id);
    protection_view(resolvers->sources->protection, &view);
    if (g_str_equal(id, view.resolver)) {
        g_set_error_literal(&error, G_IO_ERROR, G_IO_ERROR_BUSY,
                            "This resolver is chosen now; choose another one first.");
        call_fail(call, error);
    } else if (sources_remove(resolvers->sources->lists, id, &error)) {
        call_return(call, NULL);
    } else {
        call_fail(call, error);
    }
}

static gboolean on_remove(BusSotto1Resolvers *skeleton, GDBusMethodInvocation *invocation,
                          const char *id, ResolversInterface *resolvers)
{
    if (strlen(id) > MAX_SPEC)
        call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT,
                    "That is too long for a resolver's id.");
    else
        call_authorize(call_new(&resolvers->face, invocation), ACTION_RESOLVER, remove_own);
    return TRUE;
}

/* --- between lists and protection --- */

static void on_changed(void *owner)
{
    ResolversInterface *resolvers = owner;
    Protection *protection = resolvers->sources->protection;
    protection_reload(protection, protection_settings(protection));
    if (resolvers->face.cancellable != NULL)
        bus_sotto1_resolvers_emit_changed(resolvers->skeleton);
}

void resolvers_interface_follow(ResolversInterface *resolvers)
{
    Protection *protection = resolvers->sources->protection;
    ProtectionView view;
    if (resolvers->sources->lists == NULL)
        return;
    protection_view(protection, &view);
    if (resolvers->sources->network != NULL)
        sources_set_metered(resolvers->sources->lists, resolvers->sources->network->facts.metered);
    sources_follow(resolvers->sources->lists,
                   view.state == PROTECTION_ON ? protection_plan(protection) : NULL);
}

/* --- the bus --- */

static void connect_methods(ResolversInterface *resolvers)
{
    const struct {
        const char *signal;
        GCallback handler;
    } methods[] = {
        {"handle-list-sources", G_CALLBACK(on_list_sources)},
        {"handle-refresh-sources", G_CALLBACK(on_refresh_sources)},
        {"handle-list-relays", G_CALLBACK(on_list_relays)},
        {"handle-add", G_CALLBACK(on_add)},
        {"handle-remove", G_CALLBACK(on_remove)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        g_signal_connect(resolvers->skeleton, methods[i].signal, methods[i].handler, resolvers);
}

/* Without lists the methods have no handlers, and GDBus says so. */
ResolversInterface *resolvers_interface_new(const InspectionSources *sources)
{
    ResolversInterface *resolvers = g_new0(ResolversInterface, 1);
    resolvers->sources = sources;
    list_init(&resolvers->adding);
    resolvers->skeleton = bus_sotto1_resolvers_skeleton_new();
    face_init(&resolvers->face, G_DBUS_INTERFACE_SKELETON(resolvers->skeleton), resolvers);
    if (sources->lists != NULL) {
        connect_methods(resolvers);
        sources_set_changed(sources->lists, on_changed, resolvers);
    }
    return resolvers;
}

void resolvers_interface_free(ResolversInterface *resolvers)
{
    if (resolvers == NULL)
        return;
    stop_adding(resolvers);
    if (resolvers->sources->lists != NULL) {
        sources_set_changed(resolvers->sources->lists, NULL, NULL);
        sources_follow(resolvers->sources->lists, NULL);
    }
    face_clear(&resolvers->face);
    g_free(resolvers);
}

gboolean resolvers_interface_export(ResolversInterface *resolvers, GDBusConnection *connection,
                                    GError **error)
{
    return face_export(&resolvers->face, connection, error);
}

void resolvers_interface_withdraw(ResolversInterface *resolvers)
{
    face_withdraw(&resolvers->face);
}
