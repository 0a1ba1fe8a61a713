/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All lists together and the users' own entries; what comes of both is roster.c's.
 *
 * There is one timer, and it runs only while there is a plan to ask by, a list somebody wants, and
 * a network on which traffic costs nothing; between two refreshes of a list it sleeps for hours.
 */
#include "sources.h"

#include "key_changes.h"
#include "log.h"
#include "own_entries.h"
#include "roster.h"

#include <string.h>

#define LISTS_FOLDER     "lists"
#define OWN_FILE         "resolvers.conf"
#define KEY_CHANGES_FILE "key-changes.conf"
#define RETRY_S          3600                 /* after a refusal */
#define SETTLE_US        (5 * G_USEC_PER_SEC) /* after protection came on */

typedef struct Waiter {
    SourcesDone done;
    void *owner;
} Waiter;

struct Sources {
    DownloadEnvironment environment;
    const Downloader *downloader;
    char *lists_folder, *own_path;
    Settings *settings;
    GPtrArray *lists; /* Source */
    GPtrArray *own;   /* Resolver */
    KeyChanges *key_changes;
    Plan *plan; /* NULL: nobody may be asked */
    bool wanted, metered;
    LoopTimer timer;
    GArray *waiters;
    void (*changed)(void *owner);
    void *owner;
};

static void assemble(Sources *sources)
{
    roster_assemble(sources->settings, sources->own, sources->lists);
}

static void notify(Sources *sources)
{
    if (sources->changed != NULL)
        sources->changed(sources->owner);
}

void sources_set_changed(Sources *sources, void (*changed)(void *owner), void *owner)
{
    sources->changed = changed;
    sources->owner = owner;
}

/* --- refreshing --- */

static void schedule(Sources *sources, int64_t least_us);

int64_t source_due_s(const Sources *sources, const Source *source)
{
    int64_t now_s = loop_wall_s(sources->environment.loop);

    if (source->copy == NULL && source->failure == NULL && !sources->wanted)
        return 0;
    if (source->checked_at_s == 0 || source->checked_at_s > now_s)
        return now_s; /* never, or the clock was wrong */
    return source->checked_at_s + (source->failure != NULL ? MIN(RETRY_S, source->spec->refresh_s)
                                                           : source->spec->refresh_s);
}

static char *describe_failures(const Sources *sources)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < sources->lists->len; i++) {
        const Source *source = sources->lists->pdata[i];

        if (source->failure != NULL)
            g_string_append_printf(text, "%s%s: %s", text->len > 0 ? " " : "", source->spec->name,
                                   source->failure);
    }
    return g_string_free(text, FALSE);
}

static void tell_waiters(Sources *sources, const char *failures)
{
    g_autoptr(GArray) waiters = g_steal_pointer(&sources->waiters);
    g_autoptr(GError) error =
        *failures != '\0' ? g_error_new_literal(CONFIG_ERROR, CONFIG_ERROR_FAILED, failures) : NULL;

    sources->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
    for (guint i = 0; i < waiters->len; i++) {
        const Waiter *waiter = &g_array_index(waiters, Waiter, i);

        waiter->done(waiter->owner, error);
    }
}

static bool is_refreshing(const Sources *sources)
{
    for (guint i = 0; i < sources->lists->len; i++)
        if (source_is_refreshing(sources->lists->pdata[i]))
            return true;
    return false;
}

static void finish_if_idle(Sources *sources)
{
    if (is_refreshing(sources))
        return;
    g_autofree char *failures = describe_failures(sources);

    schedule(sources, 0);
    tell_waiters(sources, failures);
}

static void take_into_use(Sources *sources, Source *source, const ListCopy *before)
{
    if (before != NULL)
        key_changes_compare(sources->key_changes, source->spec->name, before->list,
                            source->copy->list, loop_wall_s(sources->environment.loop));
    key_changes_mark(sources->key_changes, source->spec->name, source->copy->list);
    assemble(sources);
}

static void on_refreshed(void *owner, Source *source, const ListCopy *before)
{
    Sources *sources = owner;

    if (source->failure == NULL)
        take_into_use(sources, source, before);
    notify(sources);
    finish_if_idle(sources);
}

