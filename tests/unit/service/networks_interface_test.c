/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks on the bus: a hotel with a sign-in page, and programs that may and may not. */
#include "service_scene.h"

#include "fake_upstream.h"

#define NETWORKS HELPER ".Networks"
#define PORTAL   "http://login.hotel.example/"
#define HOTEL    "hotel"

static void join(Fixture *fixture, const char *key)
{
    set_text(&fixture->fake.network.facts.key, key);
    set_text(&fixture->fake.network.facts.identity, key);
    network_tell(&fixture->fake.network);
}

static void allow_everything(Fixture *fixture)
{
    start_polkit(fixture);
    fixture->polkit_allows = true;
}

/* Protection is on, in a hotel in which nothing but its own page gets through. */
static void check_in(Fixture *fixture)
{
    allow_everything(fixture);
    fake_network_add_link(&fixture->fake, "192.0.2.7", "");
    fake_servers[1].silent = true;
    fake_portal.verdict = PORTAL_FOUND;
    fake_portal.address = PORTAL;
    join(fixture, HOTEL);
    expect_done(fixture, HELPER, "TurnOn", NULL);
    expect_text(fixture, HELPER, "State", "signin");
}

/* Of the network with this id, as ListNetworks has it; NULL: it is not there. (transfer full) */
static GVariant *find(Fixture *fixture, const char *id)
{
    g_autoptr(GVariant) reply =
        call(fixture, NETWORKS, "ListNetworks", NULL, G_DBUS_CALL_FLAGS_NONE, NULL);
    g_autoptr(GVariant) list = g_variant_get_child_value(reply, 0);
    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        GVariant *entry = g_variant_get_child_value(list, i);
        const char *text = NULL;
        g_assert_true(g_variant_lookup(entry, "id", "&s", &text));
        if (g_str_equal(text, id))
            return entry;
        g_variant_unref(entry);
    }
    return NULL;
}

static void expect_entry(Fixture *fixture, const char *id, const char *policy, bool decided,
                         bool current)
{
    g_autoptr(GVariant) entry = find(fixture, id);
    const char *word = NULL;
    gboolean said = FALSE, here = FALSE;
    g_assert_nonnull(entry);
    g_assert_true(g_variant_lookup(entry, "policy", "&s", &word));
    g_assert_true(g_variant_lookup(entry, "decided", "b", &said));
    g_assert_true(g_variant_lookup(entry, "current", "b", &here));
    g_assert_cmpstr(word, ==, policy);
    g_assert_cmpint(said, ==, decided);
    g_assert_cmpint(here, ==, current);
}

static void begin(Fixture *fixture, const char *how)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = call(fixture, NETWORKS, "BeginSignIn", g_variant_new("(s)", how),
                                     G_DBUS_CALL_FLAGS_NONE, &error);
    const char *address;
    g_assert_no_error(error);
    g_variant_get(reply, "(&s)", &address);
    g_assert_cmpstr(address, ==, PORTAL);
}

/* Another program on the same bus, for as long as it is not closed. */
static GDBusConnection *connect_other(Fixture *fixture)
{
    return connect_client(g_test_dbus_get_bus_address(fixture->daemon));
}

/* Makes `other` the fixture's client; returns the one before. */
static GDBusConnection *speak_as(Fixture *fixture, GDBusConnection *other)
{
    GDBusConnection *before = fixture->client;
    fixture->client = other;
    return before;
}

static void close_client(GDBusConnection *client)
{
    g_dbus_connection_close_sync(client, NULL, NULL);
    g_object_unref(client);
}

/* --- what a check says --- */

static void expect_check(Fixture *fixture, const char *system_code, const char *summary)
{
    g_autoptr(GVariant) reply =
        call(fixture, HELPER, "CheckProtection", NULL, G_DBUS_CALL_FLAGS_NONE, NULL);
    g_assert_nonnull(reply);
    g_autoptr(GVariant) evidence = g_variant_get_child_value(reply, 0);
    g_autoptr(GVariant) steps = g_variant_lookup_value(evidence, "steps", NULL);
    g_autoptr(GVariant) system = g_variant_get_child_value(steps, 1);
    const char *code = NULL, *said = NULL;
    g_assert_true(g_variant_lookup(system, "code", "&s", &code));
    g_assert_true(g_variant_lookup(evidence, "summary", "&s", &said));
    g_assert_cmpstr(code, ==, system_code);
    g_assert_cmpstr(said, ==, summary);
}

