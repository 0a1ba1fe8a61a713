/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bus skeleton.
 *
 * Properties are a copy of protection's view, set again whenever it differs; the generated skeleton
 * sends PropertiesChanged for those that really do. Methods that change something go by polkit
 * first, then to protection, and return when the transition has ended. Every call is answered
 * exactly once; a Call is the way from one to the other.
 *
 * When the bus goes, calls under way are forgotten with it (their callers are gone) and everything
 * is exported again on the next connection.
 */
#include "service.h"

#include "authority.h"
#include "helper-bus.h"
#include "log.h"
#include "reports.h"
#include "sotto-build.h"

#include <string.h>

#define OBJECT_PATH  "/io/github/sottodns/Sotto1"
#define ERROR_PREFIX SOTTO_HELPER_NAME ".Error."
#define MAX_ID       64 /* as entries.c reads them; a message may be 32 MB long */

struct Service {
    BusListener listener;
    InspectionSources sources;
    int64_t since_s;
    BusSotto1 *skeleton;
    GCancellable *cancellable; /* of one connection's calls */
    List calls;                /* Call */
    Inspection *inspection;    /* under way, for every CALL_CHECK there is */
    guint name_owner;
};

typedef enum CallKind {
    CALL_TURN_ON,
    CALL_TURN_OFF,
    CALL_SET_RESOLVER,
    CALL_PAUSE,
    CALL_RESUME,
    CALL_CHECK,
} CallKind;

typedef struct Call {
    ListNode node;
    Service *service;                  /* NULL: it is gone, and so is the caller */
    GDBusMethodInvocation *invocation; /* owned; NULL once answered */
    bool in_transition;                /* protection will call back */
    CallKind kind;
    char *resolver;
    uint32_t seconds;
} Call;

/* --- calls --- */

static void call_free(Call *call)
{
    list_remove(&call->node);
    g_clear_object(&call->invocation);
    g_free(call->resolver);
    g_free(call);
}

/* Takes the invocation's reference over, as a handler that returns TRUE does. */
static Call *call_new(Service *service, CallKind kind, GDBusMethodInvocation *invocation)
{
    Call *call = g_new0(Call, 1);
    call->service = service;
    call->kind = kind;
    call->invocation = invocation;
    list_init(&call->node);
    list_append(&service->calls, &call->node);
    return call;
}

static const char *error_name(const GError *error)
{
    if (error->domain != G_IO_ERROR)
        return ERROR_PREFIX "Failed";
    if (error->code == G_IO_ERROR_PERMISSION_DENIED)
        return ERROR_PREFIX "NotAuthorized";
    if (error->code == G_IO_ERROR_INVALID_ARGUMENT)
        return ERROR_PREFIX "InvalidArgument";
    if (error->code == G_IO_ERROR_NOT_FOUND)
        return ERROR_PREFIX "NotFound";
    if (error->code == G_IO_ERROR_BUSY)
        return ERROR_PREFIX "Busy";
    return ERROR_PREFIX "Failed";
}

static void refresh(void *owner);

/* The methods that change something return nothing, so that one empty tuple answers them all. */
static void on_transition_ended(void *owner, const GError *error)
{
    Call *call = owner;
    if (call->service != NULL) { /* what the caller reads or hears next is what it waited for */
        refresh(call->service);
        g_dbus_interface_skeleton_flush(G_DBUS_INTERFACE_SKELETON(call->service->skeleton));
    }
    GDBusMethodInvocation *invocation = g_steal_pointer(&call->invocation);
    if (error != NULL)
        g_dbus_method_invocation_return_dbus_error(invocation, error_name(error), error->message);
    else
        g_dbus_method_invocation_return_value(invocation, NULL);
    call_free(call);
}

static void on_authorized(void *owner, const char *who, const GError *error)
{
    Call *call = owner;
    if (error != NULL) {
        on_transition_ended(call, error);
        return;
    }
    Protection *protection = call->service->sources.protection;
    call->in_transition = true;
    switch (call->kind) {
    case CALL_TURN_ON:
        protection_turn_on(protection, who, on_transition_ended, call);
        break;
    case CALL_TURN_OFF:
        protection_turn_off(protection, who, on_transition_ended, call);
        break;
    case CALL_SET_RESOLVER:
        protection_set_resolver(protection, who, call->resolver, on_transition_ended, call);
        break;
    case CALL_PAUSE:
        protection_pause(protection, who, call->seconds, on_transition_ended, call);
        break;
    case CALL_RESUME:
        protection_resume(protection, who, on_transition_ended, call);
        break;
    case CALL_CHECK:
        break;
    }
}

static void authorize(Call *call, const char *action)
{
    authority_check(call->invocation, action, call->service->cancellable, on_authorized, call);
}

static gboolean on_turn_on(BusSotto1 *skeleton, GDBusMethodInvocation *invocation, Service *service)
{
    authorize(call_new(service, CALL_TURN_ON, invocation), ACTION_SWITCH);
    return TRUE;
}