static void refresh(Sources *sources, Source *source)
{
    source_refresh(source, &sources->environment, sources->downloader, sources->plan, on_refreshed,
                   sources);
}

static void on_timer(void *owner)
{
    Sources *sources = owner;
    int64_t now_s = loop_wall_s(sources->environment.loop);

    for (guint i = 0; i < sources->lists->len; i++) {
        Source *source = sources->lists->pdata[i];
        int64_t due_s = source_due_s(sources, source);

        if (due_s != 0 && due_s <= now_s)
            refresh(sources, source);
    }
    if (!is_refreshing(sources))
        schedule(sources, 0); /* the wall clock and ours do not agree to the second */
}

static void schedule(Sources *sources, int64_t least_us)
{
    int64_t now_s = loop_wall_s(sources->environment.loop), first_s = 0;

    loop_timer_stop(&sources->timer);
    if (sources->metered)
        return;
    for (guint i = 0; sources->plan != NULL && i < sources->lists->len; i++) {
        int64_t due_s = source_due_s(sources, sources->lists->pdata[i]);

        if (due_s != 0 && (first_s == 0 || due_s < first_s))
            first_s = due_s;
    }
    if (first_s != 0)
        loop_timer_start(&sources->timer,
                         MAX(least_us, MAX(first_s - now_s, 0) * G_USEC_PER_SEC + 1));
}

void sources_follow(Sources *sources, Plan *plan)
{
    bool began = sources->plan == NULL && plan != NULL;

    if (plan == sources->plan)
        return;
    if (plan != NULL)
        plan_ref(plan);
    plan_unref(sources->plan);
    sources->plan = plan;
    if (began || plan == NULL)
        schedule(sources, SETTLE_US);
}

void sources_set_metered(Sources *sources, bool metered)
{
    if (metered == sources->metered)
        return;
    sources->metered = metered;
    if (metered)
        log_info("lists are not fetched by themselves: this network is metered");
    schedule(sources, SETTLE_US);
}

bool source_waits(const Sources *sources, const Source *source)
{
    int64_t due_s = source_due_s(sources, source);

    return sources->metered && due_s != 0 && due_s <= loop_wall_s(sources->environment.loop);
}

void sources_want(Sources *sources)
{
    if (sources->wanted)
        return;
    sources->wanted = true;
    schedule(sources, 0);
}

/* Whether `done` will hear of an end; else it was told why there is nothing to wait for. */
static bool wait_for_end(Sources *sources, SourcesDone done, void *owner)
{
    Waiter waiter = {.done = done, .owner = owner};

    sources->wanted = true;
    if (sources->plan == NULL || sources->lists->len == 0) {
        g_autoptr(GError) error = g_error_new_literal(
            CONFIG_ERROR, CONFIG_ERROR_FAILED,
            sources->lists->len == 0
                ? "No list is set up."
                : "Lists are fetched through an encrypted resolver: turn on protection first.");

        done(owner, error);
        return false;
    }
    g_array_append_val(sources->waiters, waiter);
    return true;
}

void sources_refresh(Sources *sources, SourcesDone done, void *owner)
{
    if (!wait_for_end(sources, done, owner))
        return;
    for (guint i = 0; i < sources->lists->len; i++)
        refresh(sources, sources->lists->pdata[i]);
}

void sources_outcome(Sources *sources, SourcesDone done, void *owner)
{
    if (wait_for_end(sources, done, owner) && !is_refreshing(sources)) {
        g_autofree char *failures = describe_failures(sources);

        tell_waiters(sources, failures);
    }
}

/* --- own entries --- */

static bool is_taken(void *owner, const char *id)
{
    const Sources *sources = owner;

    return g_str_equal(id, "auto") || settings_find_resolver(sources->settings, id) != NULL;
}

