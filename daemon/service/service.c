/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The helper on the bus: the interface io.github.sottodns.Sotto1 itself, and the name.
 *
 * Properties are a copy of protection's view, set again whenever it differs; the generated skeleton
 * sends PropertiesChanged for those that really do. Methods that change something go by polkit
 * first, then to protection, and return when the transition has ended. Every call is answered
 * exactly once; a Call (call.h) is the way from one to the other. The other interfaces of the
 * object have files of their own.
 *
 * When the bus goes, calls under way are forgotten with it (their callers are gone) and everything
 * is exported again on the next connection.
 */
#include "service.h"

#include "build-time.h"
#include "call.h"
#include "gate.h"
#include "helper-bus.h"
#include "log.h"
#include "networks_interface.h"
#include "payload.h"
#include "queries_interface.h"
#include "reports.h"
#include "resolvers_interface.h"
#include "rules_interface.h"
#include "sotto-build.h"
#include "statistics_report.h"

#include <string.h>

#define MAX_ID 64 /* as entries.c reads them; a message may be 32 MB long */

struct Service {
    BusListener listener;
    InspectionSources sources;
    int64_t began_us;    /* since then it is counted */
    Face face;           /* io.github.sottodns.Sotto1 */
    BusSotto1 *skeleton; /* the same, as its own type */
    ResolversInterface *resolvers;
    NetworksInterface *networks;
    QueriesInterface *queries;
    RulesInterface *rules;
    Inspection *inspection; /* under way, for everyone in `checks` */
    GPtrArray *checks;      /* Call */
    Gate *gate;             /* while there is a bus */
    guint name_owner;
};

/* --- properties --- */

static void refresh(void *owner)
{
    Service *service = owner;
    ProtectionView view;
    protection_view(service->sources.protection, &view);
    bus_sotto1_set_state(service->skeleton, protection_state_name(view.state));
    bus_sotto1_set_reason_code(service->skeleton, view.reason_code);
    bus_sotto1_set_reason(service->skeleton, view.reason);
    bus_sotto1_set_network(service->skeleton, view.network);
    bus_sotto1_set_resolver(service->skeleton, view.resolver);
    bus_sotto1_set_resolver_in_use(service->skeleton, view.resolver_in_use);
    bus_sotto1_set_until(service->skeleton, view.until_s);
    bus_sotto1_set_changed_by(service->skeleton, view.changed_by);
    bus_sotto1_set_changed_at(service->skeleton, view.changed_at_s);
    networks_interface_follow(service->networks);
    resolvers_interface_follow(service->resolvers);
}

/* What the caller of another interface reads or hears next is what it waited for. */
static void settle(void *owner)
{
    Service *service = owner;
    refresh(service);
    face_flush(&service->face);
}

/* --- what changes something --- */

/* These methods return nothing, so that one empty tuple answers them all. */
static void on_transition_ended(void *owner, const GError *error)
{
    Call *call = owner;
    if (call->face != NULL) { /* what the caller reads or hears next is what it waited for */
        refresh(call->face->owner);
        face_flush(call->face);
    }
    if (error != NULL)
        call_fail(call, error);
    else
        call_return(call, NULL);
}

static void turn_on(void *owner, Call *call, const char *who)
{
    const Service *service = owner;
    protection_turn_on(service->sources.protection, who, on_transition_ended, call);
}

static gboolean on_turn_on(BusSotto1 *skeleton, GDBusMethodInvocation *invocation, Service *service)
{
    call_authorize(call_new(&service->face, invocation), ACTION_SWITCH, turn_on);
    return TRUE;
}

static void turn_off(void *owner, Call *call, const char *who)
{
    const Service *service = owner;
    protection_turn_off(service->sources.protection, who, on_transition_ended, call);
}

static gboolean on_turn_off(BusSotto1 *skeleton, GDBusMethodInvocation *invocation,
                            Service *service)
{
    call_authorize(call_new(&service->face, invocation), ACTION_SWITCH, turn_off);
    return TRUE;
}

