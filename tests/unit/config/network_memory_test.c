/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network_memory.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct Fixture {
    Loop *loop;
    TlsContext *tls;
    Engine *engine;
    char *folder, *path;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->loop = loop_new_fake(1000000, 1700000000);
    fixture->tls = tls_context_new(NULL);
    fixture->engine = engine_new(fixture->loop, fixture->tls);
    fixture->folder = g_dir_make_tmp("sotto-networks-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "networks", NULL);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    engine_free(fixture->engine);
    tls_context_free(fixture->tls);
    loop_free(fixture->loop);
    g_unlink(fixture->path);
    g_rmdir(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->folder);
}

static char *known(const Fixture *fixture)
{
    return engine_save_networks(fixture->engine);
}

static void what_is_saved_comes_back(Fixture *fixture, gconstpointer unused)
{
    GStatBuf file;

    engine_load_networks(fixture->engine, "cafe shut=dnscrypt quad9=doh\n");
    network_memory_save(fixture->engine, fixture->path);
    g_assert_cmpint(g_stat(fixture->path, &file), ==, 0);
    g_assert_cmpint(file.st_mode & 0777, ==, 0600);
    engine_load_networks(fixture->engine, "");
    network_memory_load(fixture->engine, fixture->path);
    g_autofree char *text = known(fixture);
    g_assert_cmpstr(text, ==, "cafe shut=dnscrypt quad9=doh\n");
}

static void damage_is_forgotten(Fixture *fixture, gconstpointer unused)
{
    g_assert_true(g_file_set_contents(fixture->path, "cafe\0quad9=doh\n", 15, NULL));
    network_memory_load(fixture->engine, fixture->path);
    g_autofree char *text = known(fixture);
    g_assert_cmpstr(text, ==, "");
}

static void nothing_there_is_no_harm(Fixture *fixture, gconstpointer unused)
{
    network_memory_load(fixture->engine, fixture->path);
    network_memory_load(fixture->engine, NULL);
    network_memory_save(fixture->engine, NULL);
    network_memory_save(fixture->engine, "/nonexistent/folder/networks");
    g_autofree char *text = known(fixture);
    g_assert_cmpstr(text, ==, "");
}

#define ADD(path, test) g_test_add("/network-memory/" path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("what-is-saved-comes-back", what_is_saved_comes_back);
    ADD("damage-is-forgotten", damage_is_forgotten);
    ADD("nothing-there-is-no-harm", nothing_there_is_no_harm);
    return g_test_run();
}
