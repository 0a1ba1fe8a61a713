/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trust_store.h"

#include <glib.h>
#include <glib/gstdio.h>

typedef struct Scene {
    char *folder, *missing, *empty, *first, *second;
} Scene;

static void scene_set_up(Scene *scene, gconstpointer data)
{
    scene->folder = g_dir_make_tmp("trust-store-XXXXXX", NULL);
    scene->missing = g_build_filename(scene->folder, "missing", NULL);
    scene->empty = g_build_filename(scene->folder, "empty", NULL);
    scene->first = g_build_filename(scene->folder, "first", NULL);
    scene->second = g_build_filename(scene->folder, "second", NULL);
    g_assert_true(g_file_set_contents(scene->empty, "", 0, NULL));
    g_assert_true(g_file_set_contents(scene->first, "certificates", -1, NULL));
    g_assert_true(g_file_set_contents(scene->second, "certificates", -1, NULL));
}

static void scene_tear_down(Scene *scene, gconstpointer data)
{
    g_unlink(scene->empty);
    g_unlink(scene->first);
    g_unlink(scene->second);
    g_rmdir(scene->folder);
    g_free(scene->missing);
    g_free(scene->empty);
    g_free(scene->first);
    g_free(scene->second);
    g_free(scene->folder);
}

static void first_that_is_there(Scene *scene, gconstpointer data)
{
    const char *const places[] = {scene->missing, scene->first, scene->second, NULL};

    g_assert_cmpstr(trust_store_find(places), ==, scene->first);
}

static void folders_and_empty_files_are_passed_over(Scene *scene, gconstpointer data)
{
    const char *const places[] = {scene->folder, scene->empty, scene->second, NULL};

    g_assert_cmpstr(trust_store_find(places), ==, scene->second);
}

static void none(Scene *scene, gconstpointer data)
{
    const char *const places[] = {scene->missing, scene->empty, NULL};

    g_assert_null(trust_store_find(places));
}

static void known_places_end(void)
{
    size_t count = 0;

    while (trust_store_places[count])
        g_assert_true(g_path_is_absolute(trust_store_places[count++]));
    g_assert_cmpuint(count, >, 4);
}

#define ADD(name, test)                                                                            \
    g_test_add("/trust-store/" name, Scene, NULL, scene_set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("first-that-is-there", first_that_is_there);
    ADD("folders-and-empty-files-are-passed-over", folders_and_empty_files_are_passed_over);
    ADD("none", none);
    g_test_add_func("/trust-store/known-places-end", known_places_end);
    return g_test_run();
}
