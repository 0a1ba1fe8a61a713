/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From [Rules] to the engine's Ruleset.
 *
 * A job is everything one thread needs: the settings, the lists of before, and room for what it
 * makes. While it runs nobody else touches the job, and the lists of before are only read and
 * counted (atomically). An eventfd tells the loop that it is done; then the loop joins the thread,
 * logs what it noted and gives the engine its new rules. There is one job at a time.
 *
 * What users say while Sotto runs is laid over whatever rules were read last, in the loop and in no
 * time, so that it waits for no list and outlives every reload.
 */
#include "rule_loader.h"

#include "log.h"

#include <glib/gstdio.h>

#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* What was read from a file, and how to tell whether the file is still the same. */
typedef struct Loaded {
    struct stat facts;
    RuleList *list; /* NULL: a list of cloaks, with its text */
    char *text;
    RuleListReport report;
} Loaded;

typedef struct Note {
    LogLevel level;
    char *text;
} Note;

typedef struct Job {
    RuleSettings *settings;
    GHashTable *before; /* "kind path" → Loaded; borrowed */
    GHashTable *after;
    GPtrArray *files; /* RuleFile */
    Ruleset *rules;
    GPtrArray *notes; /* for the log, which is the loop's */
    GCancellable *cancelled;
    int done; /* eventfd, borrowed; -1: nobody waits there */
} Job;

struct RuleLoader {
    Loop *loop;
    Engine *engine;
    GHashTable *loaded;
    Job *job; /* a thread is at work on it; NULL none */
    GThread *thread;
    RuleSettings *next; /* to be begun after that; NULL none */
    LoopIo done;
    Ruleset *read;    /* of the settings; NULL none yet */
    GPtrArray *files; /* RuleFile: what these were read from */
    OwnRules *own;    /* may be NULL */
    OwnRulesListener own_changes;
    void (*changed)(void *owner); /* may be NULL */
    void *owner;
};

/* ---- the job, in whichever thread ---- */

static void loaded_free(gpointer data)
{
    Loaded *loaded = data;

    rule_list_unref(loaded->list);
    g_free(loaded->text);
    g_free(loaded);
}

static void file_free(gpointer data)
{
    RuleFile *file = data;

    g_free(file->path);
    g_free(file->failure);
    g_free(file);
}

static void note_free(gpointer data)
{
    Note *note = data;

    g_free(note->text);
    g_free(note);
}

static void G_GNUC_PRINTF(3, 4) add_note(Job *job, LogLevel level, const char *format, ...)
{
    Note *note = g_new(Note, 1);
    va_list arguments;

    va_start(arguments, format);
    *note = (Note){.level = level, .text = g_strdup_vprintf(format, arguments)};
    va_end(arguments);
    g_ptr_array_add(job->notes, note);
}

static Job *job_new(RuleSettings *settings, GHashTable *before, int done)
{
    Job *job = g_new0(Job, 1);

    job->settings = rule_settings_ref(settings);
    job->before = before;
    job->after = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, loaded_free);
    job->files = g_ptr_array_new_with_free_func(file_free);
    job->notes = g_ptr_array_new_with_free_func(note_free);
    job->cancelled = g_cancellable_new();
    job->done = done;
    return job;
}

