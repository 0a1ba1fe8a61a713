/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bus skeleton on a private bus, with a polkit that does as it is told. */
#include "service.h"

#include "fake_network.h"
#include "harness.h"

#include <netdb.h>
#include <string.h>
#include <unistd.h>

#define HELPER      "io.github.sottodns.Sotto1"
#define HELPER_PATH "/io/github/sottodns/Sotto1"

#define NOBODY 65534

static const char polkit_xml[] =
    "<node><interface name='org.freedesktop.PolicyKit1.Authority'>"
    "<method name='CheckAuthorization'>"
    "<arg type='(sa{sv})' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='a{ss}' direction='in'/><arg type='u' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='(bba{ss})' direction='out'/>"
    "</method></interface></node>";

typedef struct Fixture {
    GTestDBus *daemon;
    GDBusConnection *client; /* also where polkit is */
    guint polkit_name, polkit_object;
    bool polkit_allows, polkit_challenges;
    char *asked_action;
    guint asked_flags;

    Harness harness;
    FakeNetwork fake;
    State *saved;
    Settings *settings;
    Prober *prober;
    Protection *protection;
    Bus *bus;
    Service *service;
} Fixture;

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

static void start_polkit(Fixture *fixture)
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

static GDBusConnection *connect_client(const char *address)
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

static void turn(Fixture *fixture)
{
    loop_turn(fixture->harness.loop, 0);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    loop_advance(fixture->harness.loop, 10000);
    g_usleep(500);
}

static void on_reply(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

/* Calls the helper; NULL and `error` when it refused. */
static GVariant *call(Fixture *fixture, const char *interface, const char *method,
                      GVariant *arguments, GDBusCallFlags flags, GError **error)
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

static GVariant *property(Fixture *fixture, const char *name)
{
    g_autoptr(GError) error = NULL;
    GVariant *value = NULL;
    g_autoptr(GVariant) reply =
        call(fixture, "org.freedesktop.DBus.Properties", "Get", g_variant_new("(ss)", HELPER, name),
             G_DBUS_CALL_FLAGS_NONE, &error);
    g_assert_no_error(error);
    g_variant_get(reply, "(v)", &value);
    return value;
}

static void expect_text(Fixture *fixture, const char *name, const char *text)
{
    g_autoptr(GVariant) value = property(fixture, name);
    g_assert_cmpstr(g_variant_get_string(value, NULL), ==, text);
}

static void expect_refused(Fixture *fixture, const char *method, GVariant *arguments,
                           const char *error_name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        call(fixture, HELPER, method, arguments, G_DBUS_CALL_FLAGS_NONE, &error);
    g_assert_null(reply);
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    g_assert_cmpstr(name, ==, error_name);
    g_dbus_error_strip_remote_error(error);
    g_assert_true(g_str_has_suffix(error->message, ".")); /* one sentence */
}

static void expect_done(Fixture *fixture, const char *method, GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        call(fixture, HELPER, method, arguments, G_DBUS_CALL_FLAGS_NONE, &error);
    g_assert_no_error(error);
    g_assert_nonnull(reply);
}

static bool is_reachable(Fixture *fixture)
{
    g_autoptr(GVariant) reply =
        call(fixture, "org.freedesktop.DBus.Peer", "Ping", NULL, G_DBUS_CALL_FLAGS_NONE, NULL);
    return reply != NULL;
}

static void set_up(Fixture *fixture, gconstpointer unused)
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
    fixture->bus = bus_new();
    const ProtectionParts parts = {
        .loop = fixture->harness.loop,
        .engine = fixture->harness.engine,
        .network = &fixture->fake.network,
        .prober = fixture->prober,
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
                                                 });
    for (int i = 0; i < 2000 && !is_reachable(fixture); i++)
        turn(fixture);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    service_free(fixture->service);
    protection_free(fixture->protection);
    prober_free(fixture->prober);
    bus_free(fixture->bus);
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

static void test_properties(Fixture *fixture, gconstpointer unused)
{
    expect_text(fixture, "State", "off");
    expect_text(fixture, "ReasonCode", "");
    expect_text(fixture, "Network", "Hotel");
    expect_text(fixture, "Resolver", "s1");
    g_autoptr(GVariant) protocol = property(fixture, "Protocol");
    g_assert_cmpuint(g_variant_get_uint32(protocol), ==, 1);
}