gboolean sources_add(Sources *sources, const char *spec, const char *name, char **id,
                     GError **error)
{
    g_autoptr(Resolver) resolver = own_entry_new(spec, name, is_taken, sources, error);

    if (resolver == NULL || !own_entries_add(sources->own_path, resolver, spec, error))
        return FALSE;
    *id = g_strdup(resolver->id);
    g_ptr_array_add(sources->own, g_steal_pointer(&resolver));
    assemble(sources);
    notify(sources);
    return TRUE;
}

gboolean sources_remove(Sources *sources, const char *id, GError **error)
{
    if (!own_entries_remove(sources->own_path, id, error))
        return FALSE;
    for (guint i = 0; i < sources->own->len; i++) {
        const Resolver *resolver = sources->own->pdata[i];

        if (g_str_equal(resolver->id, id)) {
            g_ptr_array_remove_index(sources->own, i);
            break;
        }
    }
    assemble(sources);
    notify(sources);
    return TRUE;
}

void sources_acknowledge(Sources *sources, const char *id)
{
    Resolver *resolver = settings_find_resolver(sources->settings, id);

    if (resolver != NULL && key_changes_forget(sources->key_changes, resolver))
        notify(sources);
}

/* --- life --- */

GPtrArray *sources_lists(const Sources *sources)
{
    return sources->lists;
}

/* The list that goes on under the new settings, taken out of the old array; NULL: a new one. */
static Source *steal_list(GPtrArray *lists, const ListSpec *spec)
{
    for (guint i = 0; i < lists->len; i++) {
        const Source *source = lists->pdata[i];

        if (g_str_equal(source->spec->name, spec->name) && source->spec->kind == spec->kind &&
            memcmp(&source->spec->key, &spec->key, sizeof spec->key) == 0 &&
            g_str_equal(source->spec->file, spec->file))
            return g_ptr_array_steal_index(lists, i);
    }
    return NULL;
}

static void open_lists(Sources *sources)
{
    g_autoptr(GPtrArray) old = sources->lists;

    sources->lists = g_ptr_array_new_with_free_func((GDestroyNotify)source_free);
    for (guint i = 0; i < sources->settings->lists->len; i++) {
        const ListSpec *spec = sources->settings->lists->pdata[i];
        Source *source = steal_list(old, spec);

        if (source != NULL) {
            source_set_spec(source, sources->settings, spec);
        } else {
            source = source_new(sources->settings, spec, sources->lists_folder);
            if (source->copy != NULL)
                key_changes_mark(sources->key_changes, spec->name, source->copy->list);
        }
        g_ptr_array_add(sources->lists, source);
    }
    assemble(sources);
}

Sources *sources_new(const SourcesParts *parts, Settings *settings)
{
    Sources *sources = g_new0(Sources, 1);

    sources->environment = parts->environment;
    sources->downloader = parts->downloader;
    sources->lists_folder = g_build_filename(parts->folder, LISTS_FOLDER, NULL);
    sources->own_path = g_build_filename(parts->folder, OWN_FILE, NULL);

    g_autofree char *changes = g_build_filename(sources->lists_folder, KEY_CHANGES_FILE, NULL);

    sources->key_changes = key_changes_load(changes);
    sources->own = own_entries_load(sources->own_path);
    sources->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
    sources->lists = g_ptr_array_new_with_free_func((GDestroyNotify)source_free);
    sources->settings = settings_ref(settings);
    loop_timer_init(&sources->timer, parts->environment.loop, on_timer, sources);
    open_lists(sources);
    return sources;
}

void sources_reload(Sources *sources, Settings *settings)
{
    settings_ref(settings);
    settings_unref(sources->settings);
    sources->settings = settings;
    open_lists(sources);
    finish_if_idle(sources);
}

void sources_free(Sources *sources)
{
    if (sources == NULL)
        return;
    loop_timer_stop(&sources->timer);
    tell_waiters(sources, "The helper is stopping.");
    g_ptr_array_unref(sources->lists);
    g_ptr_array_unref(sources->own);
    g_array_unref(sources->waiters);
    key_changes_free(sources->key_changes);
    plan_unref(sources->plan);
    settings_unref(sources->settings);
    g_free(sources->lists_folder);
    g_free(sources->own_path);
    g_free(sources);
}