static void job_free(Job *job)
{
    rule_settings_unref(job->settings);
    g_clear_pointer(&job->after, g_hash_table_unref);
    g_clear_pointer(&job->files, g_ptr_array_unref);
    ruleset_unref(job->rules);
    g_ptr_array_unref(job->notes);
    g_object_unref(job->cancelled);
    g_free(job);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void note_report(Job *job, const char *path, const RuleListReport *report, int64_t took_us)
{
    add_note(job, LOG_LEVEL_INFO, "list read: file=%s names=%zu skipped=%zu memory=%zu ms=%d", path,
             report->names, report->foreign, report->bytes, (int)(took_us / 1000));
    if (report->malformed)
        add_note(job, LOG_LEVEL_WARNING,
                 "%s: %zu lines could not be understood and are left out; the first is line %u",
                 path, report->malformed, report->first_malformed);
}

/* The same again, without its facts. */
static Loaded *copy_old(const Loaded *old)
{
    Loaded *copy = g_new0(Loaded, 1);

    copy->list = old->list ? rule_list_ref(old->list) : NULL;
    copy->text = g_strdup(old->text);
    copy->report = old->report;
    return copy;
}

/* Keeps what the file held when it could still be read. */
static Loaded *keep_old(Job *job, const Loaded *old, const GError *error)
{
    if (g_cancellable_is_cancelled(job->cancelled))
        return NULL;
    add_note(job, LOG_LEVEL_ERROR, old ? "%s (what was read before stays)" : "%s", error->message);
    return old ? copy_old(old) : NULL; /* no facts: the file is tried again the next time */
}

static Loaded *read_list(Job *job, const char *path, bool allows, GError **error)
{
    int64_t start_us = g_get_monotonic_time();
    RuleListReport report;
    RuleList *list = rule_list_read(path, allows, job->cancelled, &report, error);
    Loaded *loaded;

    if (!list)
        return NULL;
    note_report(job, path, &report, g_get_monotonic_time() - start_us);
    loaded = g_new0(Loaded, 1);
    loaded->list = list;
    loaded->report = report;
    return loaded;
}

static Loaded *read_text(const char *path, const struct stat *facts, GError **error)
{
    g_autoptr(GError) local = NULL;
    Loaded *loaded = g_new0(Loaded, 1);
    const char *reason = NULL;

    if (!S_ISREG(facts->st_mode) && facts->st_mode)
        reason = "It is no file.";
    else if (facts->st_size > RULE_CLOAK_MAX_BYTES)
        reason = "A list of cloaks may be 1 MB long at most.";
    else if (!g_file_get_contents(path, &loaded->text, NULL, &local))
        reason = local->message;
    if (!reason)
        return loaded;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", path, reason);
    loaded_free(loaded);
    return NULL;
}

typedef enum RuleFileKind {
    RULE_FILE_BLOCK = 'b',
    RULE_FILE_ALLOW = 'a',
    RULE_FILE_CLOAK = 'c'
} RuleFileKind;

static const char *kind_word(RuleFileKind kind)
{
    switch (kind) {
    case RULE_FILE_BLOCK:
        return "block";
    case RULE_FILE_ALLOW:
        return "allow";
    case RULE_FILE_CLOAK:
        break;
    }
    return "cloak";
}

/* `error` NULL: it could be read. */
static void add_file(Job *job, RuleFileKind kind, const char *path, const Loaded *loaded,
                     const GError *error)
{
    RuleFile *file = g_new0(RuleFile, 1);

    file->path = g_strdup(path);
    file->kind = kind_word(kind);
    if (loaded)
        file->report = loaded->report;
    file->failure = g_strdup(error ? error->message : "");
    g_ptr_array_add(job->files, file);
}

/* What a file holds: of before if it did not change or cannot be read, else anew. NULL: nothing. */
static Loaded *load(Job *job, RuleFileKind kind, const char *path)
{
    g_autofree char *key = g_strdup_printf("%c %s", (int)kind, path);
    const Loaded *old = g_hash_table_lookup(job->before, key);
    g_autoptr(GError) error = NULL;
    struct stat facts = {0};
    Loaded *loaded;

    if (g_hash_table_contains(job->after, key)) /* named twice */
        return NULL;
    if (stat(path, &facts) == 0 && old && is_same_file(&facts, &old->facts)) {
        loaded = copy_old(old);
    } else {
        loaded = kind == RULE_FILE_CLOAK ? read_text(path, &facts, &error)
                                         : read_list(job, path, kind == RULE_FILE_ALLOW, &error);
    }
    if (loaded)
        loaded->facts = facts;
    else
        loaded = keep_old(job, old, error);
    add_file(job, kind, path, loaded, error);
    if (loaded)
        g_hash_table_insert(job->after, g_steal_pointer(&key), loaded);
    return loaded;
}

static void add_lists(Job *job, RuleFileKind kind, char *const *paths)
{
    for (size_t i = 0; paths[i]; i++) {
        const Loaded *loaded = load(job, kind, paths[i]);

        if (loaded)
            g_ptr_array_add(job->rules->lists, rule_list_ref(loaded->list));
    }
}

static void add_cloaks(Job *job)
{
    const RuleSettings *settings = job->settings;
    RuleListReport by_hand = {0};

    if (!*settings->cloaks && !*settings->cloak_lists)
        return;
    job->rules->cloaks = cloaks_new();
    for (size_t i = 0; settings->cloaks[i]; i++)
        rule_cloaks_add(job->rules->cloaks, settings->cloaks[i], true,
                        g_intern_static_string("Cloak= in the settings"), &by_hand);
    for (size_t i = 0; settings->cloak_lists[i]; i++) {
        const char *path = settings->cloak_lists[i];
        Loaded *loaded = load(job, RULE_FILE_CLOAK, path);
        g_autofree char *label = g_path_get_basename(path);
        RuleFile *file;

        if (!loaded)
            continue;
        file = job->files->pdata[job->files->len - 1];
        file->report = (RuleListReport){0};
        rule_cloaks_add(job->rules->cloaks, loaded->text, false, g_intern_string(label),
                        &file->report);
        note_report(job, path, &file->report, 0);
    }
}

static void job_run(Job *job)
{
    job->rules = rule_settings_ruleset(job->settings);
    add_lists(job, RULE_FILE_ALLOW, job->settings->allow_lists);
    add_lists(job, RULE_FILE_BLOCK, job->settings->block_lists);
    add_cloaks(job);
}

static gpointer work(gpointer data)
{
    Job *job = data;
    uint64_t one = 1;

    job_run(job);
    if (write(job->done, &one, sizeof one) < 0)
        log_error("the rules are read, and nobody can be told");
    return NULL;
}

/* ---- the loop's side ---- */

static void put_in_force(RuleLoader *loader)
{
    g_autoptr(Ruleset) bare = loader->read ? ruleset_ref(loader->read) : ruleset_new();
    g_autoptr(OwnNames) own = loader->own ? own_rules_names(loader->own) : NULL;
    g_autoptr(Ruleset) rules = own ? ruleset_with_own(bare, own) : ruleset_ref(bare);

    engine_set_rules(loader->engine, rules);
}

static void on_own_changed(void *owner, const Name *name)
{
    put_in_force(owner);
}

/* (transfer full) of the rules. */
static void use(RuleLoader *loader, Ruleset *rules)
{
    ruleset_unref(loader->read);
    loader->read = rules;
    put_in_force(loader);
}

static void finish(RuleLoader *loader, Job *job)
{
    for (guint i = 0; i < job->notes->len; i++) {
        const Note *note = job->notes->pdata[i];

        log_write(note->level, "%s", note->text);
    }
    g_hash_table_unref(loader->loaded);
    loader->loaded = g_steal_pointer(&job->after);
    g_ptr_array_unref(loader->files);
    loader->files = g_steal_pointer(&job->files);
    use(loader, g_steal_pointer(&job->rules));
    job_free(job);
    if (loader->changed)
        loader->changed(loader->owner);
}

static void on_done(void *owner, uint32_t events)
{
    RuleLoader *loader = owner;
    RuleSettings *next = g_steal_pointer(&loader->next);
    uint64_t count;

    if (read(loader->done.fd, &count, sizeof count) < 0 || !loader->job)
        return;
    g_thread_join(g_steal_pointer(&loader->thread));
    finish(loader, g_steal_pointer(&loader->job));
    if (next)
        rule_loader_begin(loader, next);
    rule_settings_unref(next);
}

RuleLoader *rule_loader_new(Loop *loop, Engine *engine)
{
    RuleLoader *loader = g_new0(RuleLoader, 1);
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    loader->loop = loop;
    loader->engine = engine;
    loader->loaded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, loaded_free);
    loader->files = g_ptr_array_new_with_free_func(file_free);
    loader->done.fd = -1;
    if (fd >= 0 && loop_io_open(&loader->done, loop, fd, LOOP_READ, on_done, loader) != STATUS_OK) {
        close(fd);
        loader->done.fd = -1;
    }
    return loader;
}