static void test_check_before_a_sign_in(Fixture *fixture, gconstpointer unused)
{
    check_in(fixture);
    expect_check(fixture, "waiting", "This network wants you to sign in first.");
}

static void test_check_during_a_sign_in(Fixture *fixture, gconstpointer unused)
{
    check_in(fixture);
    begin(fixture, "window");
    expect_check(fixture, "waiting", "This network wants you to sign in first.");
}

static void test_check_while_everybody_signs_in(Fixture *fixture, gconstpointer unused)
{
    check_in(fixture);
    begin(fixture, "machine");
    expect_check(fixture, "system-elsewhere", "This network wants you to sign in first.");
}

/* --- what is known --- */

static void test_joined_network_is_listed(Fixture *fixture, gconstpointer unused)
{
    allow_everything(fixture);
    join(fixture, HOTEL);
    join(fixture, "home");
    expect_entry(fixture, HOTEL, "protect", false, false);
    expect_entry(fixture, "home", "protect", false, true);
    expect_text(fixture, NETWORKS, "Current", "home");
}

static void test_unknown_key_is_no_network(Fixture *fixture, gconstpointer unused)
{
    join(fixture, "");
    expect_text(fixture, NETWORKS, "Current", "");
}

static void test_policy_is_decided(Fixture *fixture, gconstpointer unused)
{
    allow_everything(fixture);
    join(fixture, HOTEL);
    expect_text(fixture, NETWORKS, "Policy", "protect");
    expect_done(fixture, NETWORKS, "SetPolicy", g_variant_new("(ss)", HOTEL, "leave-alone"));
    expect_entry(fixture, HOTEL, "leave-alone", true, true);
    expect_text(fixture, NETWORKS, "Policy", "leave-alone");
}

static void test_policy_is_refused(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *long_id = g_strnfill(100000, 'x');
    start_polkit(fixture);
    join(fixture, HOTEL);
    expect_refused(fixture, NETWORKS, "SetPolicy", g_variant_new("(ss)", HOTEL, "perhaps"),
                   "InvalidArgument");
    expect_refused(fixture, NETWORKS, "SetPolicy", g_variant_new("(ss)", long_id, "ask"),
                   "InvalidArgument");
    g_assert_null(fixture->asked_action);
    expect_refused(fixture, NETWORKS, "SetPolicy", g_variant_new("(ss)", HOTEL, "ask"),
                   "NotAuthorized");
    g_assert_cmpstr(fixture->asked_action, ==, "io.github.sottodns.Sotto1.switch");
    fixture->polkit_allows = true;
    expect_refused(fixture, NETWORKS, "SetPolicy", g_variant_new("(ss)", "nowhere", "ask"),
                   "NotFound");
    expect_entry(fixture, HOTEL, "protect", false, true);
}

static void test_forgotten_is_gone(Fixture *fixture, gconstpointer unused)
{
    allow_everything(fixture);
    join(fixture, HOTEL);
    join(fixture, "home");
    expect_done(fixture, NETWORKS, "Forget", g_variant_new("(s)", HOTEL));
    g_assert_null(find(fixture, HOTEL));
    expect_refused(fixture, NETWORKS, "Forget", g_variant_new("(s)", HOTEL), "NotFound");
}

static void test_forgotten_here_is_new(Fixture *fixture, gconstpointer unused)
{
    allow_everything(fixture);
    join(fixture, HOTEL);
    expect_done(fixture, NETWORKS, "SetPolicy", g_variant_new("(ss)", HOTEL, "leave-alone"));
    expect_done(fixture, NETWORKS, "Forget", g_variant_new("(s)", HOTEL));
    expect_entry(fixture, HOTEL, "protect", false, true);
}

