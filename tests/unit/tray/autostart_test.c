/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting at login, outside of a sandbox: the launcher, and what desktops do with it. */
#include "autostart.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct Scene {
    char *folder, *path;
    Preferences *preferences;
    SottoAutostart *autostart;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
    scene->folder = g_build_filename(g_get_user_config_dir(), "autostart", NULL);
    scene->path = g_build_filename(scene->folder, "io.github.sottodns.Sotto.desktop", NULL);
    scene->preferences = preferences_new(NULL);
    scene->autostart = sotto_autostart_new(scene->preferences);
}

static void tear_down(Scene *scene, gconstpointer data)
{
    g_object_unref(scene->autostart);
    preferences_free(scene->preferences);
    g_unlink(scene->path);
    g_unlink(scene->folder);
    g_rmdir(scene->folder);
    g_free(scene->path);
    g_free(scene->folder);
}

static void write_launcher(const Scene *scene, const char *further)
{
    g_autofree char *text =
        g_strdup_printf("[Desktop Entry]\nType=Application\nName=Sotto\nExec=sotto\n%s", further);

    g_assert_cmpint(g_mkdir_with_parents(scene->folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(scene->path, text, -1, NULL));
}

static void count(guint *changes)
{
    (*changes)++;
}

static void off_where_there_is_nothing(Scene *scene, gconstpointer data)
{
    g_assert_false(sotto_autostart_is_on(scene->autostart));
}

static void on_starts_without_a_window(Scene *scene, gconstpointer data)
{
    g_autofree char *text = NULL;
    guint changes = 0;

    g_signal_connect_swapped(scene->autostart, "changed", G_CALLBACK(count), &changes);
    sotto_autostart_set(scene->autostart, TRUE);
    g_assert_true(sotto_autostart_is_on(scene->autostart));
    g_assert_cmpuint(changes, ==, 1);
    g_assert_true(g_file_get_contents(scene->path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "\nExec=sotto --background\n"));
}

static void off_takes_the_launcher_away(Scene *scene, gconstpointer data)
{
    sotto_autostart_set(scene->autostart, TRUE);
    sotto_autostart_set(scene->autostart, FALSE);
    g_assert_false(g_file_test(scene->path, G_FILE_TEST_EXISTS));
    sotto_autostart_set(scene->autostart, FALSE);
    g_assert_cmpstr(sotto_autostart_sentence(scene->autostart), ==, "");
}

static void switched_off_by_a_desktop_is_off(Scene *scene, gconstpointer data)
{
    write_launcher(scene, "");
    g_assert_true(sotto_autostart_is_on(scene->autostart));
    write_launcher(scene, "Hidden=true\n");
    g_assert_false(sotto_autostart_is_on(scene->autostart));
    write_launcher(scene, "X-GNOME-Autostart-enabled=false\n");
    g_assert_false(sotto_autostart_is_on(scene->autostart));
    sotto_autostart_set(scene->autostart, TRUE);
    g_assert_true(sotto_autostart_is_on(scene->autostart));
}

static void what_cannot_be_written_is_said(Scene *scene, gconstpointer data)
{
    g_assert_true(g_file_set_contents(scene->folder, "a file where the folder would be", -1, NULL));
    sotto_autostart_set(scene->autostart, TRUE);
    g_assert_false(sotto_autostart_is_on(scene->autostart));
    g_assert_nonnull(
        strstr(sotto_autostart_sentence(scene->autostart), "The setting could not be kept: "));
}

int main(int argc, char **argv)
{
    g_autofree char *config = g_dir_make_tmp("sotto-autostart-XXXXXX", NULL);
    int result;

    g_setenv("XDG_CONFIG_HOME", config, TRUE);
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function) g_test_add(name, Scene, NULL, set_up, function, tear_down)
    CASE("/autostart/off-where-there-is-nothing", off_where_there_is_nothing);
    CASE("/autostart/on-starts-without-a-window", on_starts_without_a_window);
    CASE("/autostart/off-takes-the-launcher-away", off_takes_the_launcher_away);
    CASE("/autostart/switched-off-by-a-desktop-is-off", switched_off_by_a_desktop_is_off);
    CASE("/autostart/what-cannot-be-written-is-said", what_cannot_be_written_is_said);
#undef CASE
    result = g_test_run();
    g_rmdir(config);
    return result;
}
