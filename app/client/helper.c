/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The helper as its clients see it: generated proxies (one for each
 * interface that has properties) that survive everything around them.
 *
 * Two things may go away and come back: the helper (an upgrade, a crash, a stop), which the proxy
 * follows by itself through the owner of the bus name; and the bus, which it does not. So the
 * connection is our own (GIO's shared one would be handed out again after it closed), and when it
 * closes, or cannot be made, a timer tries again, ever more seldom. No timer runs while all is
 * well.
 *
 * A proxy drops its cached properties when the name loses its owner, and loads them before it says
 * that there is a new one: between the two "changed" signals nobody sees a fact of the dead helper.
 *
 * The calls themselves are in helper_calls.c, the facts in helper_facts.c.
 */
#include "helper.h"

#include "helper_private.h"
#include "sotto-build.h"
#include "sotto-bus.h"

#define OBJECT_PATH         "/io/github/sottodns/Sotto1"
#define CALL_TIMEOUT_MS     (120 * 1000)
#define RECONNECT_FIRST_S   1
#define RECONNECT_SLOWEST_S 60

/* The contract's interfaces that have properties. */
enum {
    INTERFACE_SWITCH,
    INTERFACE_NETWORKS,
    INTERFACE_RESOLVERS,
    INTERFACE_QUERIES,
    INTERFACE_COUNT
};

struct _SottoHelper {
    GObject parent_instance;
    GDBusConnection *connection;
    GDBusProxy *proxies[INTERFACE_COUNT]; /* NULL without a bus */
    GCancellable *lifetime;
    GPtrArray *waiting; /* GTask of each connect_async that has not ended */
    gboolean connecting, settled, was_present, interactive;
    guint reconnect_source, reconnect_s, changes_subscription;
};

G_DEFINE_FINAL_TYPE(SottoHelper, sotto_helper, G_TYPE_OBJECT)

enum { PROPERTY_PRESENT = 1, PROPERTY_COUNT };
enum {
    SIGNAL_CHANGED,
    SIGNAL_RESOLVERS_CHANGED,
    SIGNAL_NETWORKS_CHANGED,
    SIGNAL_RULES_CHANGED,
    SIGNAL_COUNT
};
static GParamSpec *properties[PROPERTY_COUNT];
static guint signals[SIGNAL_COUNT];

static const struct {
    GType (*type)(void);
    const char *name;
} interfaces[INTERFACE_COUNT] = {
    [INTERFACE_SWITCH] = {bus_sotto1_proxy_get_type, SOTTO_HELPER_NAME},
    [INTERFACE_NETWORKS] = {bus_sotto1_networks_proxy_get_type, SOTTO_HELPER_NAME ".Networks"},
    [INTERFACE_RESOLVERS] = {bus_sotto1_resolvers_proxy_get_type, SOTTO_HELPER_NAME ".Resolvers"},
    [INTERFACE_QUERIES] = {bus_sotto1_queries_proxy_get_type, SOTTO_HELPER_NAME ".Queries"},
};

/* The signals without arguments; an interface of the contract says "Changed" for one of them. */
static const struct {
    const char *name;
    const char *interface;
} signal_names[SIGNAL_COUNT] = {
    [SIGNAL_CHANGED] = {"changed", NULL},
    [SIGNAL_RESOLVERS_CHANGED] = {"resolvers-changed", SOTTO_HELPER_NAME ".Resolvers"},
    [SIGNAL_NETWORKS_CHANGED] = {"networks-changed", SOTTO_HELPER_NAME ".Networks"},
    [SIGNAL_RULES_CHANGED] = {"rules-changed", SOTTO_HELPER_NAME ".Rules"},
};

/* --- presence ----------------------------------------------------------------------------- */

/* A later protocol may still serve clients of ours; one that says nothing of it serves its own. */
static gboolean serves(BusSotto1 *proxy)
{
    guint protocol = bus_sotto1_get_protocol(proxy), oldest = bus_sotto1_get_oldest_protocol(proxy);

    return protocol <= SOTTO_PROTOCOL || (oldest != 0 && oldest <= SOTTO_PROTOCOL);
}

SottoPresence sotto_helper_presence(SottoHelper *self)
{
    GDBusProxy *proxy = self->proxies[INTERFACE_SWITCH];
    g_autofree char *owner = NULL;

    if (!self->settled)
        return SOTTO_PRESENCE_SEARCHING;
    if (proxy == NULL)
        return SOTTO_PRESENCE_ABSENT;
    owner = g_dbus_proxy_get_name_owner(proxy);
    if (owner == NULL)
        return SOTTO_PRESENCE_ABSENT;
    return serves(BUS_SOTTO1(proxy)) ? SOTTO_PRESENCE_PRESENT : SOTTO_PRESENCE_TOO_NEW;
}

gboolean sotto_helper_has_bus(SottoHelper *self)
{
    return self->connection != NULL;
}

static void announce(SottoHelper *self)
{
    gboolean present = sotto_helper_presence(self) == SOTTO_PRESENCE_PRESENT;

    if (present != self->was_present) {
        self->was_present = present;
        g_object_notify_by_pspec(G_OBJECT(self), properties[PROPERTY_PRESENT]);
    }
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

/* --- the bus ------------------------------------------------------------------------------ */

static void begin_connecting(SottoHelper *self);

static gboolean on_reconnect_due(gpointer data)
{
    SottoHelper *self = data;

    self->reconnect_source = 0;
    begin_connecting(self);
    return G_SOURCE_REMOVE;
}

static void schedule_reconnect(SottoHelper *self)
{
    if (self->reconnect_source != 0)
        return;
    self->reconnect_source = g_timeout_add_seconds(self->reconnect_s, on_reconnect_due, self);
    self->reconnect_s = MIN(self->reconnect_s * 2, RECONNECT_SLOWEST_S);
}

static void drop_bus(SottoHelper *self)
{
    for (guint i = 0; i < INTERFACE_COUNT; i++) {
        if (self->proxies[i] != NULL)
            g_signal_handlers_disconnect_by_data(self->proxies[i], self);
        g_clear_object(&self->proxies[i]);
    }
    if (self->connection != NULL)
        g_signal_handlers_disconnect_by_data(self->connection, self);
    if (self->changes_subscription != 0)
        g_dbus_connection_signal_unsubscribe(self->connection, self->changes_subscription);
    self->changes_subscription = 0;
    g_clear_object(&self->connection);
}

static void on_connection_closed(GDBusConnection *connection, gboolean by_peer, GError *error,
                                 SottoHelper *self)
{
    drop_bus(self);
    schedule_reconnect(self);
    announce(self);
}

/* Ends the attempt: `error` (transfer full) is NULL when it succeeded. */
static void end_connecting(SottoHelper *self, GError *error)
{
    g_autoptr(GPtrArray) waiting = self->waiting;
    g_autoptr(GError) failure = error;

    self->waiting = g_ptr_array_new_with_free_func(g_object_unref);
    self->connecting = FALSE;
    self->settled = TRUE;
    if (failure == NULL) {
        self->reconnect_s = RECONNECT_FIRST_S;
    } else {
        drop_bus(self);
        schedule_reconnect(self);
    }
    announce(self);
    for (guint i = 0; i < waiting->len; i++) {
        GTask *task = g_ptr_array_index(waiting, i);
        if (failure == NULL)
            g_task_return_boolean(task, TRUE);
        else
            g_task_return_error(task, g_error_copy(failure));
    }
}

static void end_without_bus(SottoHelper *self, GError *error)
{
    g_debug("no bus: %s", error->message);
    g_error_free(error);
    end_connecting(self, sotto_error_new(SOTTO_ERROR_NO_BUS));
}

static void on_list_changed(GDBusConnection *connection, const char *sender, const char *path,
                            const char *interface, const char *name, GVariant *parameters,
                            gpointer data)
{
    for (guint i = 0; i < SIGNAL_COUNT; i++)
        if (g_strcmp0(interface, signal_names[i].interface) == 0)
            g_signal_emit(data, signals[i], 0);
}

static void follow_proxy(SottoHelper *self, GDBusProxy *proxy)
{
    g_signal_connect_swapped(proxy, "g-properties-changed", G_CALLBACK(announce), self);
    g_signal_connect_swapped(proxy, "notify::g-name-owner", G_CALLBACK(announce), self);
}

static void make_proxy(SottoHelper *self, guint interface);

static void on_proxy_ready(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoHelper) self = data;
    GError *error = NULL;
    GObject *proxy = g_async_initable_new_finish(G_ASYNC_INITABLE(source), result, &error);
    guint interface = 0;

    if (proxy == NULL) {
        end_without_bus(self, error);
        return;
    }
    while (self->proxies[interface] != NULL) /* they are made in order */
        interface++;
    self->proxies[interface] = G_DBUS_PROXY(proxy);
    follow_proxy(self, self->proxies[interface]);
    if (self->connection == NULL || g_dbus_connection_is_closed(self->connection))
        end_connecting(self, sotto_error_new(SOTTO_ERROR_NO_BUS)); /* in the meantime */
    else if (interface + 1 < INTERFACE_COUNT)
        make_proxy(self, interface + 1);
    else
        end_connecting(self, NULL);
}

static void make_proxy(SottoHelper *self, guint interface)
{
    g_async_initable_new_async(
        interfaces[interface].type(), G_PRIORITY_DEFAULT, self->lifetime, on_proxy_ready,
        g_object_ref(self), "g-flags", G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START_AT_CONSTRUCTION,
        "g-name", SOTTO_HELPER_NAME, "g-connection", self->connection, "g-object-path", OBJECT_PATH,
        "g-interface-name", interfaces[interface].name, "g-default-timeout", CALL_TIMEOUT_MS, NULL);
}

static void on_connection_ready(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoHelper) self = data;
    GError *error = NULL;

    self->connection = g_dbus_connection_new_for_address_finish(result, &error);
    if (self->connection == NULL) {
        end_without_bus(self, error);
        return;
    }
    g_signal_connect(self->connection, "closed", G_CALLBACK(on_connection_closed), self);
    self->changes_subscription = g_dbus_connection_signal_subscribe(
        self->connection, SOTTO_HELPER_NAME, NULL, "Changed", OBJECT_PATH, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_list_changed, self, NULL);
    make_proxy(self, 0);
}

