/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a Flatpak brings, read from a folder that is laid out as its sandbox is. */
#include "setup_payload.h"

#include "build-time.h"
#include "helper_error.h"
#include "sotto-build.h"

#include <glib/gstdio.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define INFO(path)                                                                                 \
    "[Application]\nname=" SOTTO_APP_ID "\n[Instance]\napp-path=" path "/app/" SOTTO_APP_ID        \
    "/x86_64/stable/c0ffee/files\n"

/* --- versions ----------------------------------------------------------------------------------
 */

static void test_parts_are_numbers(void)
{
    g_assert_cmpint(sotto_setup_compare_versions("0.10.0", "0.9.9"), >, 0);
    g_assert_cmpint(sotto_setup_compare_versions("1.0.0", "2.0.0"), <, 0);
}

static void test_missing_part_is_zero(void)
{
    g_assert_cmpint(sotto_setup_compare_versions("1.2", "1.2.0"), ==, 0);
    g_assert_cmpint(sotto_setup_compare_versions("1.2", "1.2.1"), <, 0);
    g_assert_cmpint(sotto_setup_compare_versions("1.2.1", "1"), >, 0);
}

static void test_strange_version_ends_the_comparison(void)
{
    g_assert_cmpint(sotto_setup_compare_versions("", ""), ==, 0);
    g_assert_cmpint(sotto_setup_compare_versions("", "0.1"), <, 0);
    g_assert_cmpint(sotto_setup_compare_versions("1.0rc2", "1.0"), ==, 0);
    g_assert_cmpint(sotto_setup_compare_versions("new", "0.1"), <, 0);
    g_assert_cmpint(sotto_setup_compare_versions("...", "."), ==, 0);
}

static void test_version_is_told_before_the_time(void)
{
    g_assert_true(sotto_setup_is_older("0.0.1", INT64_MAX));
    g_assert_false(sotto_setup_is_older("999.0", 0));
}

static void test_one_version_is_told_by_its_time(void)
{
    g_assert_true(sotto_setup_is_older(SOTTO_VERSION, SOTTO_BUILD_TIME_S - 1));
    g_assert_false(sotto_setup_is_older(SOTTO_VERSION, SOTTO_BUILD_TIME_S));
    g_assert_false(sotto_setup_is_older(SOTTO_VERSION, SOTTO_BUILD_TIME_S + 1));
}

/* --- the folder --------------------------------------------------------------------------------
 */

typedef struct Scene {
    char *root;
} Scene;

static char *place(const Scene *scene, const char *path)
{
    return g_build_filename(scene->root, path, NULL);
}

static void put(const Scene *scene, const char *path, const char *text)
{
    g_autofree char *file = place(scene, path);

    g_assert_true(g_file_set_contents(file, text, -1, NULL));
}

static void take(const Scene *scene, const char *path)
{
    g_autofree char *file = place(scene, path);

    g_assert_cmpint(g_remove(file), ==, 0);
}

static void set_up(Scene *scene, gconstpointer data)
{
    g_autofree char *folder = NULL;

    scene->root = g_dir_make_tmp("sotto-setup-XXXXXX", NULL);
    folder = place(scene, "app/share/sotto");
    g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
    put(scene, ".flatpak-info", INFO("/srv/apps"));
    put(scene, "app/share/sotto/helper.tar", "the helper");
    put(scene, "app/share/sotto/helper.digest", DIGEST "\n");
    put(scene, "app/share/sotto/setup", "exit 0\n");
}

static void tear_down(Scene *scene, gconstpointer data)
{
    static const char *const paths[] = {"app/share/sotto/helper.tar",
                                        "app/share/sotto/helper.digest",
                                        "app/share/sotto/setup",
                                        "app/share/sotto",
                                        "app/share",
                                        "app",
                                        ".flatpak-info"};

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *path = place(scene, paths[i]);
        g_remove(path);
    }
    g_assert_cmpint(g_rmdir(scene->root), ==, 0);
    g_free(scene->root);
}

static void test_installation_comes_before_the_app(Scene *scene, gconstpointer data)
{
    g_autoptr(SottoSetupPayload) payload = sotto_setup_payload_read(scene->root);

    g_assert_cmpstr(payload->installation, ==, "/srv/apps");
    g_assert_cmpstr(payload->digest, ==, DIGEST);
}

static void test_home_is_never_followed(Scene *scene, gconstpointer data)
{
    g_autofree char *info = g_strdup_printf(
        "[Instance]\napp-path=%s/f/app/" SOTTO_APP_ID "/a/b/c/files\n", g_get_home_dir());
    g_autoptr(SottoSetupPayload) payload = NULL;

    put(scene, ".flatpak-info", info);
    payload = sotto_setup_payload_read(scene->root);
    g_assert_true(g_str_has_prefix(payload->installation, g_get_home_dir()));
    g_assert_false(payload->follows);
}

