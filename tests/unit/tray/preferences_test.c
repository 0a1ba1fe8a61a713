/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The app's own settings: defaults, damage, and what is written. */
#include "preferences.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct Scene {
    char *folder, *path;
    Preferences *preferences;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
    scene->folder = g_dir_make_tmp("sotto-preferences-XXXXXX", NULL);
    scene->path = g_build_filename(scene->folder, "sotto", "app.conf", NULL);
}

static void tear_down(Scene *scene, gconstpointer data)
{
    g_autofree char *below = g_path_get_dirname(scene->path);

    preferences_free(scene->preferences);
    g_unlink(scene->path);
    g_rmdir(scene->path);
    g_unlink(below);
    g_rmdir(below);
    g_rmdir(scene->folder);
    g_free(scene->path);
    g_free(scene->folder);
}

static void write_file(const Scene *scene, const char *text)
{
    g_autofree char *below = g_path_get_dirname(scene->path);

    g_assert_cmpint(g_mkdir_with_parents(below, 0700), ==, 0);
    g_assert_true(g_file_set_contents(scene->path, text, -1, NULL));
}

static char *read_file(const Scene *scene)
{
    char *text = NULL;

    g_assert_true(g_file_get_contents(scene->path, &text, NULL, NULL));
    return text;
}

static void open_preferences(Scene *scene)
{
    g_clear_pointer(&scene->preferences, preferences_free);
    scene->preferences = preferences_new(scene->path);
}

static gboolean notifies(const Scene *scene)
{
    return preferences_get(scene->preferences, PREFERENCE_NOTIFICATIONS);
}

static void no_file_is_no_damage(Scene *scene, gconstpointer data)
{
    open_preferences(scene);
    g_assert_true(notifies(scene));
    g_assert_false(preferences_get(scene->preferences, PREFERENCE_START_AT_LOGIN));
    g_assert_cmpstr(preferences_damage(scene->preferences), ==, "");
    g_assert_false(g_file_test(scene->path, G_FILE_TEST_EXISTS));
}

static void what_is_set_is_kept(Scene *scene, gconstpointer data)
{
    GError *error = NULL;

    open_preferences(scene);
    g_assert_true(preferences_set(scene->preferences, PREFERENCE_NOTIFICATIONS, FALSE, &error));
    g_assert_no_error(error);
    g_assert_false(notifies(scene));
    open_preferences(scene);
    g_assert_false(notifies(scene));
}

static void file_is_the_users_alone(Scene *scene, gconstpointer data)
{
    GStatBuf status;

    open_preferences(scene);
    g_assert_true(preferences_set(scene->preferences, PREFERENCE_NOTIFICATIONS, FALSE, NULL));
    g_assert_cmpint(g_stat(scene->path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
}

static void damaged_file_has_the_defaults_and_a_sentence(Scene *scene, gconstpointer data)
{
    write_file(scene, "Notifications=false\nin no group\n");
    g_test_expect_message(NULL, G_LOG_LEVEL_MESSAGE, "*app.conf*");
    open_preferences(scene);
    g_test_assert_expected_messages();
    g_assert_true(notifies(scene));
    g_assert_nonnull(strstr(preferences_damage(scene->preferences), scene->path));
}

static void wrong_value_has_its_default_and_a_sentence(Scene *scene, gconstpointer data)
{
    write_file(scene, "[App]\nNotifications=perhaps\nStartAtLogin=true\n");
    open_preferences(scene);
    g_assert_true(notifies(scene));
    g_assert_true(preferences_get(scene->preferences, PREFERENCE_START_AT_LOGIN));
    g_assert_nonnull(strstr(preferences_damage(scene->preferences), "Notifications"));
}

static void setting_ends_the_damage(Scene *scene, gconstpointer data)
{
    write_file(scene, "[App]\nNotifications=perhaps\n");
    open_preferences(scene);
    g_assert_true(preferences_set(scene->preferences, PREFERENCE_START_AT_LOGIN, TRUE, NULL));
    g_assert_cmpstr(preferences_damage(scene->preferences), ==, "");
    open_preferences(scene);
    g_assert_cmpstr(preferences_damage(scene->preferences), ==, "");
    g_assert_true(notifies(scene));
}

static void what_a_later_version_wrote_stays(Scene *scene, gconstpointer data)
{
    g_autofree char *text = NULL;

    write_file(scene, "# by hand\n[App]\nColour=true\n[Later]\nKey=1\n");
    open_preferences(scene);
    g_assert_true(preferences_set(scene->preferences, PREFERENCE_NOTIFICATIONS, FALSE, NULL));
    text = read_file(scene);
    g_assert_nonnull(strstr(text, "# by hand"));
    g_assert_nonnull(strstr(text, "Colour=true"));
    g_assert_nonnull(strstr(text, "[Later]\nKey=1"));
}

static void what_cannot_be_kept_is_not_so(Scene *scene, gconstpointer data)
{
    g_autofree char *below = g_path_get_dirname(scene->path);
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(below, "a file where the folder would be", -1, NULL));
    g_test_expect_message(NULL, G_LOG_LEVEL_MESSAGE, "*app.conf*");
    open_preferences(scene);
    g_test_assert_expected_messages();
    g_assert_false(preferences_set(scene->preferences, PREFERENCE_NOTIFICATIONS, FALSE, &error));
    g_assert_nonnull(strstr(error->message, "The setting could not be kept: "));
    g_assert_true(notifies(scene));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function) g_test_add(name, Scene, NULL, set_up, function, tear_down)
    CASE("/preferences/no-file-is-no-damage", no_file_is_no_damage);
    CASE("/preferences/what-is-set-is-kept", what_is_set_is_kept);
    CASE("/preferences/file-is-the-users-alone", file_is_the_users_alone);
    CASE("/preferences/damaged-file-has-the-defaults-and-a-sentence",
         damaged_file_has_the_defaults_and_a_sentence);
    CASE("/preferences/wrong-value-has-its-default-and-a-sentence",
         wrong_value_has_its_default_and_a_sentence);
    CASE("/preferences/setting-ends-the-damage", setting_ends_the_damage);
    CASE("/preferences/what-a-later-version-wrote-stays", what_a_later_version_wrote_stays);
    CASE("/preferences/what-cannot-be-kept-is-not-so", what_cannot_be_kept_is_not_so);
#undef CASE
    return g_test_run();
}
