/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "installed.h"

#include "setup_tree.h"

static void test_read_as_written(Tree *tree, gconstpointer data)
{
    g_autofree char *path = tree_path(tree, "/lib/installed.conf");
    g_autoptr(Installed) written = installed_new(), read = NULL;

    installed_set(&written->edition.version, "1.2.3");
    written->edition.build_time_s = 1795350000;
    installed_set(&written->digest, "abc");
    installed_set(&written->previous, "def");
    written->uid = 1000;
    written->made_user = TRUE;
    installed_note(written->flatpak, "/home/a b;c/flatpak");
    installed_note(written->files, "/etc/one");
    installed_note(written->files, "/etc/two");
    installed_note(written->folders, "/etc/new");
    g_assert_true(installed_save(written, path, NULL));

    read = installed_load(path, NULL);
    g_assert_cmpint(edition_compare(&read->edition, &written->edition), ==, 0);
    g_assert_cmpstr(read->digest, ==, "abc");
    g_assert_cmpstr(read->previous, ==, "def");
    g_assert_cmpint(read->uid, ==, 1000);
    g_assert_true(read->made_user);
    g_assert_true(installed_has(read->flatpak, "/home/a b;c/flatpak"));
    g_assert_cmpuint(read->files->len, ==, 2);
    g_assert_true(installed_has(read->folders, "/etc/new"));
}

static void test_none(Tree *tree, gconstpointer data)
{
    g_autofree char *path = tree_path(tree, "/installed.conf");
    g_autoptr(GError) error = NULL;

    g_assert_null(installed_load(path, &error));
    g_assert_no_error(error);
}

static void test_damaged_is_said(Tree *tree, gconstpointer data)
{
    g_autofree char *path = tree_path(tree, "/installed.conf");
    g_autoptr(GError) error = NULL;

    tree_write(tree, "/installed.conf", "no key file\n");
    g_assert_null(installed_load(path, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, path));
}

/* It says what to delete. */
static void test_relative_paths_are_dropped(Tree *tree, gconstpointer data)
{
    g_autofree char *path = tree_path(tree, "/installed.conf");
    g_autoptr(Installed) read = NULL;

    tree_write(tree, "/installed.conf", "[Installed]\nFiles=here;/there;\n");
    read = installed_load(path, NULL);
    g_assert_cmpuint(read->files->len, ==, 1);
    g_assert_true(installed_has(read->files, "/there"));
}

static void test_noted_once(Tree *tree, gconstpointer data)
{
    g_autoptr(Installed) installed = installed_new();

    installed_note(installed->files, "/etc/one");
    installed_note(installed->files, "/etc/one");
    g_assert_cmpuint(installed->files->len, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/installed/read-as-written", Tree, NULL, tree_make, test_read_as_written,
               tree_delete);
    g_test_add("/installed/none", Tree, NULL, tree_make, test_none, tree_delete);
    g_test_add("/installed/damaged-is-said", Tree, NULL, tree_make, test_damaged_is_said,
               tree_delete);
    g_test_add("/installed/relative-paths-are-dropped", Tree, NULL, tree_make,
               test_relative_paths_are_dropped, tree_delete);
    g_test_add("/installed/noted-once", Tree, NULL, tree_make, test_noted_once, tree_delete);
    return g_test_run();
}
