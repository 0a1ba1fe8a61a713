/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of an installation, good and in every way not to be trusted. */
#include "recorded_user.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Fixture {
    char *folder, *file;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->folder = g_dir_make_tmp("sotto-record-XXXXXX", NULL);
    g_assert_nonnull(fixture->folder);
    g_assert_cmpint(g_chmod(fixture->folder, 0755), ==, 0);
    fixture->file = g_build_filename(fixture->folder, "installed.conf", NULL);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    g_unlink(fixture->file);
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->folder);
    g_free(fixture->file);
}

static void record(Fixture *fixture, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_file_set_contents(fixture->file, text, -1, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_chmod(fixture->file, 0644), ==, 0);
}

static void expect_nobody(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    uid_t user = 12345;
    g_assert_false(recorded_user_read(fixture->folder, getuid(), &user, &error));
    g_assert_nonnull(error);
    g_assert_cmpuint(user, ==, 12345);
}

static void test_user(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    uid_t user = 0;
    record(fixture, "[Installed]\nVersion=1.0\nUid=1000\nFlatpak=/var/lib/flatpak\n");
    g_assert_true(recorded_user_read(fixture->folder, getuid(), &user, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(user, ==, 1000);
}

static void test_missing(Fixture *fixture, gconstpointer unused)
{
    expect_nobody(fixture);
}

static void test_damaged(Fixture *fixture, gconstpointer text)
{
    record(fixture, text);
    expect_nobody(fixture);
}

static void test_too_long(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *filler = g_strnfill(70000, '#');
    g_autofree char *text = g_strconcat("[Installed]\nUid=1000\n", filler, "\n", NULL);
    record(fixture, text);
    expect_nobody(fixture);
}

static void test_writable(Fixture *fixture, gconstpointer mode)
{
    record(fixture, "[Installed]\nUid=1000\n");
    g_assert_cmpint(g_chmod(fixture->file, GPOINTER_TO_INT(mode)), ==, 0);
    expect_nobody(fixture);
}

static void test_folder_writable(Fixture *fixture, gconstpointer unused)
{
    record(fixture, "[Installed]\nUid=1000\n");
    g_assert_cmpint(g_chmod(fixture->folder, 0777), ==, 0);
    expect_nobody(fixture);
}

static void test_other_owner(Fixture *fixture, gconstpointer unused)
{
    uid_t user = 0;
    record(fixture, "[Installed]\nUid=1000\n");
    g_assert_false(recorded_user_read(fixture->folder, getuid() + 1, &user, NULL));
}

static void test_link(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *target = g_strconcat(fixture->folder, "/other", NULL);
    g_assert_true(g_file_set_contents(target, "[Installed]\nUid=1000\n", -1, NULL));
    g_assert_cmpint(symlink(target, fixture->file), ==, 0);
    expect_nobody(fixture);
    g_unlink(target);
}

static void test_fifo(Fixture *fixture, gconstpointer unused)
{
    g_assert_cmpint(mkfifo(fixture->file, 0644), ==, 0);
    expect_nobody(fixture);
}

static void add(const char *path, gconstpointer data,
                void (*test)(Fixture *fixture, gconstpointer data))
{
    g_test_add(path, Fixture, data, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/recorded-user/is-read", NULL, test_user);
    add("/recorded-user/no-record-is-nobody", NULL, test_missing);
    add("/recorded-user/empty-is-nobody", "", test_damaged);
    add("/recorded-user/no-key-is-nobody", "[Installed]\nVersion=1.0\n", test_damaged);
    add("/recorded-user/no-key-file-is-nobody", "Uid=1000\n", test_damaged);
    add("/recorded-user/root-is-nobody", "[Installed]\nUid=0\n", test_damaged);
    add("/recorded-user/negative-is-nobody", "[Installed]\nUid=-1\n", test_damaged);
    add("/recorded-user/no-user-number-is-nobody", "[Installed]\nUid=4294967295\n", test_damaged);
    add("/recorded-user/wrapped-number-is-nobody", "[Installed]\nUid=4294968296\n", test_damaged);
    add("/recorded-user/word-is-nobody", "[Installed]\nUid=1000 root\n", test_damaged);
    add("/recorded-user/too-long-is-nobody", NULL, test_too_long);
    add("/recorded-user/group-writes-is-nobody", GINT_TO_POINTER(0664), test_writable);
    add("/recorded-user/others-write-is-nobody", GINT_TO_POINTER(0646), test_writable);
    add("/recorded-user/folder-others-write-is-nobody", NULL, test_folder_writable);
    add("/recorded-user/other-owner-is-nobody", NULL, test_other_owner);
    add("/recorded-user/link-is-nobody", NULL, test_link);
    add("/recorded-user/fifo-is-nobody", NULL, test_fifo);
    return g_test_run();
}
