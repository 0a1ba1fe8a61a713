/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The third interface of the helper's object: where resolvers come from.
 *
 * Here protection and the lists meet, which know nothing of each other: while protection is on,
 * lists may be fetched through its plan, and entries that are new or different go to its settings.
 */
#include "resolvers_interface.h"

#include "additions.h"
#include "allowance.h"
#include "call.h"
#include "favourites.h"
#include "helper-bus.h"
#include "log.h"
#include "reports.h"

#include <string.h>

#define MAX_SPEC 2048 /* a message may be 32 MB long */
#define MAX_ID   64   /* as entries.c reads them */

/* However many ask: other people's servers are asked for lists thrice at once, and then every half
 * minute. */
#define REFRESH_UNITS 30
static const AllowanceRate refresh_rate = {.at_once = 3 * REFRESH_UNITS, .per_second = 1};

struct ResolversInterface {
    const InspectionSources *sources;
    Face face;
    BusSotto1Resolvers *skeleton; /* the face's */
    Additions additions;
    Allowance refreshes;
};

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

/* Answers what is too long to be looked for. */
static bool refuse_id(GDBusMethodInvocation *invocation, const char *id)
{
    if (strlen(id) <= MAX_ID)
        return false;
    call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT, "That is too long for a resolver's id.");
    return true;
}

static gboolean on_describe(BusSotto1Resolvers *skeleton, GDBusMethodInvocation *invocation,
                            const char *id, ResolversInterface *resolvers)
{
    Resolver *resolver =
        settings_find_resolver(protection_settings(resolvers->sources->protection), id);
    if (refuse_id(invocation, id))
        return TRUE;
    if (resolver != NULL) {
        bus_sotto1_resolvers_complete_describe(skeleton, invocation,
                                               report_resolver(resolvers->sources, resolver));
    } else {
        g_autofree char *sentence = g_strdup_printf("No resolver is called \"%s\".", id);
        call_refuse(invocation, G_IO_ERROR_NOT_FOUND, sentence);
    }
    return TRUE;
}

/* --- what changes something --- */

/* The lists would read otherwise now. */
static void tell(ResolversInterface *resolvers)
{
    if (resolvers->face.cancellable != NULL)
        bus_sotto1_resolvers_emit_changed(resolvers->skeleton);
}

static void on_changed(void *owner)
{
    ResolversInterface *resolvers = owner;
    Protection *protection = resolvers->sources->protection;
    protection_reload(protection, protection_settings(protection));
    tell(resolvers);
}

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
    ResolversInterface *resolvers = owner;
    Sources *lists = resolvers->sources->lists;
    int64_t now_us = loop_now_us(resolvers->sources->loop);
    if (allowance_take(&resolvers->refreshes, &refresh_rate, REFRESH_UNITS, now_us))
        sources_refresh(lists, on_refreshed, call);
    else
        sources_outcome(lists, on_refreshed, call);
}

static gboolean on_refresh_sources(BusSotto1Resolvers *skeleton, GDBusMethodInvocation *invocation,
                                   ResolversInterface *resolvers)
{
    call_authorize(call_new(&resolvers->face, invocation), ACTION_RESOLVER, refresh_sources);
    return TRUE;
}

static void add(void *owner, Call *call, const char *who)
{
    ResolversInterface *resolvers = owner;
    additions_begin(&resolvers->additions, call);
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
    if (!refuse_id(invocation, id))
        call_authorize(call_new(&resolvers->face, invocation), ACTION_RESOLVER, remove_own);
    return TRUE;
}

/* --- what users decide about single ones --- */

static void set_favourite(void *owner, Call *call, const char *who)
{
    ResolversInterface *resolvers = owner;
    Settings *settings = protection_settings(resolvers->sources->protection);
    Decisions *decisions = resolvers->sources->decisions;
    g_autoptr(GError) error = NULL;
    gboolean favourite;
    const char *id;
    g_variant_get(call_parameters(call), "(&sb)", &id, &favourite);
    g_auto(GStrv) ids = favourites_change(settings, id, favourite, &error);
    if (ids == NULL || !decisions_set_favourites(decisions, (const char *const *)ids, &error)) {
        call_fail(call, error);
        return;
    }
    decisions_give(decisions, settings);
    log_info("the favourites are others now by=%s", who);
    on_changed(resolvers);
    call_return(call, NULL);
}

static gboolean on_set_favourite(BusSotto1Resolvers *skeleton, GDBusMethodInvocation *invocation,
                                 const char *id, gboolean favourite, ResolversInterface *resolvers)
{
    if (!refuse_id(invocation, id))
        call_authorize(call_new(&resolvers->face, invocation), ACTION_RESOLVER, set_favourite);
    return TRUE;
}

static void on_relay_set(void *owner, const GError *error)
{
    Call *call = owner;
    if (error != NULL) {
        call_fail(call, error);
        return;
    }
    if (call->face != NULL) { /* what the caller reads or hears next is what it waited for */
        ResolversInterface *resolvers = call->face->owner;
        resolvers_interface_follow(resolvers);
        face_flush(&resolvers->face);
        tell(resolvers);
    }
    call_return(call, NULL);
}

static void set_relay(void *owner, Call *call, const char *who)
{
    const ResolversInterface *resolvers = owner;
    const char *id, *relay;
    g_variant_get(call_parameters(call), "(&s&s)", &id, &relay);
    protection_set_relay(resolvers->sources->protection, who, id, relay, on_relay_set, call);
}

static gboolean on_set_relay(BusSotto1Resolvers *skeleton, GDBusMethodInvocation *invocation,
                             const char *id, const char *relay, ResolversInterface *resolvers)
{
    if (strlen(relay) > MAX_ID)
        call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT, "That is too long for a relay's id.");
    else if (!refuse_id(invocation, id))
        call_authorize(call_new(&resolvers->face, invocation), ACTION_RESOLVER, set_relay);
    return TRUE;
}

/* --- between lists and protection --- */

void resolvers_interface_follow(ResolversInterface *resolvers)
{
    Protection *protection = resolvers->sources->protection;
    ProtectionView view;
    bus_sotto1_resolvers_set_relay(resolvers->skeleton,
                                   relays_choice(protection_settings(protection)->relays));
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
        {"handle-describe", G_CALLBACK(on_describe)},
        {"handle-set-favourite", G_CALLBACK(on_set_favourite)},
        {"handle-set-relay", G_CALLBACK(on_set_relay)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        g_signal_connect(resolvers->skeleton, methods[i].signal, methods[i].handler, resolvers);
}

/* Without lists the methods have no handlers, and GDBus says so. */
ResolversInterface *resolvers_interface_new(const InspectionSources *sources)
{
    ResolversInterface *resolvers = g_new0(ResolversInterface, 1);
    resolvers->sources = sources;
    additions_init(&resolvers->additions, sources);
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
    additions_stop(&resolvers->additions);
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
