/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service_scene.h"

#include <string.h>

static void test_properties(Fixture *fixture, gconstpointer unused)
{
    expect_text(fixture, HELPER, "State", "off");
    expect_text(fixture, HELPER, "ReasonCode", "");
    expect_text(fixture, HELPER, "Network", "Hotel");
    expect_text(fixture, HELPER, "Resolver", "s1");
    g_autoptr(GVariant) protocol = property(fixture, HELPER, "Protocol");
    g_assert_cmpuint(g_variant_get_uint32(protocol), ==, 1);
}

static void test_refused_without_polkit(Fixture *fixture, gconstpointer unused)
{
    expect_refused(fixture, HELPER, "TurnOff", NULL, "NotAuthorized");
    expect_refused(fixture, HELPER, "Pause", g_variant_new("(u)", 60), "NotAuthorized");
}

static void test_refused_by_polkit(Fixture *fixture, gconstpointer unused)
{
    start_polkit(fixture);
    expect_refused(fixture, HELPER, "SetResolver", g_variant_new("(s)", "s2"), "NotAuthorized");
    g_assert_cmpstr(fixture->asked_action, ==, "io.github.sottodns.Sotto1.resolver");
    g_assert_cmpuint(fixture->asked_flags, ==, 0);
    expect_text(fixture, HELPER, "Resolver", "s1");
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
    expect_done(fixture, HELPER, "SetResolver", g_variant_new("(s)", "s2"));
    expect_text(fixture, HELPER, "Resolver", "s2");
    g_autoptr(GVariant) who = property(fixture, HELPER, "ChangedBy");
    g_assert_cmpstr(g_variant_get_string(who, NULL), ==, g_get_user_name());
}

static void test_errors_have_names(Fixture *fixture, gconstpointer unused)
{
    start_polkit(fixture);
    fixture->polkit_allows = true;
    expect_refused(fixture, HELPER, "SetResolver", g_variant_new("(s)", "nobody"), "NotFound");
    expect_refused(fixture, HELPER, "Pause", g_variant_new("(u)", 1), "InvalidArgument");
    expect_refused(fixture, HELPER, "Pause", g_variant_new("(u)", 60), "Failed");
}

static void test_failure_gives_its_reason(Fixture *fixture, gconstpointer unused)
{
    start_polkit(fixture);
    fixture->polkit_allows = true;
    fake_servers[1].status = STATUS_CERT_EXPIRED;
    expect_refused(fixture, HELPER, "TurnOn", NULL, "Failed");
    expect_text(fixture, HELPER, "State", "off");
    expect_text(fixture, HELPER, "ReasonCode", "cert-expired");
    expect_text(fixture, HELPER, "Reason", status_sentence(STATUS_CERT_EXPIRED));
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
    expect_refused(fixture, HELPER, "SetResolver", g_variant_new("(s)", id), "InvalidArgument");
    g_assert_null(fixture->asked_action);
}

/* Asks one question, and waits until the helper knows whose program it is: a stranger may not ask
 * much at once. */
static void introduce(Fixture *fixture, GDBusConnection *client)
{
    GAsyncResult *result = NULL;
    g_dbus_connection_call(client, HELPER, HELPER_PATH, HELPER, "GetStatistics", NULL, NULL,
                           G_DBUS_CALL_FLAGS_NONE, 10000, NULL, on_reply, &result);
    for (int i = 0; i < 100 || (i < 20000 && result == NULL); i++)
        turn(fixture);
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(client, result, NULL);
    g_assert_nonnull(reply);
    g_object_unref(result);
}

static void test_checks_are_shared(Fixture *fixture, gconstpointer unused)
{
    GAsyncResult *results[20] = {NULL}; /* by two, for one may not ask so many at once */
    g_autoptr(GDBusConnection) other = connect_client(g_test_dbus_get_bus_address(fixture->daemon));
    introduce(fixture, fixture->client);
    introduce(fixture, other);
    unsigned asked = fake_servers[1].asked;
    fake_servers[1].delay_us = 1000000; /* so that a few wait, however slowly they come in */
    for (size_t i = 0; i < G_N_ELEMENTS(results); i++)
        g_dbus_connection_call(i % 2 == 0 ? fixture->client : other, HELPER, HELPER_PATH, HELPER,
                               "CheckProtection", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, 10000, NULL,
                               on_reply, &results[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
        for (int j = 0; j < 20000 && results[i] == NULL; j++)
            turn(fixture);
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply =
            g_dbus_connection_call_finish(i % 2 == 0 ? fixture->client : other, results[i], &error);
        g_assert_no_error(error);
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

#define ADD(path, test)                                                                            \
    g_test_add("/service/" path, Fixture, NULL, service_scene_set_up, test, service_scene_tear_down)

int main(int argc, char **argv)
{
    if (!service_scene_become_nobody())
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