static void on_signal(GDBusConnection *connection, const char *sender, const char *path,
                      const char *interface, const char *signal, GVariant *arguments, gpointer data)
{
    ++*(unsigned *)data;
}

static void test_changes_of_the_list_are_told(Fixture *fixture, gconstpointer unused)
{
    unsigned signals = 0;
    guint listener = g_dbus_connection_signal_subscribe(
        fixture->client, HELPER, NETWORKS, "Changed", HELPER_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_signal, &signals, NULL);
    g_assert_true(is_reachable(fixture));
    join(fixture, HOTEL);
    g_assert_true(is_reachable(fixture));
    g_assert_cmpuint(signals, >, 0);
    signals = 0;
    network_tell(&fixture->fake.network);
    g_assert_true(is_reachable(fixture));
    g_assert_cmpuint(signals, ==, 0);
    g_dbus_connection_signal_unsubscribe(fixture->client, listener);
}

/* --- signing in --- */

static void test_sign_in_needs_permission(Fixture *fixture, gconstpointer unused)
{
    start_polkit(fixture);
    expect_refused(fixture, NETWORKS, "BeginSignIn", g_variant_new("(s)", "shouting"),
                   "InvalidArgument");
    g_assert_null(fixture->asked_action);
    expect_refused(fixture, NETWORKS, "BeginSignIn", g_variant_new("(s)", "window"),
                   "NotAuthorized");
    g_assert_cmpstr(fixture->asked_action, ==, "io.github.sottodns.Sotto1.switch");
    expect_refused(fixture, NETWORKS, "EndSignIn", NULL, "NotAuthorized");
    expect_refused(fixture, NETWORKS, "LookAgain", NULL, "NotAuthorized");
    expect_refused(fixture, NETWORKS, "AllowUnprotected", g_variant_new("(u)", 900),
                   "NotAuthorized");
    g_assert_cmpstr(fixture->asked_action, ==, "io.github.sottodns.Sotto1.pause");
}

static void test_sign_in_needs_a_page(Fixture *fixture, gconstpointer unused)
{
    allow_everything(fixture);
    expect_refused(fixture, NETWORKS, "BeginSignIn", g_variant_new("(s)", "window"), "Failed");
    expect_text(fixture, NETWORKS, "SignIn", "");
}

static void test_window_gets_names(Fixture *fixture, gconstpointer unused)
{
    check_in(fixture);
    expect_text(fixture, NETWORKS, "PortalAddress", PORTAL);
    begin(fixture, "window");
    expect_text(fixture, NETWORKS, "SignIn", "window");
    expect_text(fixture, HELPER, "State", "signing-in");
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        call(fixture, NETWORKS, "ResolveForSignIn", g_variant_new("(s)", "login.hotel.example"),
             G_DBUS_CALL_FLAGS_NONE, &error);
    g_assert_no_error(error);
    g_autofree const char **addresses = NULL;
    g_variant_get(reply, "(^a&s)", &addresses);
    g_assert_nonnull(addresses[0]);
    g_assert_cmpuint(fake_servers[7].asked, >, 0); /* the network's own, 192.0.2.7 */
}

static void test_nobody_else_gets_names(Fixture *fixture, gconstpointer unused)
{
    check_in(fixture);
    expect_refused(fixture, NETWORKS, "ResolveForSignIn", g_variant_new("(s)", "www.example"),
                   "NotAuthorized");
    begin(fixture, "window");
    unsigned asked = fake_servers[7].asked;
    GDBusConnection *window = speak_as(fixture, connect_other(fixture));
    expect_refused(fixture, NETWORKS, "ResolveForSignIn", g_variant_new("(s)", "www.example"),
                   "NotAuthorized");
    close_client(speak_as(fixture, window));
    g_assert_cmpuint(fake_servers[7].asked, ==, asked);
    expect_text(fixture, NETWORKS, "SignIn", "window");
}

static void test_names_are_checked(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *long_name = g_strnfill(100000, 'x');
    const char *names[] = {"", ".", "a..b", long_name};
    check_in(fixture);
    begin(fixture, "window");
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        expect_refused(fixture, NETWORKS, "ResolveForSignIn", g_variant_new("(s)", names[i]),
                       "InvalidArgument");
}

