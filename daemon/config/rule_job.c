/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From [Rules] to the engine's Ruleset, in whichever thread. A list that is the same file as before
 * is not read again, and one that cannot be read any more stays as it was. What is found is noted,
 * since the log is the loop's.
 */
#include "rule_job.h"

#include <string.h>
#include <sys/stat.h>

/* What was read from a file, and how to tell whether the file is still the same. */
typedef struct Loaded {
    struct stat facts;
    RuleList *list; /* NULL: a list of cloaks, with its text */
    char *text;
    RuleListReport report;
} Loaded;

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
    RuleNote *note = data;

    g_free(note->text);
    g_free(note);
}

static void G_GNUC_PRINTF(3, 4) add_note(RuleJob *job, LogLevel level, const char *format, ...)
{
    RuleNote *note = g_new(RuleNote, 1);
    va_list arguments;

    va_start(arguments, format);
    *note = (RuleNote){.level = level, .text = g_strdup_vprintf(format, arguments)};
    va_end(arguments);
    g_ptr_array_add(job->notes, note);
}

GHashTable *rule_job_files_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, loaded_free);
}

RuleJob *rule_job_new(RuleSettings *settings, GHashTable *before)
{
    RuleJob *job = g_new0(RuleJob, 1);

    job->settings = rule_settings_ref(settings);
    job->before = before;
    job->after = rule_job_files_new();
    job->files = g_ptr_array_new_with_free_func(file_free);
    job->notes = g_ptr_array_new_with_free_func(note_free);
    return job;
}

void rule_job_free(RuleJob *job)
{
    if (!job)
        return;
    rule_settings_unref(job->settings);
    g_clear_pointer(&job->after, g_hash_table_unref);
    g_clear_pointer(&job->files, g_ptr_array_unref);
    ruleset_unref(job->rules);
    g_ptr_array_unref(job->notes);
    g_free(job);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void note_report(RuleJob *job, const char *path, const RuleListReport *report,
                        int64_t took_us)
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
static Loaded *keep_old(RuleJob *job, const Loaded *old, const GError *error)
{
    if (g_atomic_int_get(&job->cancelled) != 0)
        return NULL;
    add_note(job, LOG_LEVEL_ERROR, old ? "%s (what was read before stays)" : "%s", error->message);
    return old ? copy_old(old) : NULL; /* no facts: the file is tried again the next time */
}

static Loaded *read_list(RuleJob *job, const char *path, bool allows, GError **error)
{
    int64_t start_us = g_get_monotonic_time();
    RuleListReport report;
    RuleList *list = rule_list_read(path, allows, &job->cancelled, &report, error);
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
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED, "%s: %s", path, reason);
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
static void add_file(RuleJob *job, RuleFileKind kind, const char *path, const Loaded *loaded,
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
static Loaded *load(RuleJob *job, RuleFileKind kind, const char *path)
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
    if (error)
        loaded = keep_old(job, old, error);
    else if (loaded) /* else it is not wanted any more */
        loaded->facts = facts;
    add_file(job, kind, path, loaded, error);
    if (loaded)
        g_hash_table_insert(job->after, g_steal_pointer(&key), loaded);
    return loaded;
}

static void add_lists(RuleJob *job, RuleFileKind kind, char *const *paths)
{
    for (size_t i = 0; paths[i]; i++) {
        const Loaded *loaded = load(job, kind, paths[i]);

        if (loaded)
            g_ptr_array_add(job->rules->lists, rule_list_ref(loaded->list));
    }
}

static void add_cloaks(RuleJob *job)
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

void rule_job_run(RuleJob *job)
{
    job->rules = rule_settings_ruleset(job->settings);
    add_lists(job, RULE_FILE_ALLOW, job->settings->allow_lists);
    add_lists(job, RULE_FILE_BLOCK, job->settings->block_lists);
    add_cloaks(job);
}
