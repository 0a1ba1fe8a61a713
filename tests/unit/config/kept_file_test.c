/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kept_file.h"

#include "log.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_LENGTH 4096

typedef struct Fixture {
    char *folder, *path, *aside;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->folder = g_dir_make_tmp("sotto-kept-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "file", NULL);
    fixture->aside = g_strconcat(fixture->path, ".damaged", NULL);
    log_set_level(LOG_LEVEL_ERROR);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    g_remove(fixture->path);
    g_unlink(fixture->aside);
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->aside);
}

static void put(const Fixture *fixture, const char *text, gssize length)
{
    g_assert_true(g_file_set_contents(fixture->path, text, length, NULL));
}

static GKeyFile *read_keys(const Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    GKeyFile *file = kept_file_read_keys(fixture->path, MAX_LENGTH, "the test's", &error);

    g_assert_no_error(error);
    return file;
}

static void expect_refused(const Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    size_t length = 7;

    g_assert_null(kept_file_read(fixture->path, MAX_LENGTH, &length, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
    g_assert_cmpuint(length, ==, 7);
    g_clear_error(&error);
    g_assert_null(kept_file_read_keys(fixture->path, MAX_LENGTH, "the test's", &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
}

static void all_is_read_with_a_nul_behind(Fixture *fixture, gconstpointer unused)
{
    size_t length = 0;
    g_autofree char *text = NULL;

    put(fixture, "a\0b", 3);
    text = kept_file_read(fixture->path, MAX_LENGTH, &length, NULL);
    g_assert_cmpmem(text, length + 1, "a\0b", 4);
}

static void none_is_told_apart(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GKeyFile) file = read_keys(fixture);
    size_t length = 0;

    g_assert_nonnull(file);
    g_assert_null(kept_file_read(fixture->path, MAX_LENGTH, &length, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

/* It would be waited for until somebody writes to it. */
static void pipe_is_refused(Fixture *fixture, gconstpointer unused)
{
    g_assert_cmpint(mkfifo(fixture->path, 0600), ==, 0);
    expect_refused(fixture);
}

static void folder_is_refused(Fixture *fixture, gconstpointer unused)
{
    g_assert_cmpint(g_mkdir(fixture->path, 0700), ==, 0);
    expect_refused(fixture);
}

static void long_file_is_refused(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *text = g_strnfill(MAX_LENGTH + 1, '\n');
    size_t length = 0;
    g_autofree char *whole = NULL;

    put(fixture, text, -1);
    expect_refused(fixture);
    put(fixture, text, MAX_LENGTH);
    whole = kept_file_read(fixture->path, MAX_LENGTH, &length, NULL);
    g_assert_cmpuint(length, ==, MAX_LENGTH);
}

static void damage_costs_the_lines_it_hit(Fixture *fixture, gconstpointer unused)
{
    static const char text[] = "[One]\na=1\n\xff\xfe\0\xfd\nb=2\nnonsense\n[Two\nc=3\n[Three]\nd=";
    g_autoptr(GKeyFile) file = NULL;
    g_autofree char *kept = NULL;
    size_t length = 0;

    put(fixture, text, sizeof text - 1);
    file = read_keys(fixture);
    g_assert_cmpint(g_key_file_get_integer(file, "One", "a", NULL), ==, 1);
    g_assert_cmpint(g_key_file_get_integer(file, "One", "b", NULL), ==, 2);
    g_assert_false(g_key_file_has_key(file, "One", "c", NULL));
    g_assert_true(g_key_file_has_key(file, "Three", "d", NULL));
    kept = kept_file_read(fixture->aside, MAX_LENGTH, &length, NULL);
    g_assert_cmpmem(kept, length, text, sizeof text - 1);
}

static void whole_file_is_not_set_aside(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GKeyFile) file = NULL;

    put(fixture, "# a remark\n\n[One]\na=1\n", -1);
    file = read_keys(fixture);
    g_assert_cmpint(g_key_file_get_integer(file, "One", "a", NULL), ==, 1);
    g_assert_false(g_file_test(fixture->aside, G_FILE_TEST_EXISTS));
}

static void noise_leaves_nothing(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GKeyFile) file = NULL;
    g_auto(GStrv) groups = NULL;
    char noise[512];

    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)g_random_int_range(128, 256);
    put(fixture, noise, sizeof noise);
    file = read_keys(fixture);
    groups = g_key_file_get_groups(file, NULL);
    g_assert_cmpuint(g_strv_length(groups), ==, 0);
}

#define ADD(path, test) g_test_add("/kept-file/" path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("all-is-read-with-a-nul-behind", all_is_read_with_a_nul_behind);
    ADD("none-is-told-apart", none_is_told_apart);
    ADD("pipe-is-refused", pipe_is_refused);
    ADD("folder-is-refused", folder_is_refused);
    ADD("long-file-is-refused", long_file_is_refused);
    ADD("damage-costs-the-lines-it-hit", damage_costs_the_lines_it_hit);
    ADD("whole-file-is-not-set-aside", whole_file_is_not_set_aside);
    ADD("noise-leaves-nothing", noise_leaves_nothing);
    return g_test_run();
}