static void begin_connecting(SottoHelper *self)
{
    g_autofree char *address = NULL;
    GError *error = NULL;

    if (self->connecting)
        return;
    self->connecting = TRUE;
    /* reads an environment variable or a constant; only the session bus's look-up may spawn */
    address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, NULL, &error);
    if (address == NULL) {
        end_without_bus(self, error);
        return;
    }
    g_dbus_connection_new_for_address(address,
                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                      NULL, self->lifetime, on_connection_ready,
                                      g_object_ref(self));
}

void sotto_helper_connect_async(SottoHelper *self, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(self, cancellable, callback, user_data);

    if (self->proxies[INTERFACE_SWITCH] != NULL && !self->connecting) {
        g_task_return_boolean(task, TRUE);
        g_object_unref(task);
        return;
    }
    g_ptr_array_add(self->waiting, task);
    g_clear_handle_id(&self->reconnect_source, g_source_remove);
    begin_connecting(self);
}

gboolean sotto_helper_connect_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, self), FALSE);
    return g_task_propagate_boolean(G_TASK(result), error);
}

/* --- starting the helper ------------------------------------------------------------------- */

static void on_service_started(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GVariant) reply = NULL;
    GError *error = NULL;

    reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (reply == NULL)
        g_task_return_error(task, sotto_error_from_bus(error));
    else
        g_task_return_boolean(task, TRUE);
}