static void test_refused_without_polkit(Fixture *fixture, gconstpointer unused)
{
    expect_refused(fixture, "TurnOff", NULL, HELPER ".Error.NotAuthorized");
    expect_refused(fixture, "Pause", g_variant_new("(u)", 60), HELPER ".Error.NotAuthorized");
}

static void test_refused_by_polkit(Fixture *fixture, gconstpointer unused)
{
    start_polkit(fixture);
    expect_refused(fixture, "SetResolver", g_variant_new("(s)", "s2"),
                   HELPER ".Error.NotAuthorized");
    g_assert_cmpstr(fixture->asked_action, ==, "io.github.sottodns.Sotto1.resolver");
    g_assert_cmpuint(fixture->asked_flags, ==, 0);
    expect_text(fixture, "Resolver", "s1");
}

static void test_interaction_is_the_callers_wish(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    start_polkit(fixture);
    g_autoptr(GVariant) reply = call(fixture, HELPER, "TurnOff", NULL,
                                     G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, &error);
    g_assert_null(reply);
    g_assert_cmpuint(fixture->asked_flags, ==, 1);
}

static void test_allowed(Fixture *fixture, gconstpointer unused)
{
    start_polkit(fixture);
    fixture->polkit_allows = true;
    expect_done(fixture, "SetResolver", g_variant_new("(s)", "s2"));
    expect_text(fixture, "Resolver", "s2");
    g_autoptr(GVariant) who = property(fixture, "ChangedBy");
    g_assert_cmpstr(g_variant_get_string(who, NULL), ==, g_get_user_name());
}

static void test_errors_have_names(Fixture *fixture, gconstpointer unused)
{
    start_polkit(fixture);
    fixture->polkit_allows = true;
    expect_refused(fixture, "SetResolver", g_variant_new("(s)", "nobody"),
                   HELPER ".Error.NotFound");
    expect_refused(fixture, "Pause", g_variant_new("(u)", 1), HELPER ".Error.InvalidArgument");
    expect_refused(fixture, "Pause", g_variant_new("(u)", 60), HELPER ".Error.Failed");
}

static void test_failure_gives_its_reason(Fixture *fixture, gconstpointer unused)
{
    start_polkit(fixture);
    fixture->polkit_allows = true;
    fake_servers[1].status = STATUS_CERT_EXPIRED;
    expect_refused(fixture, "TurnOn", NULL, HELPER ".Error.Failed");
    expect_text(fixture, "State", "off");
    expect_text(fixture, "ReasonCode", "cert-expired");
    expect_text(fixture, "Reason", status_sentence(STATUS_CERT_EXPIRED));
}

static void test_resolvers(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GVariant) reply =
        call(fixture, HELPER, "ListResolvers", NULL, G_DBUS_CALL_FLAGS_NONE, NULL);
    g_autoptr(GVariant) list = g_variant_get_child_value(reply, 0);
    g_assert_cmpuint(g_variant_n_children(list), ==, 3);
    g_autoptr(GVariant) first = g_variant_get_child_value(list, 0);
    const char *id = NULL;
    gboolean favourite = FALSE;
    g_assert_true(g_variant_lookup(first, "id", "&s", &id));
    g_assert_true(g_variant_lookup(first, "favourite", "b", &favourite));
    g_assert_cmpstr(id, ==, "s1");
    g_assert_true(favourite);
}

static void test_statistics(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GVariant) reply =
        call(fixture, HELPER, "GetStatistics", NULL, G_DBUS_CALL_FLAGS_NONE, NULL);
    g_autoptr(GVariant) statistics = g_variant_get_child_value(reply, 0);
    guint64 queries = 1, leaked = 1;
    gint64 since = 0;
    gboolean watched = TRUE;
    g_assert_true(g_variant_lookup(statistics, "queries", "t", &queries));
    g_assert_true(g_variant_lookup(statistics, "leaked", "t", &leaked));
    g_assert_true(g_variant_lookup(statistics, "since", "x", &since));
    g_assert_true(g_variant_lookup(statistics, "leaks-watched", "b", &watched));
    g_assert_false(watched); /* there is no leak counter here, so its 0 says nothing */
    g_assert_cmpuint(queries, ==, 0);
    g_assert_cmpint(since, >=, 1800000000);
}

