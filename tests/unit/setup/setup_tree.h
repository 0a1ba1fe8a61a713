/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "placing.h"

#include <glib/gstdio.h>
#include <unistd.h>

/** A folder of one test's own. */
typedef struct Tree {
    char *root;
} Tree;

static inline void tree_make(Tree *tree, gconstpointer data)
{
    tree->root = g_dir_make_tmp("sotto-setup-XXXXXX", NULL);
    g_assert_nonnull(tree->root);
}

static inline void tree_delete(Tree *tree, gconstpointer data)
{
    g_assert_true(placing_clear(tree->root, NULL));
    g_free(tree->root);
}

static inline char *tree_path(Tree *tree, const char *inside)
{
    return g_strconcat(tree->root, inside, NULL);
}

static inline void tree_write(Tree *tree, const char *inside, const char *text)
{
    g_autofree char *path = tree_path(tree, inside);

    g_assert_true(placing_make_way(tree->root, inside, NULL, NULL));
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_chmod(path, 0644), ==, 0);
}

static inline void tree_link(Tree *tree, const char *inside, const char *target)
{
    g_autofree char *path = tree_path(tree, inside);

    g_assert_true(placing_make_way(tree->root, inside, NULL, NULL));
    g_assert_cmpint(symlink(target, path), ==, 0);
}

/** NULL where there is nothing. */
static inline char *tree_read(Tree *tree, const char *inside)
{
    g_autofree char *path = tree_path(tree, inside);
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static inline void tree_assert(Tree *tree, const char *inside, const char *text)
{
    g_autofree char *found = tree_read(tree, inside);

    g_assert_cmpstr(found, ==, text);
}