/* The folder of the test is its user's, and that user may be root, who owns the system's as well.
 */
static void test_own_files_outside_of_the_home(Scene *scene, gconstpointer data)
{
    g_autoptr(SottoSetupPayload) payload = sotto_setup_payload_read(scene->root);

    g_assert_cmpint(payload->follows, ==, getuid() == 0);
}

static void test_unknown_installation_is_not_followed(Scene *scene, gconstpointer data)
{
    g_autoptr(SottoSetupPayload) payload = NULL;

    put(scene, ".flatpak-info",
        "[Instance]\napp-path=/var/lib/flatpak/app/org.example.Other/a/b/c\n");
    payload = sotto_setup_payload_read(scene->root);
    g_assert_cmpstr(payload->installation, ==, "");
    g_assert_false(payload->follows);
}

static void test_no_mark_of_flatpak(Scene *scene, gconstpointer data)
{
    take(scene, ".flatpak-info");
    g_assert_null(sotto_setup_payload_read(scene->root));
}

static void test_no_payload(Scene *scene, gconstpointer data)
{
    take(scene, "app/share/sotto/helper.tar");
    g_assert_null(sotto_setup_payload_read(scene->root));
}

static void test_whole_payload_opens(Scene *scene, gconstpointer data)
{
    g_autoptr(SottoSetupPayload) payload = sotto_setup_payload_read(scene->root);
    g_autofree char *script = sotto_setup_payload_script(payload, NULL);
    int file = sotto_setup_payload_open(payload, NULL);

    g_assert_cmpint(file, >=, 0);
    g_assert_cmpstr(script, ==, "exit 0\n");
    close(file);
}

static void expect_damage(const SottoSetupPayload *payload)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(sotto_setup_payload_open(payload, &error), ==, -1);
    g_assert_error(error, SOTTO_ERROR, SOTTO_ERROR_FAILED);
}

static void test_damaged_digest(Scene *scene, gconstpointer data)
{
    static const char *const damaged[] = {
        "", "0123", DIGEST "0\n", DIGEST "  helper.tar\n",
        "../../../../../../../../../../../../../../../../../etc/passwd...."};

    for (size_t i = 0; i < G_N_ELEMENTS(damaged); i++) {
        g_autoptr(SottoSetupPayload) payload = NULL;
        put(scene, "app/share/sotto/helper.digest", damaged[i]);
        payload = sotto_setup_payload_read(scene->root);
        g_assert_cmpstr(payload->digest, ==, "");
        expect_damage(payload);
    }
}

static void test_payload_that_went_away(Scene *scene, gconstpointer data)
{
    g_autoptr(SottoSetupPayload) payload = sotto_setup_payload_read(scene->root);

    take(scene, "app/share/sotto/helper.tar");
    expect_damage(payload);
}

static void test_script_that_went_away(Scene *scene, gconstpointer data)
{
    g_autoptr(SottoSetupPayload) payload = sotto_setup_payload_read(scene->root);
    g_autoptr(GError) error = NULL;

    take(scene, "app/share/sotto/setup");
    g_assert_null(sotto_setup_payload_script(payload, &error));
    g_assert_error(error, SOTTO_ERROR, SOTTO_ERROR_FAILED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/setup-version/parts-are-numbers", test_parts_are_numbers);
    g_test_add_func("/setup-version/missing-part-is-zero", test_missing_part_is_zero);
    g_test_add_func("/setup-version/strange-one", test_strange_version_ends_the_comparison);
    g_test_add_func("/setup-version/before-the-time", test_version_is_told_before_the_time);
    g_test_add_func("/setup-version/then-the-time", test_one_version_is_told_by_its_time);
#define ADD(name, test) g_test_add("/setup-payload/" name, Scene, NULL, set_up, test, tear_down)
    ADD("installation", test_installation_comes_before_the_app);
    ADD("home-is-never-followed", test_home_is_never_followed);
    ADD("own-files-outside-of-the-home", test_own_files_outside_of_the_home);
    ADD("unknown-installation", test_unknown_installation_is_not_followed);
    ADD("no-mark-of-flatpak", test_no_mark_of_flatpak);
    ADD("no-payload", test_no_payload);
    ADD("whole-payload-opens", test_whole_payload_opens);
    ADD("damaged-digest", test_damaged_digest);
    ADD("payload-that-went-away", test_payload_that_went_away);
    ADD("script-that-went-away", test_script_that_went_away);
    return g_test_run();
}