static gboolean on_turn_off(BusSotto1 *skeleton, GDBusMethodInvocation *invocation,
                            Service *service)
{
    authorize(call_new(service, CALL_TURN_OFF, invocation), ACTION_SWITCH);
    return TRUE;
}

static gboolean on_set_resolver(BusSotto1 *skeleton, GDBusMethodInvocation *invocation,
                                const char *id, Service *service)
{
    if (strlen(id) > MAX_ID) {
        g_dbus_method_invocation_return_dbus_error(invocation, ERROR_PREFIX "InvalidArgument",
                                                   "That is too long for a resolver's id.");
        return TRUE;
    }
    Call *call = call_new(service, CALL_SET_RESOLVER, invocation);
    call->resolver = g_strdup(id);
    authorize(call, ACTION_RESOLVER);
    return TRUE;
}

static gboolean on_pause(BusSotto1 *skeleton, GDBusMethodInvocation *invocation, guint seconds,
                         Service *service)
{
    Call *call = call_new(service, CALL_PAUSE, invocation);
    call->seconds = seconds;
    authorize(call, ACTION_PAUSE);
    return TRUE;
}

static gboolean on_resume(BusSotto1 *skeleton, GDBusMethodInvocation *invocation, Service *service)
{
    authorize(call_new(service, CALL_RESUME, invocation), ACTION_PAUSE);
    return TRUE;
}

/* --- questions --- */

static gboolean on_list_resolvers(BusSotto1 *skeleton, GDBusMethodInvocation *invocation,
                                  Service *service)
{
    bus_sotto1_complete_list_resolvers(skeleton, invocation, report_resolvers(&service->sources));
    return TRUE;
}

static gboolean on_get_statistics(BusSotto1 *skeleton, GDBusMethodInvocation *invocation,
                                  Service *service)
{
    bus_sotto1_complete_get_statistics(skeleton, invocation,
                                       report_statistics(&service->sources, service->since_s));
    return TRUE;
}

static void on_evidence(void *owner, GVariant *evidence)
{
    Service *service = owner;
    service->inspection = NULL;
    list_for_each (node, &service->calls) {
        Call *call = container_of(node, Call, node);
        if (call->kind != CALL_CHECK)
            continue;
        g_dbus_method_invocation_return_value(g_steal_pointer(&call->invocation),
                                              g_variant_new("(@a{sv})", evidence));
        call_free(call);
    }
}

/* Anybody may ask, as often as they like: one look at a time answers all who wait for it. */

static gboolean on_check_protection(BusSotto1 *skeleton, GDBusMethodInvocation *invocation,
                                    Service *service)
{
    if (protection_plan(service->sources.protection) == NULL) {
        g_dbus_method_invocation_return_dbus_error(invocation, ERROR_PREFIX "Failed",
                                                   "No resolver is configured.");
        return TRUE;
    }
    call_new(service, CALL_CHECK, invocation);
    if (service->inspection == NULL)
        service->inspection = inspection_begin(&service->sources, on_evidence, service);
    return TRUE;
}

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
}

/* --- the bus --- */

/* The callers have gone with the bus. What protection has begun for them goes on. */
static void forget_calls(Service *service)
{
    g_clear_pointer(&service->inspection, inspection_cancel);
    list_for_each (node, &service->calls) {
        Call *call = container_of(node, Call, node);
        if (!call->in_transition) {
            call_free(call);
            continue;
        }
        list_remove(&call->node);
        call->service = NULL;
    }
}

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
    service->cancellable = g_cancellable_new();
    if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(service->skeleton), connection,
                                          OBJECT_PATH, &error)) {
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
    g_cancellable_cancel(service->cancellable);
    g_clear_object(&service->cancellable);
    forget_calls(service);
    g_clear_handle_id(&service->name_owner, g_bus_unown_name);
    if (g_dbus_interface_skeleton_get_connection(G_DBUS_INTERFACE_SKELETON(service->skeleton)))
        g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(service->skeleton));
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

Service *service_new(Bus *bus, Protection *protection, Engine *engine, Prober *prober, Leak *leak,
                     Loop *loop)
{
    Service *service = g_new0(Service, 1);
    service->sources = (InspectionSources){
        .loop = loop, .engine = engine, .prober = prober, .protection = protection, .leak = leak};
    service->since_s = loop_wall_s(loop);
    list_init(&service->calls);
    service->skeleton = bus_sotto1_skeleton_new();
    bus_sotto1_set_version(service->skeleton, SOTTO_VERSION);
    bus_sotto1_set_protocol(service->skeleton, SOTTO_PROTOCOL);
    connect_methods(service);
    refresh(service);
    protection_set_changed(protection, refresh, service);
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
    g_clear_object(&service->skeleton);
    g_free(service);
}
