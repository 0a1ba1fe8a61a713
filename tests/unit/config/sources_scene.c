/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sources_scene.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct Served {
    GBytes *text, *signature;
} Served;

struct Download {
    SourcesScene *scene;
    char *url;
    DownloadDone done;
    void *owner;
    LoopDefer defer;
};

static SourcesScene *current; /* a Downloader has no owner of its own */

static void served_free(gpointer data)
{
    Served *served = data;

    g_bytes_unref(served->text);
    g_bytes_unref(served->signature);
    g_free(served);
}

static void download_free(Download *download)
{
    loop_defer_cancel(&download->defer);
    g_free(download->url);
    g_free(download);
}

static void on_defer(void *owner)
{
    Download *download = owner;
    const Served *served = g_hash_table_lookup(download->scene->served, download->url);
    g_autoptr(GError) error = NULL;

    if (served != NULL) {
        download->done(download->owner, served->text, served->signature, NULL);
    } else {
        error = g_error_new_literal(CONFIG_ERROR, CONFIG_ERROR_FAILED, "Nothing is there.");
        download->done(download->owner, NULL, NULL, error);
    }
    download_free(download);
}

static Download *begin(const DownloadEnvironment *environment, Plan *plan, const char *url,
                       DownloadDone done, void *owner)
{
    Download *download = g_new0(Download, 1);

    g_assert_nonnull(plan);
    download->scene = current;
    download->url = g_strdup(url);
    download->done = done;
    download->owner = owner;
    g_ptr_array_add(current->requests, g_strdup(url));
    loop_defer_init(&download->defer, environment->loop, on_defer, download);
    loop_defer_schedule(&download->defer);
    return download;
}

static const Downloader scripted = {.begin = begin, .cancel = download_free};

static void on_changed(void *owner)
{
    SourcesScene *scene = owner;

    scene->changes++;
}

static void write_config(SourcesScene *scene)
{
    g_autofree char *text = g_strdup_printf(
        "[Resolver own]\nEndpoints=tls://192.0.2.9#own.example\n"
        "[List public]\nKind=resolvers\nURL=" SCENE_URL ";" SCENE_MIRROR "\nKey=%s\n"
        "RefreshHours=%d\n[List relays]\nKind=relays\nURL=" SCENE_RELAYS "\nKey=%s\n",
        scene->signer.public_text, SCENE_REFRESH_H, scene->signer.public_text);

    scene->config = g_build_filename(scene->folder, "sotto.conf", NULL);
    g_assert_true(g_file_set_contents(scene->config, text, -1, NULL));
}

static void open_sources(SourcesScene *scene)
{
    SettingsSources files = {.file = scene->config};
    SourcesParts parts = {
        .environment = {.loop = scene->loop}, .downloader = &scripted, .folder = scene->folder};
    g_autoptr(GError) error = NULL;

    scene->settings = settings_load(&files, &error);
    g_assert_no_error(error);
    scene->sources = sources_new(&parts, scene->settings);
    sources_set_changed(scene->sources, on_changed, scene);
}

static void close_sources(SourcesScene *scene)
{
    sources_free(scene->sources);
    settings_unref(scene->settings);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

void sources_scene_set_up(SourcesScene *scene, gconstpointer data)
{
    current = scene;
    list_signer_init(&scene->signer, 7);
    scene->folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    scene->loop = loop_new_fake(1000000, SCENE_WALL_S);
    scene->plan = plan_new();
    scene->served = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, served_free);
    scene->requests = g_ptr_array_new_with_free_func(g_free);
    write_config(scene);
    open_sources(scene);
}

static void remove_folder(const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *inner = g_build_filename(path, name, NULL);

        if (g_file_test(inner, G_FILE_TEST_IS_DIR))
            remove_folder(inner);
        else
            g_unlink(inner);
    }
    if (folder != NULL)
        g_dir_close(folder);
    g_rmdir(path);
}

void sources_scene_tear_down(SourcesScene *scene, gconstpointer data)
{
    close_sources(scene);
    plan_unref(scene->plan);
    g_hash_table_unref(scene->served);
    g_ptr_array_unref(scene->requests);
    loop_free(scene->loop);
    remove_folder(scene->folder);
    g_free(scene->folder);
    g_free(scene->config);
    g_free(scene->failure);
    list_signer_clear(&scene->signer);
}

void sources_scene_serve(SourcesScene *scene, const char *url, GBytes *text, GBytes *signature)
{
    Served *served = g_new(Served, 1);

    *served = (Served){.text = text, .signature = signature};
    g_hash_table_replace(scene->served, g_strdup(url), served);
}

void sources_scene_serve_text(SourcesScene *scene, const char *url, const char *text,
                              const char *file, int64_t time_s)
{
    GBytes *bytes = g_bytes_new(text, strlen(text));

    sources_scene_serve(scene, url, bytes,
                        list_signer_sign_file(&scene->signer, bytes, file, time_s));
}

void sources_scene_restart(SourcesScene *scene)
{
    close_sources(scene);
    open_sources(scene);
}

static bool is_busy(const SourcesScene *scene)
{
    GPtrArray *lists = sources_lists(scene->sources);

    for (guint i = 0; i < lists->len; i++)
        if (source_is_refreshing(lists->pdata[i]))
            return true;
    return false;
}

void sources_scene_settle(SourcesScene *scene)
{
    int64_t patience_us = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;

    do {
        loop_turn(scene->loop, 0);
        g_main_context_iteration(NULL, FALSE);
        g_assert_cmpint(g_get_monotonic_time(), <, patience_us);
        g_usleep(200);
    } while (is_busy(scene));
}

static void on_done(void *owner, const GError *error)
{
    SourcesScene *scene = owner;

    scene->done = true;
    g_free(scene->failure);
    scene->failure = error != NULL ? g_strdup(error->message) : NULL;
}

void sources_scene_refresh(SourcesScene *scene)
{
    scene->done = false;
    sources_follow(scene->sources, scene->plan);
    sources_refresh(scene->sources, on_done, scene);
    sources_scene_settle(scene);
    g_assert_true(scene->done);
}

Source *sources_scene_list(const SourcesScene *scene, guint index)
{
    return sources_lists(scene->sources)->pdata[index];
}

Resolver *sources_scene_find(const SourcesScene *scene, const char *id)
{
    return settings_find_resolver(scene->settings, id);
}

void sources_scene_hold_old(SourcesScene *scene)
{
    sources_scene_serve_text(scene, SCENE_URL, LIST_OLD, "list.md", SCENE_LIST_S);
    sources_scene_serve_text(scene, SCENE_RELAYS, "## anon-one\n" STAMP_RELAY "\n", "relays.md",
                             SCENE_LIST_S);
    sources_scene_refresh(scene);
    g_assert_null(scene->failure);
    g_assert_nonnull(sources_scene_find(scene, "one"));
}

int sources_scene_run(int argc, char **argv, const SourcesCase *cases, size_t count)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < count; i++)
        g_test_add(cases[i].path, SourcesScene, NULL, sources_scene_set_up, cases[i].run,
                   sources_scene_tear_down);
    return g_test_run();
}