static void on_resolver_set(void *owner, const GError *error)
{
    Call *call = owner;
    if (error == NULL && call->face != NULL) {
        const Service *service = call->face->owner;
        const char *id;
        g_variant_get(call_parameters(call), "(&s)", &id);
        if (service->sources.lists != NULL)
            sources_acknowledge(service->sources.lists, id);
    }
    on_transition_ended(call, error);
}

static void set_resolver(void *owner, Call *call, const char *who)
{
    const Service *service = owner;
    const char *id;
    g_variant_get(call_parameters(call), "(&s)", &id);
    protection_set_resolver(service->sources.protection, who, id, on_resolver_set, call);
}

static gboolean on_set_resolver(BusSotto1 *skeleton, GDBusMethodInvocation *invocation,
                                const char *id, Service *service)
{
    if (strlen(id) > MAX_ID)
        call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT,
                    "That is too long for a resolver's id.");
    else
        call_authorize(call_new(&service->face, invocation), ACTION_RESOLVER, set_resolver);
    return TRUE;
}

static void pause_protection(void *owner, Call *call, const char *who)
{
    const Service *service = owner;
    guint32 seconds;
    g_variant_get(call_parameters(call), "(u)", &seconds);
    protection_pause(service->sources.protection, who, seconds, on_transition_ended, call);
}

static gboolean on_pause(BusSotto1 *skeleton, GDBusMethodInvocation *invocation, guint seconds,
                         Service *service)
{
    call_authorize(call_new(&service->face, invocation), ACTION_PAUSE, pause_protection);
    return TRUE;
}

static void resume(void *owner, Call *call, const char *who)
{
    const Service *service = owner;
    protection_resume(service->sources.protection, who, on_transition_ended, call);
}

static gboolean on_resume(BusSotto1 *skeleton, GDBusMethodInvocation *invocation, Service *service)
{
    call_authorize(call_new(&service->face, invocation), ACTION_PAUSE, resume);
    return TRUE;
}

/* --- questions --- */

static gboolean on_list_resolvers(BusSotto1 *skeleton, GDBusMethodInvocation *invocation,
                                  Service *service)
{
    report_resolvers(&service->sources, invocation);
    return TRUE;
}

static gboolean on_get_statistics(BusSotto1 *skeleton, GDBusMethodInvocation *invocation,
                                  Service *service)
{
    bus_sotto1_complete_get_statistics(skeleton, invocation,
                                       report_statistics(&service->sources, service->began_us));
    return TRUE;
}

static void on_evidence(void *owner, GVariant *evidence)
{
    Service *service = owner;
    service->inspection = NULL;
    for (guint i = 0; i < service->checks->len; i++)
        call_return(g_ptr_array_index(service->checks, i), g_variant_new("(@a{sv})", evidence));
    g_ptr_array_set_size(service->checks, 0);
}

/* Anybody may ask, as often as they like: one look at a time answers all who wait for it. */
static gboolean on_check_protection(BusSotto1 *skeleton, GDBusMethodInvocation *invocation,
                                    Service *service)
{
    if (protection_plan(service->sources.protection)->resolver_count == 0) {
        call_refuse(invocation, G_IO_ERROR_FAILED, "No resolver is configured.");
        return TRUE;
    }
    g_ptr_array_add(service->checks, call_new(&service->face, invocation));
    if (service->inspection == NULL)
        service->inspection = inspection_begin(&service->sources, on_evidence, service);
    return TRUE;
}

/* Their callers are gone, and nobody else wants to know. */
static void drop_checks(Service *service)
{
    g_clear_pointer(&service->inspection, inspection_cancel);
    for (guint i = 0; i < service->checks->len; i++)
        call_drop(g_ptr_array_index(service->checks, i));
    g_ptr_array_set_size(service->checks, 0);
}

/* --- the bus --- */

static void on_name_acquired(GDBusConnection *connection, const char *name, gpointer data)
{
    log_info("on the system bus name=%s", name);
}

static void on_name_lost(GDBusConnection *connection, const char *name, gpointer data)
{
    log_error("the name on the system bus is another's, or its policy file is missing name=%s",
              name);
}