static void on_connected_to_start(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoHelper *self = SOTTO_HELPER(source);
    g_autoptr(GTask) task = data;
    GError *error = NULL;

    if (!sotto_helper_connect_finish(self, result, &error)) {
        g_task_return_error(task, error);
        return;
    }
    if (self->connection == NULL) { /* lost again between the answer and this turn of the loop */
        g_task_return_error(task, sotto_error_new(SOTTO_ERROR_NO_BUS));
        return;
    }
    g_dbus_connection_call(self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "StartServiceByName",
                           g_variant_new("(su)", SOTTO_HELPER_NAME, 0), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, g_task_get_cancellable(task),
                           on_service_started, g_object_ref(task));
}

void sotto_helper_start_async(SottoHelper *self, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(self, cancellable, callback, user_data);

    sotto_helper_connect_async(self, cancellable, on_connected_to_start, task);
}

gboolean sotto_helper_start_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, self), FALSE);
    return g_task_propagate_boolean(G_TASK(result), error);
}

GDBusProxy *sotto_helper_proxy(SottoHelper *self)
{
    return self->proxies[INTERFACE_SWITCH];
}

BusSotto1Networks *sotto_helper_networks_proxy(SottoHelper *self)
{
    return (BusSotto1Networks *)self->proxies[INTERFACE_NETWORKS];
}