static void test_machine_gives_nobody_names(Fixture *fixture, gconstpointer unused)
{
    check_in(fixture);
    begin(fixture, "window");
    begin(fixture, "machine");
    expect_text(fixture, NETWORKS, "SignIn", "machine");
    expect_refused(fixture, NETWORKS, "ResolveForSignIn", g_variant_new("(s)", "www.example"),
                   "NotAuthorized");
}

static void test_window_that_leaves_has_ended(Fixture *fixture, gconstpointer unused)
{
    check_in(fixture);
    GDBusConnection *test = speak_as(fixture, connect_other(fixture));
    begin(fixture, "window");
    close_client(speak_as(fixture, test));
    for (int i = 0; i < 2000 && protection_sign_in(fixture->protection) != SIGN_IN_NONE; i++)
        turn(fixture);
    expect_text(fixture, NETWORKS, "SignIn", "");
    expect_text(fixture, HELPER, "State", "signin");
}

/* Who signs in by the machine may leave: it is for everybody. */
static void test_machine_stays_open(Fixture *fixture, gconstpointer unused)
{
    check_in(fixture);
    GDBusConnection *test = speak_as(fixture, connect_other(fixture));
    begin(fixture, "machine");
    close_client(speak_as(fixture, test));
    for (int i = 0; i < 50; i++)
        turn(fixture);
    expect_text(fixture, NETWORKS, "SignIn", "machine");
}

static void test_newest_window_has_it(Fixture *fixture, gconstpointer unused)
{
    check_in(fixture);
    GDBusConnection *test = speak_as(fixture, connect_other(fixture));
    begin(fixture, "window");
    GDBusConnection *first = speak_as(fixture, test);
    begin(fixture, "window");
    close_client(first);
    for (int i = 0; i < 50; i++)
        turn(fixture);
    expect_text(fixture, NETWORKS, "SignIn", "window");
}

static void test_window_may_end_unasked(Fixture *fixture, gconstpointer unused)
{
    check_in(fixture);
    begin(fixture, "window");
    fixture->polkit_allows = false;
    expect_done(fixture, NETWORKS, "EndSignIn", NULL);
    expect_text(fixture, NETWORKS, "SignIn", "");
}

#define ADD(path, test)                                                                            \
    g_test_add("/networks-interface/" path, Fixture, NULL, service_scene_set_up, test,             \
               service_scene_tear_down)

int main(int argc, char **argv)
{
    if (!service_scene_become_nobody())
        return 1;
    g_test_init(&argc, &argv, NULL);
    ADD("check-before-a-sign-in", test_check_before_a_sign_in);
    ADD("check-during-a-sign-in", test_check_during_a_sign_in);
    ADD("check-while-everybody-signs-in", test_check_while_everybody_signs_in);
    ADD("joined-network-is-listed", test_joined_network_is_listed);
    ADD("unknown-key-is-no-network", test_unknown_key_is_no_network);
    ADD("policy-is-decided", test_policy_is_decided);
    ADD("policy-is-refused", test_policy_is_refused);
    ADD("forgotten-is-gone", test_forgotten_is_gone);
    ADD("forgotten-here-is-new", test_forgotten_here_is_new);
    ADD("changes-of-the-list-are-told", test_changes_of_the_list_are_told);
    ADD("sign-in-needs-permission", test_sign_in_needs_permission);
    ADD("sign-in-needs-a-page", test_sign_in_needs_a_page);
    ADD("window-gets-names", test_window_gets_names);
    ADD("nobody-else-gets-names", test_nobody_else_gets_names);
    ADD("names-are-checked", test_names_are_checked);
    ADD("machine-gives-nobody-names", test_machine_gives_nobody_names);
    ADD("window-that-leaves-has-ended", test_window_that_leaves_has_ended);
    ADD("machine-stays-open", test_machine_stays_open);
    ADD("newest-window-has-it", test_newest_window_has_it);
    ADD("window-may-end-unasked", test_window_may_end_unasked);
    return g_test_run();
}
