/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "versions.h"

#include "setup_tree.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static void place(Tree *tree, const char *home, const char *digest, const char *text)
{
    g_autofree char *from = tree_path(tree, "/tree");

    tree_write(tree, "/tree/bin/program", text);
    g_assert_true(versions_place(home, from, digest, NULL));
}

static void test_replaced_in_one_step(Tree *tree, gconstpointer data)
{
    g_autofree char *home = tree_path(tree, "/home"), *in_use = NULL;

    place(tree, home, A, "one");
    g_assert_true(versions_use(home, A, NULL));
    place(tree, home, B, "two");
    tree_assert(tree, "/home/current/bin/program", "one");
    g_assert_true(versions_use(home, B, NULL));
    tree_assert(tree, "/home/current/bin/program", "two");
    in_use = versions_in_use(home);
    g_assert_cmpstr(in_use, ==, B);
}

static void test_the_one_in_use_is_mended(Tree *tree, gconstpointer data)
{
    g_autofree char *home = tree_path(tree, "/home");

    place(tree, home, A, "damaged");
    g_assert_true(versions_use(home, A, NULL));
    place(tree, home, A, "whole");
    tree_assert(tree, "/home/current/bin/program", "whole");
    tree_assert(tree, "/tree/bin/program", "damaged");
}

static void test_a_half_moved_one_is_replaced(Tree *tree, gconstpointer data)
{
    g_autofree char *home = tree_path(tree, "/home");

    tree_write(tree, "/home/versions/" A "/bin/other", "");
    place(tree, home, A, "one");
    tree_assert(tree, "/home/versions/" A "/bin/program", "one");
    tree_assert(tree, "/home/versions/" A "/bin/other", NULL);
}

static void test_two_are_kept(Tree *tree, gconstpointer data)
{
    g_autofree char *home = tree_path(tree, "/home");

    place(tree, home, A, "one");
    place(tree, home, B, "two");
    place(tree, home, C, "three");
    g_assert_true(versions_prune(home, C, B, NULL));
    tree_assert(tree, "/home/versions/" A "/bin/program", NULL);
    tree_assert(tree, "/home/versions/" B "/bin/program", "two");
    tree_assert(tree, "/home/versions/" C "/bin/program", "three");
}

static void test_a_link_to_elsewhere_is_none(Tree *tree, gconstpointer data)
{
    g_autofree char *home = tree_path(tree, "/home"), *in_use = NULL;

    tree_link(tree, "/home/current", "/etc");
    in_use = versions_in_use(home);
    g_assert_cmpstr(in_use, ==, "");
}

static void test_digests(Tree *tree, gconstpointer data)
{
    g_assert_true(versions_is_digest(A));
    g_assert_false(versions_is_digest("abc"));
    g_assert_false(versions_is_digest(A "a"));
    g_assert_false(
        versions_is_digest("../aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    g_assert_false(
        versions_is_digest("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/versions/replaced-in-one-step", Tree, NULL, tree_make, test_replaced_in_one_step,
               tree_delete);
    g_test_add("/versions/the-one-in-use-is-mended", Tree, NULL, tree_make,
               test_the_one_in_use_is_mended, tree_delete);
    g_test_add("/versions/a-half-moved-one-is-replaced", Tree, NULL, tree_make,
               test_a_half_moved_one_is_replaced, tree_delete);
    g_test_add("/versions/two-are-kept", Tree, NULL, tree_make, test_two_are_kept, tree_delete);
    g_test_add("/versions/a-link-to-elsewhere-is-none", Tree, NULL, tree_make,
               test_a_link_to_elsewhere_is_none, tree_delete);
    g_test_add("/versions/digests", Tree, NULL, tree_make, test_digests, tree_delete);
    return g_test_run();
}
