/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control_group.h"

#include <glib.h>
#include <glib/gstdio.h>

#include <string.h>
#include <sys/stat.h>

/* A tree of folders is as good as the kernel's: both tell type and inode of what they hold. */

static const char *const folders[] = {"a.slice", "a.slice/b.service", "a.slice/b.service/inner",
                                      "c.slice"};

typedef struct Fixture {
    char *root;
} Fixture;

static void fixture_open(Fixture *fixture, gconstpointer unused)
{
    fixture->root = g_dir_make_tmp("control-group-XXXXXX", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(fixture->root, folders[i], NULL);
        g_assert_cmpint(g_mkdir(path, 0755), ==, 0);
    }
}

static void fixture_close(Fixture *fixture, gconstpointer unused)
{
    for (size_t i = G_N_ELEMENTS(folders); i > 0; i--) {
        g_autofree char *path = g_build_filename(fixture->root, folders[i - 1], NULL);
        g_assert_cmpint(g_rmdir(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(fixture->root), ==, 0);
    g_free(fixture->root);
}

static uint64_t id_of(const Fixture *fixture, const char *folder)
{
    g_autofree char *path = g_build_filename(fixture->root, folder, NULL);
    struct stat facts;
    g_assert_cmpint(stat(path, &facts), ==, 0);
    return facts.st_ino;
}

static void test_inner(Fixture *fixture, gconstpointer unused)
{
    const uint64_t id = id_of(fixture, "a.slice/b.service/inner");
    char *path = NULL;
    control_group_find(fixture->root, &id, 1, &path);
    g_assert_cmpstr(path, ==, "/a.slice/b.service/inner");
    g_free(path);
}

static void test_several(Fixture *fixture, gconstpointer unused)
{
    const uint64_t ids[] = {id_of(fixture, "c.slice"), 1, id_of(fixture, "a.slice/b.service")};
    char *paths[3] = {NULL};
    control_group_find(fixture->root, ids, 3, paths);
    g_assert_cmpstr(paths[0], ==, "/c.slice");
    g_assert_null(paths[1]); /* there is none */
    g_assert_cmpstr(paths[2], ==, "/a.slice/b.service");
    g_free(paths[0]);
    g_free(paths[2]);
}

static void test_root(Fixture *fixture, gconstpointer unused)
{
    const uint64_t id = id_of(fixture, ".");
    char *path = NULL;
    control_group_find(fixture->root, &id, 1, &path);
    g_assert_cmpstr(path, ==, "/");
    g_free(path);
}

static void test_no_tree(void)
{
    const uint64_t id = 1;
    char *path = NULL;
    control_group_find("/nowhere", &id, 1, &path);
    g_assert_null(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, function)                                                                       \
    g_test_add("/control-group/" name, Fixture, NULL, fixture_open, function, fixture_close)
    TEST("inner", test_inner);
    TEST("several", test_several);
    TEST("root", test_root);
#undef TEST
    g_test_add_func("/control-group/no-tree", test_no_tree);
    return g_test_run();
}