static void on_bus_up(void *owner, GDBusConnection *connection)
{
    Service *service = owner;
    g_autoptr(GError) error = NULL;
    service->gate = gate_open(connection);
    if (!face_export(&service->face, connection, &error) ||
        !resolvers_interface_export(service->resolvers, connection, &error) ||
        !networks_interface_export(service->networks, connection, &error) ||
        !queries_interface_export(service->queries, connection, &error) ||
        !rules_interface_export(service->rules, connection, &error)) {
        log_error("the helper cannot be reached on the bus reason=%s", error->message);
        return;
    }
    service->name_owner =
        g_bus_own_name_on_connection(connection, SOTTO_HELPER_NAME, G_BUS_NAME_OWNER_FLAGS_NONE,
                                     on_name_acquired, on_name_lost, service, NULL);
}

static void on_bus_down(void *owner)
{
    Service *service = owner;
    g_clear_handle_id(&service->name_owner, g_bus_unown_name);
    drop_checks(service);
    rules_interface_withdraw(service->rules);
    queries_interface_withdraw(service->queries);
    networks_interface_withdraw(service->networks);
    resolvers_interface_withdraw(service->resolvers);
    face_withdraw(&service->face);
    g_clear_pointer(&service->gate, gate_close);
}

static void connect_methods(Service *service)
{
    const struct {
        const char *signal;
        GCallback handler;
    } methods[] = {
        {"handle-turn-on", G_CALLBACK(on_turn_on)},
        {"handle-turn-off", G_CALLBACK(on_turn_off)},
        {"handle-set-resolver", G_CALLBACK(on_set_resolver)},
        {"handle-pause", G_CALLBACK(on_pause)},
        {"handle-resume", G_CALLBACK(on_resume)},
        {"handle-list-resolvers", G_CALLBACK(on_list_resolvers)},
        {"handle-get-statistics", G_CALLBACK(on_get_statistics)},
        {"handle-check-protection", G_CALLBACK(on_check_protection)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        g_signal_connect(service->skeleton, methods[i].signal, methods[i].handler, service);
}

static void tell_what_it_is(BusSotto1 *skeleton)
{
    g_autofree char *payload = payload_digest();

    bus_sotto1_set_version(skeleton, SOTTO_VERSION);
    bus_sotto1_set_build_time(skeleton, SOTTO_BUILD_TIME_S);
    bus_sotto1_set_protocol(skeleton, SOTTO_PROTOCOL);
    bus_sotto1_set_oldest_protocol(skeleton, SOTTO_OLDEST_PROTOCOL);
    bus_sotto1_set_payload(skeleton, payload);
}

Service *service_new(Bus *bus, const InspectionSources *sources)
{
    Service *service = g_new0(Service, 1);
    service->sources = *sources;
    service->sources.tampering = tampering_new(sources->engine, sources->network);
    service->sources.before = hijack_memory_new();
    service->began_us = loop_now_us(sources->loop);
    service->checks = g_ptr_array_new();
    service->skeleton = bus_sotto1_skeleton_new();
    face_init(&service->face, G_DBUS_INTERFACE_SKELETON(service->skeleton), service);
    tell_what_it_is(service->skeleton);
    connect_methods(service);
    service->resolvers = resolvers_interface_new(&service->sources);
    service->networks = networks_interface_new(&service->sources, settle, service);
    service->queries = queries_interface_new(&service->sources);
    service->rules = rules_interface_new(&service->sources);
    refresh(service);
    protection_set_changed(sources->protection, refresh, service);
    service->listener = (BusListener){.up = on_bus_up, .down = on_bus_down, .owner = service};
    bus_listen(bus, &service->listener);
    return service;
}

void service_free(Service *service)
{
    if (service == NULL)
        return;
    protection_set_changed(service->sources.protection, NULL, NULL);
    bus_unlisten(&service->listener);
    on_bus_down(service);
    rules_interface_free(service->rules);
    queries_interface_free(service->queries);
    networks_interface_free(service->networks);
    resolvers_interface_free(service->resolvers);
    face_clear(&service->face);
    g_ptr_array_unref(service->checks);
    tampering_free(service->sources.tampering);
    hijack_memory_free(service->sources.before);
    g_free(service);
}
