/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit_name.h"

#include <glib.h>

#include <string.h>

#define USER "/user.slice/user-1000.slice/user@1000.service"
#define HEX  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
    const char *name, *path, *program;
} cases[] = {
    {"service", "/system.slice/cups.service", "cups"},
    {"service-with-dashes", "/system.slice/systemd-resolved.service", "systemd-resolved"},
    {"instance", "/system.slice/system-openvpn.slice/openvpn@work.service", "openvpn@work"},
    {"escaped", "/system.slice/my\\x2dprogram.service", "my-program"},
    {"escape-cut-short", "/system.slice/my\\x2.service", "my\\x2"},
    {"escaped-control", "/system.slice/a\\x1b.service", "a\\x1b"},
    {"strange-bytes", "/system.slice/a\xff\x1b.service", "a??"},
    {"app-of-gnome", USER "/app.slice/app-gnome-firefox-1234.scope", "firefox"},
    {"app-with-reversed-name", USER "/app.slice/app-gnome-org.gnome.Maps-1234.scope",
     "org.gnome.Maps"},
    {"app-without-launcher", USER "/app.slice/app-firefox-1234.scope", "firefox"},
    {"app-with-a-dash", USER "/app.slice/app-gnome-google\\x2dchrome-9.scope", "google-chrome"},
    {"flatpak", USER "/app.slice/app-flatpak-org.mozilla.firefox-2026.scope",
     "org.mozilla.firefox"},
    {"app-service", USER "/app.slice/app-org.kde.konsole@1f2e.service", "org.kde.konsole"},
    {"app-below-its-unit", USER "/app.slice/app-gnome-firefox-1234.scope/tab/7", "firefox"},
    {"snap", USER "/app.slice/snap.firefox.firefox-0b7a1f9e-6d9c-4f5e-8e5a-2f6f6a3c1d2e.scope",
     "firefox"},
    {"started-by-bus", USER "/app.slice/dbus-:1.2-org.gnome.Nautilus@0.service",
     "org.gnome.Nautilus"},
    {"docker", "/system.slice/docker-" HEX ".scope", "container 0123456789ab"},
    {"podman", USER "/user.slice/libpod-" HEX ".scope/container", "container 0123456789ab"},
    {"terminal", USER "/app.slice/vte-spawn-0b7a1f9e-6d9c-4f5e-8e5a-2f6f6a3c1d2e.scope",
     "terminal"},
    {"transient", "/system.slice/run-u12.service", "run-u12"},
    {"systemd", "/init.scope", "systemd"},
    {"login-session", "/user.slice/user-1000.slice/session-3.scope", ""},
    {"user-manager", USER, ""},
    {"slice", "/system.slice", ""},
    {"root", "/", ""},
    {"no-unit", "/sotto-lab-12", ""},
};

static void test_program(gconstpointer data)
{
    g_autofree char *program = unit_name_program(cases[GPOINTER_TO_UINT(data)].path);
    g_assert_cmpstr(program, ==, cases[GPOINTER_TO_UINT(data)].program);
}

static void test_long_name_is_cut(void)
{
    g_autofree char *name = g_strnfill(200, 'n');
    g_autofree char *path = g_strdup_printf("/system.slice/%s.service", name);
    g_autofree char *program = unit_name_program(path);
    g_assert_cmpuint(strlen(program), ==, 64);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/unit-name/%s", cases[i].name);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_program);
    }
    g_test_add_func("/unit-name/long-name-is-cut", test_long_name_is_cut);
    return g_test_run();
}
