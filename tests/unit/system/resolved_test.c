/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The switch by systemd-resolved, against one that keeps what it is told, on a bus of the test's
 * own: in a network with nothing but our device, and with a resolv.conf that leads to the stub. */
#include "resolved.h"

#include "network_namespace.h"
#include "resolv_conf.h"
#include "tun.h"

#include <sys/mount.h>

#define NAME "org.freedesktop.resolve1"

static const char description[] =
    "<node><interface name='org.freedesktop.resolve1.Manager'>"
    "<method name='SetLinkDNSOverTLS'><arg type='i'/><arg type='s'/></method>"
    "<method name='SetLinkDefaultRoute'><arg type='i'/><arg type='b'/></method>"
    "<method name='SetLinkDomains'><arg type='i'/><arg type='a(sb)'/></method>"
    "<method name='SetLinkDNS'><arg type='i'/><arg type='a(iay)'/></method>"
    "<method name='RevertLink'><arg type='i'/></method>"
    "<property name='DNS' type='a(iiay)' access='read'/>"
    "<property name='Domains' type='a(isb)' access='read'/>"
    "</interface></node>";

typedef struct Fixture {
    GTestDBus *daemon;
    GDBusConnection *server;
    GDBusNodeInfo *node;
    guint object, name;
    gint32 link; /* that was told, 0 none */
    unsigned servers;
    bool refuses, forgets;
    GString *calls;
    Bus *bus;
    Network *network;
    bool answered;
    char *error; /* NULL: it went well */
} Fixture;

static int tun = -1;
static Address own[2];

/* --- a resolved --- */

static void on_call(GDBusConnection *connection, const char *sender, const char *path,
                    const char *interface, const char *method, GVariant *arguments,
                    GDBusMethodInvocation *invocation, gpointer data)
{
    Fixture *fixture = data;
    g_string_append_printf(fixture->calls, "%s ", method);
    if (fixture->refuses) {
        g_dbus_method_invocation_return_error(invocation, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                                              "Not you");
        return;
    }
    if (g_str_equal(method, "SetLinkDNS") && !fixture->forgets) {
        g_autoptr(GVariant) servers = g_variant_get_child_value(arguments, 1);
        g_variant_get_child(arguments, 0, "i", &fixture->link);
        fixture->servers = (unsigned)g_variant_n_children(servers);
    }
    if (g_str_equal(method, "RevertLink"))
        fixture->link = 0;
    g_dbus_method_invocation_return_value(invocation, NULL);
}

static GVariant *on_get(GDBusConnection *connection, const char *sender, const char *path,
                        const char *interface, const char *property, GError **error, gpointer data)
{
    Fixture *fixture = data;
    bool dns = g_str_equal(property, "DNS");
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE(dns ? "a(iiay)" : "a(isb)"));
    if (fixture->link != 0 && dns)
        g_variant_builder_add_parsed(&list, "(%i, 2, [byte 198, 19, 53, 53])", fixture->link);
    else if (fixture->link != 0)
        g_variant_builder_add(&list, "(isb)", fixture->link, ".", TRUE);
    return g_variant_builder_end(&list);
}

static const GDBusInterfaceVTable vtable = {.method_call = on_call, .get_property = on_get};

static void server_start(Fixture *fixture)
{
    GError *error = NULL;
    fixture->server =
        g_dbus_connection_new_for_address_sync(g_test_dbus_get_bus_address(fixture->daemon),
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);
    g_assert_no_error(error);
    fixture->node = g_dbus_node_info_new_for_xml(description, &error);
    g_assert_no_error(error);
    fixture->object = g_dbus_connection_register_object(
        fixture->server, "/org/freedesktop/resolve1", fixture->node->interfaces[0], &vtable,
        fixture, NULL, &error);
    g_assert_no_error(error);
    fixture->name = g_bus_own_name_on_connection(fixture->server, NAME, G_BUS_NAME_OWNER_FLAGS_NONE,
                                                 NULL, NULL, NULL, NULL);
}

/* --- the scene --- */

