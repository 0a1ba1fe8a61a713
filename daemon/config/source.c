/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A refresh:
 *
 *     download from the next URL → in a thread: verify, parse, write → take it into use
 *           └──────────── refused ←────────────┘
 *
 * Another URL is tried after a bad list as after none, since a mirror may be the one that lies. The
 * first refusal is the one that is told: mirrors are there to help, not to explain.
 *
 * A Work outlives its source when the source goes while the thread is busy. It holds what the
 * thread reads, the settings with the spec among it, and is freed on the main thread, where
 * references are counted.
 */
#include "source.h"

#include "log.h"

typedef struct SourceWork {
    Source *source; /* NULL: it is gone */
    const DownloadEnvironment *environment;
    const Downloader *downloader;
    Plan *plan;
    SourceRefreshed refreshed;
    void *owner;
    size_t url;
    Download *download;
    char *failure; /* of the first URL that failed */
    /* for the thread */
    Settings *settings;
    const ListSpec *spec;
    char *folder;
    GBytes *text, *signature;
    int64_t held_s;
} SourceWork;

static void try_url(SourceWork *work);

static void work_free(SourceWork *work)
{
    if (work->download != NULL)
        work->downloader->cancel(work->download);
    plan_unref(work->plan);
    g_free(work->failure);
    settings_unref(work->settings);
    g_free(work->folder);
    g_clear_pointer(&work->text, g_bytes_unref);
    g_clear_pointer(&work->signature, g_bytes_unref);
    g_free(work);
}

/* (transfer full) of the copy, NULL for a failure */
static void finish(SourceWork *work, ListCopy *copy)
{
    Source *source = work->source;
    g_autoptr(ListCopy) before = copy != NULL ? source->copy : NULL;

    source->work = NULL;
    g_free(source->failure);
    source->failure = copy != NULL ? NULL : g_steal_pointer(&work->failure);
    source->checked_at_s = loop_wall_s(work->environment->loop);
    if (copy != NULL)
        source->copy = copy;
    if (copy != NULL)
        log_info("list refreshed name=%s entries=%u", source->spec->name, copy->list->entries->len);
    else
        log_warning("list not refreshed, the one in use stays name=%s reason=%s",
                    source->spec->name, source->failure);
    work->refreshed(work->owner, source, before);
    work_free(work);
}

static void refuse(SourceWork *work, const char *sentence)
{
    const char *url = work->spec->urls[work->url];

    log_debug("list refused name=%s url=%s reason=%s", work->spec->name, url, sentence);
    if (work->failure == NULL)
        work->failure = g_strdup(sentence);
    work->url++;
    if (work->spec->urls[work->url] != NULL)
        try_url(work);
    else
        finish(work, NULL);
}

/* --- in a thread --- */

static void store(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const SourceWork *work = data;
    GError *error = NULL;
    ListCopy *copy = list_copy_store(work->folder, work->spec, work->text, work->signature,
                                     work->held_s, &error);

    if (copy != NULL)
        g_task_return_pointer(task, copy, (GDestroyNotify)list_copy_free);
    else
        g_task_return_error(task, error);
}

static void on_stored(GObject *object, GAsyncResult *result, gpointer data)
{
    SourceWork *work = data;
    g_autoptr(GError) error = NULL;
    ListCopy *copy = g_task_propagate_pointer(G_TASK(result), &error);

    if (work->source == NULL) {
        list_copy_free(copy);
        work_free(work);
        return;
    }
    g_clear_pointer(&work->text, g_bytes_unref);
    g_clear_pointer(&work->signature, g_bytes_unref);
    if (copy != NULL)
        finish(work, copy);
    else
        refuse(work, error->message);
}

/* --- */

static void on_downloaded(void *owner, GBytes *text, GBytes *signature, const GError *error)
{
    SourceWork *work = owner;

    work->download = NULL;
    if (error != NULL) {
        refuse(work, error->message);
        return;
    }
    work->text = g_bytes_ref(text);
    work->signature = g_bytes_ref(signature);
    work->held_s = work->source->copy != NULL ? work->source->copy->signed_at_s : 0;

    g_autoptr(GTask) task = g_task_new(NULL, NULL, on_stored, work);

    g_task_set_task_data(task, work, NULL);
    g_task_run_in_thread(task, store);
}

static void try_url(SourceWork *work)
{
    work->download = work->downloader->begin(work->environment, work->plan,
                                             work->spec->urls[work->url], on_downloaded, work);
}

void source_refresh(Source *source, const DownloadEnvironment *environment,
                    const Downloader *downloader, Plan *plan, SourceRefreshed refreshed,
                    void *owner)
{
    SourceWork *work;

    if (source->work != NULL)
        return;
    work = source->work = g_new0(SourceWork, 1);
    work->source = source;
    work->environment = environment;
    work->downloader = downloader;
    work->plan = plan_ref(plan);
    work->refreshed = refreshed;
    work->owner = owner;
    work->settings = settings_ref(source->settings);
    work->spec = source->spec;
    work->folder = g_strdup(source->folder);
    try_url(work);
}

bool source_is_refreshing(const Source *source)
{
    return source->work != NULL;
}

Source *source_new(Settings *settings, const ListSpec *spec, const char *folder)
{
    Source *source = g_new0(Source, 1);
    g_autoptr(GError) error = NULL;

    source->settings = settings_ref(settings);
    source->spec = spec;
    source->folder = g_strdup(folder);
    source->copy = list_copy_read(folder, spec, &error);
    if (source->copy != NULL) {
        source->checked_at_s = source->copy->checked_at_s;
    } else if (!g_error_matches(error, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND)) {
        source->failure = g_strdup_printf("The copy on disk cannot be used. %s", error->message);
        log_warning("the kept list cannot be used name=%s reason=%s", spec->name, error->message);
    }
    return source;
}

void source_set_spec(Source *source, Settings *settings, const ListSpec *spec)
{
    settings_ref(settings);
    settings_unref(source->settings);
    source->settings = settings;
    source->spec = spec;
}

void source_free(Source *source)
{
    if (source == NULL)
        return;
    if (source->work != NULL && source->work->download != NULL)
        work_free(source->work);
    else if (source->work != NULL)
        source->work->source = NULL; /* the thread has it */
    list_copy_free(source->copy);
    settings_unref(source->settings);
    g_free(source->folder);
    g_free(source->failure);
    g_free(source);
}