static void test_check_when_off(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        call(fixture, HELPER, "CheckProtection", NULL, G_DBUS_CALL_FLAGS_NONE, &error);
    g_assert_no_error(error);
    g_autoptr(GVariant) evidence = g_variant_get_child_value(reply, 0);
    g_autoptr(GVariant) steps = g_variant_lookup_value(evidence, "steps", NULL);
    gboolean ok = TRUE;
    const char *code = NULL;
    g_assert_true(g_variant_lookup(evidence, "ok", "b", &ok));
    g_assert_false(ok);
    g_assert_cmpuint(g_variant_n_children(steps), ==, 6);
    g_autoptr(GVariant) system = g_variant_get_child_value(steps, 1);
    g_assert_true(g_variant_lookup(system, "code", "&s", &code));
    g_assert_cmpstr(code, ==, "system-elsewhere");
}

static void test_check_names_what_is_not_encrypted(Fixture *fixture, gconstpointer unused)
{
    fake_network_add_link(&fixture->fake, "192.0.2.7", "lan,corp.example");
    network_tell(&fixture->fake.network);
    g_autoptr(GVariant) reply =
        call(fixture, HELPER, "CheckProtection", NULL, G_DBUS_CALL_FLAGS_NONE, NULL);
    g_assert_nonnull(reply);
    g_autofree char *text = g_variant_print(reply, FALSE);
    g_assert_nonnull(
        strstr(text, "'Names in lan, corp.example are asked of this network, unencrypted.'"));
}

/* --- what everybody hears --- */

typedef struct Heard {
    unsigned signals;
    bool replied, in_order;
    GString *names; /* of changed properties, "Network='Hotel' State='off' " */
} Heard;

static void on_properties_changed(GDBusConnection *connection, const char *sender, const char *path,
                                  const char *interface, const char *signal, GVariant *arguments,
                                  gpointer data)
{
    Heard *heard = data;
    g_autoptr(GVariant) changed = g_variant_get_child_value(arguments, 1);
    GVariantIter properties;
    const char *name;
    GVariant *value;
    heard->signals++;
    g_variant_iter_init(&properties, changed);
    while (g_variant_iter_next(&properties, "{&sv}", &name, &value)) {
        g_autofree char *text = g_variant_print(value, FALSE);
        g_string_append_printf(heard->names, "%s=%s ", name, text);
        g_variant_unref(value);
    }
}

/* Both come by one connection, so this is the order in which they were sent. */
static void on_reply_after_changes(GObject *source, GAsyncResult *result, gpointer data)
{
    Heard *heard = data;
    heard->replied = true;
    heard->in_order = strstr(heard->names->str, "Resolver='s2' ") != NULL;
}

static guint listen_to_changes(Fixture *fixture, Heard *heard)
{
    *heard = (Heard){.names = g_string_new(NULL)};
    return g_dbus_connection_signal_subscribe(
        fixture->client, HELPER, "org.freedesktop.DBus.Properties", NULL, HELPER_PATH, HELPER,
        G_DBUS_SIGNAL_FLAGS_NONE, on_properties_changed, heard, NULL);
}

static void test_changes_are_told(Fixture *fixture, gconstpointer unused)
{
    Heard heard;
    start_polkit(fixture);
    fixture->polkit_allows = true;
    guint listener = listen_to_changes(fixture, &heard);
    g_dbus_connection_call(fixture->client, HELPER, HELPER_PATH, HELPER, "SetResolver",
                           g_variant_new("(s)", "s2"), NULL, G_DBUS_CALL_FLAGS_NONE, 10000, NULL,
                           on_reply_after_changes, &heard);
    for (int i = 0; i < 20000 && !heard.replied; i++)
        turn(fixture);
    g_assert_true(heard.in_order);
    g_assert_nonnull(strstr(heard.names->str, "ChangedBy="));
    g_assert_null(strstr(heard.names->str, "State="));
    g_dbus_connection_signal_unsubscribe(fixture->client, listener);
    g_string_free(heard.names, TRUE);
}

