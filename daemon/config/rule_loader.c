/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who reads the rules, and when they are in force.
 *
 * A thread runs a job (rule_job.h). An eventfd tells the loop that it is done; then the loop joins
 * the thread, logs what it noted and gives the engine its new rules. There is one job at a time.
 *
 * What users say while Sotto runs is laid over whatever rules were read last, in the loop and in no
 * time, so that it waits for no list and outlives every reload.
 */
#include "rule_loader.h"

#include "log.h"

#include <sys/eventfd.h>
#include <unistd.h>

struct RuleLoader {
    Loop *loop;
    Engine *engine;
    GHashTable *loaded;
    RuleJob *job; /* a thread is at work on it; NULL none */
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

static gpointer work(gpointer data)
{
    RuleLoader *loader = data; /* whose job and descriptor stay as they are */
    uint64_t one = 1;

    rule_job_run(loader->job);
    if (write(loader->done.fd, &one, sizeof one) < 0)
        log_error("the rules are read, and nobody can be told");
    return NULL;
}

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

static void finish(RuleLoader *loader, RuleJob *job)
{
    for (guint i = 0; i < job->notes->len; i++) {
        const RuleNote *note = job->notes->pdata[i];

        log_write(note->level, "%s", note->text);
    }
    g_hash_table_unref(loader->loaded);
    loader->loaded = g_steal_pointer(&job->after);
    g_ptr_array_unref(loader->files);
    loader->files = g_steal_pointer(&job->files);
    use(loader, g_steal_pointer(&job->rules));
    rule_job_free(job);
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
    loader->loaded = rule_job_files_new();
    loader->files = g_ptr_array_new();
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
        g_atomic_int_set(&loader->job->cancelled, 1);
        g_thread_join(loader->thread);
        rule_job_free(loader->job);
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
    RuleJob *job = rule_job_new(settings, loader->loaded);

    rule_job_run(job);
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
    loader->job = rule_job_new(settings, loader->loaded);
    loader->thread = g_thread_new("rules", work, loader);
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