BusSotto1Resolvers *sotto_helper_resolvers_proxy(SottoHelper *self)
{
    return (BusSotto1Resolvers *)self->proxies[INTERFACE_RESOLVERS];
}

BusSotto1Queries *sotto_helper_queries_proxy(SottoHelper *self)
{
    return (BusSotto1Queries *)self->proxies[INTERFACE_QUERIES];
}

void sotto_helper_set_interactive(SottoHelper *self, gboolean interactive)
{
    self->interactive = interactive;
}

gboolean sotto_helper_is_interactive(SottoHelper *self)
{
    return self->interactive;
}

/* --- the object ---------------------------------------------------------------------------- */

static gboolean is_present(SottoHelper *self)
{
    return sotto_helper_presence(self) == SOTTO_PRESENCE_PRESENT;
}

static void sotto_helper_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    if (id == PROPERTY_PRESENT)
        g_value_set_boolean(value, is_present(SOTTO_HELPER(object)));
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void sotto_helper_dispose(GObject *object)
{
    SottoHelper *self = SOTTO_HELPER(object);

    g_cancellable_cancel(self->lifetime);
    g_clear_handle_id(&self->reconnect_source, g_source_remove);
    drop_bus(self);
    G_OBJECT_CLASS(sotto_helper_parent_class)->dispose(object);
}

static void sotto_helper_finalize(GObject *object)
{
    SottoHelper *self = SOTTO_HELPER(object);

    g_object_unref(self->lifetime);
    g_ptr_array_unref(self->waiting);
    G_OBJECT_CLASS(sotto_helper_parent_class)->finalize(object);
}

static void sotto_helper_class_init(SottoHelperClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    (void)sotto_error_quark(); /* before the first answer: GDBus decodes errors as they arrive */
    object_class->get_property = sotto_helper_get_property;
    object_class->dispose = sotto_helper_dispose;
    object_class->finalize = sotto_helper_finalize;
    properties[PROPERTY_PRESENT] = g_param_spec_boolean("present", NULL, NULL, FALSE,
                                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
    g_object_class_install_properties(object_class, PROPERTY_COUNT, properties);
    for (guint i = 0; i < SIGNAL_COUNT; i++)
        signals[i] = g_signal_new(signal_names[i].name, SOTTO_TYPE_HELPER, G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_helper_init(SottoHelper *self)
{
    self->lifetime = g_cancellable_new();
    self->waiting = g_ptr_array_new_with_free_func(g_object_unref);
    self->reconnect_s = RECONNECT_FIRST_S;
    self->interactive = TRUE;
}

SottoHelper *sotto_helper_new(void)
{
    return g_object_new(SOTTO_TYPE_HELPER, NULL);
}