static void set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->daemon = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(fixture->daemon);
    g_setenv("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address(fixture->daemon), TRUE);
    fixture->calls = g_string_new(NULL);
    server_start(fixture);
    fixture->bus = bus_new();
    fixture->network = resolved_new(fixture->bus, own);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    network_free(fixture->network);
    bus_free(fixture->bus);
    g_bus_unown_name(fixture->name);
    g_dbus_connection_unregister_object(fixture->server, fixture->object);
    g_dbus_connection_close_sync(fixture->server, NULL, NULL);
    g_clear_object(&fixture->server);
    g_dbus_node_info_unref(fixture->node);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_test_dbus_stop(fixture->daemon);
    g_object_unref(fixture->daemon);
    g_string_free(fixture->calls, TRUE);
    g_free(fixture->error);
}

static void on_done(void *owner, const GError *error)
{
    Fixture *fixture = owner;
    g_assert_false(fixture->answered);
    fixture->answered = true;
    g_free(fixture->error);
    fixture->error = error != NULL ? g_strdup(error->message) : NULL;
}

static void wait_answer(Fixture *fixture)
{
    while (!fixture->answered)
        g_main_context_iteration(NULL, TRUE);
    fixture->answered = false;
}

static void point(Fixture *fixture)
{
    network_point(fixture->network, on_done, fixture);
    g_assert_false(fixture->answered);
    wait_answer(fixture);
}

/* --- what it does --- */

static void points_and_restores(Fixture *fixture, gconstpointer unused)
{
    point(fixture);
    g_assert_cmpstr(fixture->error, ==, NULL);
    g_assert_cmpstr(fixture->calls->str, ==,
                    "SetLinkDNSOverTLS SetLinkDefaultRoute SetLinkDomains SetLinkDNS ");
    g_assert_cmpint(fixture->link, ==, tun_interface());
    g_assert_cmpuint(fixture->servers, >=, 1);
    g_assert_true(fixture->network->facts.managed && fixture->network->facts.pointed);
    g_assert_false(fixture->network->facts.online);
    network_restore(fixture->network, on_done, fixture);
    wait_answer(fixture);
    g_assert_cmpstr(fixture->error, ==, NULL);
    g_assert_cmpint(fixture->link, ==, 0);
    g_assert_false(fixture->network->facts.pointed);
}

static void refusal_is_said(Fixture *fixture, gconstpointer unused)
{
    fixture->refuses = true;
    point(fixture);
    g_assert_cmpstr(fixture->error, ==,
                    "systemd-resolved refused to change the DNS settings: Not you.");
}

static void settings_that_are_not_kept_are_no_success(Fixture *fixture, gconstpointer unused)
{
    fixture->forgets = true;
    point(fixture);
    g_assert_cmpstr(fixture->error, ==, "systemd-resolved did not keep the new DNS settings.");
}

static void later_wish_cancels(Fixture *fixture, gconstpointer unused)
{
    network_point(fixture->network, on_done, fixture);
    network_restore(fixture->network, NULL, NULL);
    g_assert_cmpstr(fixture->error, ==, "The request was replaced by another.");
}

static bool move_into_namespaces(void)
{
    const char *const stub = "nameserver 127.0.0.53\n";
    g_autofree char *path = NULL;
    if (!network_namespace_enter() || unshare(CLONE_NEWNS) < 0)
        return false;
    int fd = g_file_open_tmp("sotto-XXXXXX", &path, NULL);
    if (fd < 0)
        return false;
    close(fd);
    bool laid = g_file_set_contents_full(path, stub, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL) &&
                mount(path, RESOLV_CONF_PATH, NULL, MS_BIND, NULL) == 0;
    unlink(path);
    return laid && tun_open(&tun) == STATUS_OK && tun_assign(&own[0]) == STATUS_OK;
}

#define ADD(name, function)                                                                        \
    g_test_add("/resolved/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (address_parse("198.19.53.53", 53, &own[0]) != STATUS_OK ||
        address_parse("fd53:6f74:746f::53", 53, &own[1]) != STATUS_OK)
        return 1;
    if (!move_into_namespaces()) {
        g_print("1..0 # SKIP namespaces or TUN devices are not allowed here\n");
        return 0;
    }
    ADD("points-and-restores", points_and_restores);
    ADD("refusal-is-said", refusal_is_said);
    ADD("settings-that-are-not-kept-are-no-success", settings_that_are_not_kept_are_no_success);
    ADD("later-wish-cancels", later_wish_cancels);
    return g_test_run();
}
