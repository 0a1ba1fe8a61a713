/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "setup_scene.h"

#include "sotto-build.h"
#include "sotto-bus.h"

#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>

static const char manager_xml[] =
    "<node><interface name='org.freedesktop.systemd1.Manager'>"
    "<method name='Subscribe'/><method name='Unsubscribe'/>"
    "<method name='StartTransientUnit'><arg type='s' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='a(sv)' direction='in'/><arg type='a(sa(sv))' direction='in'/>"
    "<arg type='o' direction='out'/></method></interface></node>";

static const struct {
    const char *path, *text;
} places[] = {
    {".flatpak-info",
     "[Instance]\napp-path=/srv/apps/app/" SOTTO_APP_ID "/x86_64/stable/c0ffee/files\n"},
    {"app/share/sotto/helper.tar", "the helper"},
    {"app/share/sotto/helper.digest", SCENE_DIGEST},
    {"app/share/sotto/setup", "exit 0"},
};

static void on_manager_call(GDBusConnection *bus, const char *sender, const char *path,
                            const char *interface, const char *method, GVariant *parameters,
                            GDBusMethodInvocation *invocation, gpointer data)
{
    Scene *scene = data;

    if (!g_str_equal(method, "StartTransientUnit")) {
        g_dbus_method_invocation_return_value(invocation, NULL);
        return;
    }
    scene->orders++;
    g_set_object(&scene->order, invocation);
    g_object_unref(invocation);
}

static GDBusConnection *connect_to(const char *address)
{
    GDBusConnection *bus =
        g_dbus_connection_new_for_address_sync(address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, NULL);

    g_assert_nonnull(bus);
    return bus;
}

static void count_change(Scene *scene)
{
    scene->changes++;
}

static void lay_out(Scene *scene)
{
    scene->root = g_dir_make_tmp("sotto-setup-XXXXXX", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_build_filename(scene->root, places[i].path, NULL);
        g_autofree char *folder = g_path_get_dirname(path);
        g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
        g_assert_true(g_file_set_contents(path, places[i].text, -1, NULL));
    }
}

static void clear_away(Scene *scene)
{
    static const char *const folders[] = {"app/share/sotto", "app/share", "app", ""};

    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_build_filename(scene->root, places[i].path, NULL);
        g_remove(path);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(scene->root, folders[i], NULL);
        g_assert_cmpint(g_rmdir(path), ==, 0);
    }
    g_free(scene->root);
}

void scene_set_up(Scene *scene, gconstpointer data)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_manager_call};
    g_autoptr(GDBusNodeInfo) manager = g_dbus_node_info_new_for_xml(manager_xml, NULL);

    lay_out(scene);
    scene->daemon = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(scene->daemon);
    const char *address = g_test_dbus_get_bus_address(scene->daemon);
    g_setenv("DBUS_SYSTEM_BUS_ADDRESS", address, TRUE);
    scene->host = connect_to(address);
    g_dbus_connection_set_exit_on_close(scene->host, FALSE);
    scene->systemd_object =
        g_dbus_connection_register_object(scene->host, "/org/freedesktop/systemd1",
                                          manager->interfaces[0], &vtable, scene, NULL, NULL);
    scene->systemd_name =
        g_bus_own_name_on_connection(scene->host, "org.freedesktop.systemd1",
                                     G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL, NULL);
    scene->helper = sotto_helper_new();
    scene->setup = sotto_setup_new_below(scene->helper, scene->root);
    g_signal_connect_swapped(scene->setup, "changed", G_CALLBACK(count_change), scene);
}

void scene_tear_down(Scene *scene, gconstpointer data)
{
    g_clear_object(&scene->setup);
    g_clear_object(&scene->helper);
    g_clear_object(&scene->order);
    if (scene->helper_name != 0)
        scene_hide_helper(scene);
    g_clear_handle_id(&scene->systemd_name, g_bus_unown_name);
    g_dbus_connection_unregister_object(scene->host, scene->systemd_object);
    g_object_unref(scene->host);
    while (g_main_context_iteration(NULL, FALSE)) /* what is on its way holds the connections */
        continue;
    if (scene->daemon != NULL)
        scene_lose_bus(scene);
    g_unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    clear_away(scene);
}

void scene_show_helper(Scene *scene, const char *payload, const char *version)
{
    BusSotto1 *skeleton = bus_sotto1_skeleton_new();

    bus_sotto1_set_version(skeleton, version);
    bus_sotto1_set_protocol(skeleton, SOTTO_PROTOCOL);
    bus_sotto1_set_oldest_protocol(skeleton, SOTTO_OLDEST_PROTOCOL);
    bus_sotto1_set_payload(skeleton, payload);
    g_assert_true(g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(skeleton), scene->host,
                                                   "/io/github/sottodns/Sotto1", NULL));
    scene->helper_skeleton = G_DBUS_INTERFACE_SKELETON(skeleton);
    scene->helper_name = g_bus_own_name_on_connection(
        scene->host, SOTTO_HELPER_NAME, G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL, NULL);
}

void scene_hide_helper(Scene *scene)
{
    g_clear_handle_id(&scene->helper_name, g_bus_unown_name);
    g_dbus_interface_skeleton_unexport(scene->helper_skeleton);
    g_clear_object(&scene->helper_skeleton);
}

void scene_lose_bus(Scene *scene)
{
    g_test_dbus_stop(scene->daemon);
    g_clear_object(&scene->daemon);
}

void scene_allow(Scene *scene)
{
    g_autoptr(GDBusMethodInvocation) order = g_steal_pointer(&scene->order);

    g_dbus_method_invocation_return_value(g_object_ref(order), g_variant_new("(o)", SCENE_JOB));
}

void scene_end_job(Scene *scene, const char *result)
{
    g_assert_true(g_dbus_connection_emit_signal(
        scene->host, NULL, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
        "JobRemoved", g_variant_new("(uoss)", 7, SCENE_JOB, "sotto-setup.service", result), NULL));
}