void rule_loader_free(RuleLoader *loader)
{
    int fd;

    if (!loader)
        return;
    if (loader->job) {
        g_cancellable_cancel(loader->job->cancelled);
        g_thread_join(loader->thread);
        job_free(loader->job);
    }
    rule_settings_unref(loader->next);
    fd = loader->done.fd;
    loop_io_clear(&loader->done);
    if (fd >= 0)
        close(fd);
    own_rules_unlisten(&loader->own_changes);
    ruleset_unref(loader->read);
    g_ptr_array_unref(loader->files);
    g_hash_table_unref(loader->loaded);
    g_free(loader);
}

void rule_loader_load(RuleLoader *loader, RuleSettings *settings)
{
    Job *job = job_new(settings, loader->loaded, -1);

    job_run(job);
    finish(loader, job);
}

void rule_loader_begin(RuleLoader *loader, RuleSettings *settings)
{
    bool has_files = *settings->block_lists || *settings->allow_lists || *settings->cloak_lists;

    if (loader->job) {
        rule_settings_unref(loader->next);
        loader->next = rule_settings_ref(settings);
        return;
    }
    if (!has_files || loader->done.fd < 0) {
        rule_loader_load(loader, settings);
        return;
    }
    if (!loader->read)
        use(loader, rule_settings_ruleset(settings));
    loader->job = job_new(settings, loader->loaded, loader->done.fd);
    loader->thread = g_thread_new("rules", work, loader->job);
}

bool rule_loader_is_busy(const RuleLoader *loader)
{
    return loader->job != NULL;
}

void rule_loader_follow(RuleLoader *loader, OwnRules *own)
{
    loader->own = own;
    loader->own_changes = (OwnRulesListener){.changed = on_own_changed, .owner = loader};
    own_rules_listen(own, &loader->own_changes);
    put_in_force(loader);
}

const GPtrArray *rule_loader_files(const RuleLoader *loader)
{
    return loader->files;
}

void rule_loader_set_changed(RuleLoader *loader, void (*changed)(void *owner), void *owner)
{
    loader->changed = changed;
    loader->owner = owner;
}
