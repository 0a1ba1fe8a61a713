/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service_scene.h"

#include <netdb.h>
#include <string.h>
#include <unistd.h>

#define NOBODY 65534

static const char polkit_xml[] =
    "<node><interface name='org.freedesktop.PolicyKit1.Authority'>"
    "<method name='CheckAuthorization'>"
    "<arg type='(sa{sv})' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='a{ss}' direction='in'/><arg type='u' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='(bba{ss})' direction='out'/>"
    "</method></interface></node>";

static int resolve_nothing(const char *name)
{
    return 0;
}

static int resolve_no_address(const char *name, Address *address)
{
    return EAI_NONAME;
}

static void on_polkit_call(GDBusConnection *connection, const char *sender, const char *path,
                           const char *interface, const char *method, GVariant *arguments,
                           GDBusMethodInvocation *invocation, gpointer data)
{
    Fixture *fixture = data;
    g_free(fixture->asked_action);
    g_variant_get(arguments, "(@(sa{sv})s@a{ss}us)", NULL, &fixture->asked_action, NULL,
                  &fixture->asked_flags, NULL);
    g_dbus_method_invocation_return_value(
        invocation,
        g_variant_new("((bba{ss}))", fixture->polkit_allows, fixture->polkit_challenges, NULL));
}

void start_polkit(Fixture *fixture)
{
    static const GDBusInterfaceVTable table = {.method_call = on_polkit_call};
    g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(polkit_xml, NULL);
    fixture->polkit_object =
        g_dbus_connection_register_object(fixture->client, "/org/freedesktop/PolicyKit1/Authority",
                                          node->interfaces[0], &table, fixture, NULL, NULL);
    fixture->polkit_name =
        g_bus_own_name_on_connection(fixture->client, "org.freedesktop.PolicyKit1",
                                     G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL, NULL);
}

GDBusConnection *connect_client(const char *address)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *connection =
        g_dbus_connection_new_for_address_sync(address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);
    g_assert_no_error(error);
    return connection;
}

void turn(Fixture *fixture)
{
    loop_turn(fixture->harness.loop, 0);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    loop_advance(fixture->harness.loop, 10000);
    g_usleep(500);
}

void on_reply(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

GVariant *call(Fixture *fixture, const char *interface, const char *method, GVariant *arguments,
               GDBusCallFlags flags, GError **error)
{
    GAsyncResult *result = NULL;
    g_dbus_connection_call(fixture->client, HELPER, HELPER_PATH, interface, method, arguments, NULL,
                           flags, 10000, NULL, on_reply, &result);
    for (int i = 0; i < 20000 && result == NULL; i++)
        turn(fixture);
    g_assert_nonnull(result);
    GVariant *reply = g_dbus_connection_call_finish(fixture->client, result, error);
    g_object_unref(result);
    return reply;
}

GVariant *property(Fixture *fixture, const char *interface, const char *name)
{
    g_autoptr(GError) error = NULL;
    GVariant *value = NULL;
    g_autoptr(GVariant) reply =
        call(fixture, "org.freedesktop.DBus.Properties", "Get",
             g_variant_new("(ss)", interface, name), G_DBUS_CALL_FLAGS_NONE, &error);
    g_assert_no_error(error);
    g_variant_get(reply, "(v)", &value);
    return value;
}

void expect_text(Fixture *fixture, const char *interface, const char *name, const char *text)
{
    g_autoptr(GVariant) value = property(fixture, interface, name);
    g_assert_cmpstr(g_variant_get_string(value, NULL), ==, text);
}

void expect_refused(Fixture *fixture, const char *interface, const char *method,
                    GVariant *arguments, const char *error_name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        call(fixture, interface, method, arguments, G_DBUS_CALL_FLAGS_NONE, &error);
    g_assert_null(reply);
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    g_assert_true(g_str_has_prefix(name, HELPER ".Error."));
    g_assert_cmpstr(name + strlen(HELPER ".Error."), ==, error_name);
    g_dbus_error_strip_remote_error(error);
    g_assert_true(g_str_has_suffix(error->message, ".")); /* one sentence */
}

void expect_done(Fixture *fixture, const char *interface, const char *method, GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        call(fixture, interface, method, arguments, G_DBUS_CALL_FLAGS_NONE, &error);
    g_assert_no_error(error);
    g_assert_nonnull(reply);
}

bool is_reachable(Fixture *fixture)
{
    g_autoptr(GVariant) reply =
        call(fixture, "org.freedesktop.DBus.Peer", "Ping", NULL, G_DBUS_CALL_FLAGS_NONE, NULL);
    return reply != NULL;
}

void service_scene_set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->daemon = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(fixture->daemon);
    const char *address = g_test_dbus_get_bus_address(fixture->daemon);
    g_setenv("DBUS_SYSTEM_BUS_ADDRESS", address, TRUE);
    fixture->client = connect_client(address);

    harness_set_up(&fixture->harness, GUINT_TO_POINTER(0));
    fixture->saved = state_load(NULL);
    set_text(&fixture->saved->resolver, "s1");
    fixture->settings = fake_settings_new();
    fixture->prober = prober_new(fixture->harness.loop, fixture->harness.engine, resolve_nothing);
    fake_network_init(&fixture->fake, fixture->harness.loop);
    fixture->known = known_networks_new(NULL);
    fixture->bus = bus_new();
    const ProtectionParts parts = {
        .loop = fixture->harness.loop,
        .engine = fixture->harness.engine,
        .network = &fixture->fake.network,
        .prober = fixture->prober,
        .networks = fixture->known,
        .saved = fixture->saved,
        .probe = &fake_portal_probe,
    };
    fixture->protection = protection_new(&parts, fixture->settings);
    protection_start(fixture->protection);
    fixture->service = service_new(fixture->bus, &(InspectionSources){
                                                     .loop = fixture->harness.loop,
                                                     .engine = fixture->harness.engine,
                                                     .prober = fixture->prober,
                                                     .resolve = resolve_no_address,
                                                     .protection = fixture->protection,
                                                     .network = &fixture->fake.network,
                                                     .known = fixture->known,
                                                 });
    for (int i = 0; i < 2000 && !is_reachable(fixture); i++)
        turn(fixture);
}

void service_scene_tear_down(Fixture *fixture, gconstpointer unused)
{
    service_free(fixture->service);
    protection_free(fixture->protection);
    prober_free(fixture->prober);
    bus_free(fixture->bus);
    known_networks_free(fixture->known);
    fake_network_clear(&fixture->fake);
    settings_unref(fixture->settings);
    state_free(fixture->saved);
    harness_tear_down(&fixture->harness, NULL);
    if (fixture->polkit_object != 0) {
        g_bus_unown_name(fixture->polkit_name);
        g_dbus_connection_unregister_object(fixture->client, fixture->polkit_object);
    }
    g_free(fixture->asked_action);
    g_dbus_connection_close_sync(fixture->client, NULL, NULL);
    g_object_unref(fixture->client);
    g_test_dbus_down(fixture->daemon);
    g_object_unref(fixture->daemon);
}

bool service_scene_become_nobody(void)
{
    return geteuid() != 0 || (setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
}
