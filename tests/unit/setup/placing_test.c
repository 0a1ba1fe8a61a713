/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "placing.h"

#include "setup_tree.h"

#include <sys/stat.h>

static void test_undone_to_the_byte(Tree *tree, gconstpointer data)
{
    g_autofree char *source = tree_path(tree, "/source"), *target = tree_path(tree, "/host/old");
    g_autoptr(Placing) placing = placing_new(tree->root);
    struct stat status;

    tree_write(tree, "/source", "new");
    tree_write(tree, "/host/old", "old");
    tree_write(tree, "/host/taken", "kept");
    g_assert_cmpint(g_chmod(target, 0600), ==, 0);
    g_assert_true(placing_put(placing, source, "/host/old", NULL));
    g_assert_true(placing_put(placing, source, "/host/fresh", NULL));
    g_assert_true(placing_put_text(placing, "newest", "/host/old", NULL));
    g_assert_true(placing_take(placing, "/host/taken", NULL));
    tree_assert(tree, "/host/old", "newest");
    tree_assert(tree, "/host/fresh", "new");
    tree_assert(tree, "/host/taken", NULL);

    placing_undo(placing);
    tree_assert(tree, "/host/old", "old");
    tree_assert(tree, "/host/fresh", NULL);
    tree_assert(tree, "/host/taken", "kept");
    g_assert_cmpint(g_stat(target, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 07777, ==, 0600);
}

static void test_modes(Tree *tree, gconstpointer data)
{
    g_autofree char *source = tree_path(tree, "/source"), *target = tree_path(tree, "/host/file");
    g_autoptr(Placing) placing = placing_new(tree->root);
    struct stat status;

    tree_write(tree, "/source", "x");
    g_assert_cmpint(g_chmod(source, 04777), ==, 0);
    g_assert_true(placing_put(placing, source, "/host/file", NULL));
    g_assert_cmpint(g_stat(target, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 07777, ==, 0755);
}

static void test_folders_made_are_told(Tree *tree, gconstpointer data)
{
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);

    tree_write(tree, "/etc/there", "");
    g_assert_true(placing_make_way(tree->root, "/etc/a/b/file", made, NULL));
    g_assert_cmpuint(made->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(made, 0), ==, "/etc/a");
    g_assert_cmpstr(g_ptr_array_index(made, 1), ==, "/etc/a/b");
}

static void test_in_the_place_of_a_folder(Tree *tree, gconstpointer data)
{
    g_autoptr(Placing) placing = placing_new(tree->root);
    g_autoptr(GError) error = NULL;

    tree_write(tree, "/host/folder/file", "kept");
    g_assert_false(placing_put_text(placing, "x", "/host/folder", &error));
    g_assert_nonnull(error);
    placing_undo(placing);
    tree_assert(tree, "/host/folder/file", "kept");
}

static void test_lists_plain_files_only(Tree *tree, gconstpointer data)
{
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(GError) error = NULL;

    tree_write(tree, "/host/b", "");
    tree_write(tree, "/host/a/c", "");
    files = placing_list(tree->root, NULL);
    g_assert_cmpuint(files->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(files, 0), ==, "/host/a/c");
    tree_link(tree, "/host/link", "/etc/passwd");
    g_assert_null(placing_list(tree->root, &error));
    g_assert_nonnull(strstr(error->message, "/host/link"));
}

static void test_clearing_follows_no_link(Tree *tree, gconstpointer data)
{
    g_autofree char *folder = tree_path(tree, "/gone");

    tree_write(tree, "/kept/file", "kept");
    tree_write(tree, "/gone/deep/file", "");
    tree_link(tree, "/gone/link", "../kept");
    g_assert_true(placing_clear(folder, NULL));
    g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
    tree_assert(tree, "/kept/file", "kept");
    g_assert_true(placing_clear(folder, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/placing/undone-to-the-byte", Tree, NULL, tree_make, test_undone_to_the_byte,
               tree_delete);
    g_test_add("/placing/modes", Tree, NULL, tree_make, test_modes, tree_delete);
    g_test_add("/placing/folders-made-are-told", Tree, NULL, tree_make, test_folders_made_are_told,
               tree_delete);
    g_test_add("/placing/in-the-place-of-a-folder", Tree, NULL, tree_make,
               test_in_the_place_of_a_folder, tree_delete);
    g_test_add("/placing/lists-plain-files-only", Tree, NULL, tree_make,
               test_lists_plain_files_only, tree_delete);
    g_test_add("/placing/clearing-follows-no-link", Tree, NULL, tree_make,
               test_clearing_follows_no_link, tree_delete);
    return g_test_run();
}