static void test_sameness_is_not_told(Fixture *fixture, gconstpointer unused)
{
    Heard heard;
    guint listener = listen_to_changes(fixture, &heard);
    for (int i = 0; i < 5; i++) {
        network_tell(&fixture->fake.network);
        g_autoptr(GVariant) reply =
            call(fixture, HELPER, "GetStatistics", NULL, G_DBUS_CALL_FLAGS_NONE, NULL);
        g_assert_nonnull(reply);
    }
    g_assert_cmpuint(heard.signals, ==, 0);
    g_assert_true(is_reachable(fixture));
    set_text(&fixture->fake.network.facts.name, "Café");
    network_tell(&fixture->fake.network);
    for (int i = 0; i < 2000 && heard.signals == 0; i++)
        turn(fixture);
    g_assert_cmpstr(heard.names->str, ==, "Network='Café' ");
    g_dbus_connection_signal_unsubscribe(fixture->client, listener);
    g_string_free(heard.names, TRUE);
}

static void test_long_id(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *id = g_strnfill(100000, 'x');
    start_polkit(fixture);
    expect_refused(fixture, "SetResolver", g_variant_new("(s)", id),
                   HELPER ".Error.InvalidArgument");
    g_assert_null(fixture->asked_action);
}

static void test_checks_are_shared(Fixture *fixture, gconstpointer unused)
{
    GAsyncResult *results[20] = {NULL};
    unsigned asked = fake_servers[1].asked;
    fake_servers[1].delay_us = 1000000; /* so that a few wait, however slowly they come in */
    for (size_t i = 0; i < G_N_ELEMENTS(results); i++)
        g_dbus_connection_call(fixture->client, HELPER, HELPER_PATH, HELPER, "CheckProtection",
                               NULL, NULL, G_DBUS_CALL_FLAGS_NONE, 10000, NULL, on_reply,
                               &results[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
        for (int j = 0; j < 20000 && results[i] == NULL; j++)
            turn(fixture);
        g_autoptr(GVariant) reply =
            g_dbus_connection_call_finish(fixture->client, results[i], NULL);
        g_assert_nonnull(reply);
        g_object_unref(results[i]);
    }
    g_assert_cmpuint(fake_servers[1].asked - asked, <, G_N_ELEMENTS(results));
}

static void test_bus_comes_back(Fixture *fixture, gconstpointer unused)
{
    g_dbus_connection_close_sync(fixture->client, NULL, NULL);
    g_clear_object(&fixture->client);
    g_test_dbus_down(fixture->daemon);
    for (int i = 0; i < 100; i++)
        turn(fixture);
    g_test_dbus_up(fixture->daemon);
    const char *address = g_test_dbus_get_bus_address(fixture->daemon);
    g_setenv("DBUS_SYSTEM_BUS_ADDRESS", address, TRUE);
    fixture->client = connect_client(address);
    bool reachable = false;
    for (int i = 0; i < 4000 && !(reachable = is_reachable(fixture)); i++)
        turn(fixture);
    g_assert_true(reachable);
}

#define ADD(path, test) g_test_add("/service/" path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    /* Root needs no polkit; the tests of it need somebody else. */
    if (geteuid() == 0 && (setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
        return 1;
    g_test_init(&argc, &argv, NULL);
    ADD("properties-are-protections-view", test_properties);
    ADD("refused-without-polkit", test_refused_without_polkit);
    ADD("refused-by-polkit", test_refused_by_polkit);
    ADD("interaction-is-the-callers-wish", test_interaction_is_the_callers_wish);
    ADD("allowed-changes-and-says-who", test_allowed);
    ADD("errors-have-names", test_errors_have_names);
    ADD("failure-gives-its-reason", test_failure_gives_its_reason);
    ADD("resolvers-are-listed", test_resolvers);
    ADD("statistics-are-counted", test_statistics);
    ADD("check-says-who-answers-when-off", test_check_when_off);
    ADD("check-names-what-is-not-encrypted", test_check_names_what_is_not_encrypted);
    ADD("changes-are-told-before-the-reply", test_changes_are_told);
    ADD("sameness-is-not-told", test_sameness_is_not_told);
    ADD("long-id-is-refused-unasked", test_long_id);
    ADD("checks-are-shared", test_checks_are_shared);
    ADD("bus-comes-back", test_bus_comes_back);
    return g_test_run();
}
