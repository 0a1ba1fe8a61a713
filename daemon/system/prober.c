/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Proof by lookup.
 *
 * Through a resolver: the probe names are asked at once, past the cache, and the first answer is
 * proof. When all fail the most telling reason is kept: a bad certificate says more than a timeout.
 *
 * Through the system: a fresh random label below a probe name is asked with getaddrinfo on a
 * thread, so by whatever path nsswitch.conf and resolv.conf lay for programs. It is proof when the
 * engine has seen that very name and answered it; what the answer says does not matter. A new
 * setting may take a moment to be in force, so there are a few attempts.
 */
#include "prober.h"

#include <gio/gio.h>
#include <netdb.h>
#include <string.h>

#define SYSTEM_ATTEMPTS 6
#define SYSTEM_PAUSE_US INT64_C(250000)
#define SYSTEM_LIMIT_US INT64_C(9000000) /* for all attempts: a lookup that hangs takes 5 s */
#define LABEL_LENGTH    20

struct Prober {
    Loop *loop;
    Engine *engine;
    ProberResolve resolve;
    List proofs;
};

typedef struct ProofLookup {
    Proof *proof;
    Lookup *lookup; /* NULL: ended */
} ProofLookup;

struct Proof {
    ListNode node;
    Prober *prober;
    ProofDone done;
    void *owner;
    LoopTimer limit, pause;
    Status status; /* the most telling failure */

    /* through a resolver */
    ProofLookup *lookups;
    size_t lookup_count, lookups_left;
    char *resolver_id, *detail;

    /* through the system */
    EngineObserver observer;
    char *parent;
    char *text; /* the name asked now */
    Name name;
    GCancellable *cancellable;
    unsigned attempts;
    int answer; /* of getaddrinfo */
    bool seen;
};

static void proof_free(Proof *proof)
{
    list_remove(&proof->node);
    loop_timer_stop(&proof->limit);
    loop_timer_stop(&proof->pause);
    for (size_t i = 0; i < proof->lookup_count; i++) {
        if (proof->lookups[i].lookup != NULL)
            engine_lookup_cancel(proof->lookups[i].lookup);
    }
    g_free(proof->lookups);
    g_free(proof->resolver_id);
    g_free(proof->detail);
    if (proof->cancellable != NULL)
        g_cancellable_cancel(proof->cancellable);
    g_clear_object(&proof->cancellable);
    engine_unobserve(proof->prober->engine, &proof->observer);
    g_free(proof->parent);
    g_free(proof->text);
    g_free(proof);
}

void proof_cancel(Proof *proof)
{
    if (proof != NULL)
        proof_free(proof);
}

static void proof_end(Proof *proof, const char *code, const char *sentence)
{
    const ProofResult result = {
        .ok = *code == '\0',
        .code = code,
        .sentence = sentence,
        .resolver_id = proof->resolver_id,
        .detail = proof->detail,
    };
    ProofDone done = proof->done;
    void *owner = proof->owner;
    list_remove(&proof->node);
    done(owner, &result);
    proof_free(proof);
}

static void proof_fail(Proof *proof, Status status)
{
    proof_end(proof, status_name(status), status_sentence(status));
}

static Proof *proof_new(Prober *prober, ProofDone done, void *owner)
{
    Proof *proof = g_new0(Proof, 1);
    proof->prober = prober;
    proof->done = done;
    proof->owner = owner;
    list_init(&proof->node);
    list_append(&prober->proofs, &proof->node);
    return proof;
}

/* --- through a resolver --- */

static void keep_failure(Proof *proof, Status status)
{
    if (status > proof->status) /* the order of Status: from common to telling */
        proof->status = status;
}

static void on_lookup(void *owner, Status status, const Message *reply, const char *resolver_id,
                      const char *detail)
{
    ProofLookup *slot = owner;
    Proof *proof = slot->proof;
    slot->lookup = NULL;
    proof->lookups_left--;
    if (status == STATUS_OK || status >= proof->status) {
        g_free(proof->resolver_id);
        proof->resolver_id = g_strdup(resolver_id);
        g_free(proof->detail);
        proof->detail = g_strdup(detail);
    }
    keep_failure(proof, status);
    if (status == STATUS_OK)
        proof_end(proof, "", "");
    else if (proof->lookups_left == 0)
        proof_fail(proof, proof->status);
}

static void on_nothing_to_ask(void *owner)
{
    Proof *proof = owner;
    proof_fail(proof, proof->status);
}

Proof *prober_try_plan(Prober *prober, Plan *plan, const Settings *settings, ProofDone done,
                       void *owner)
{
    Proof *proof = proof_new(prober, done, owner);
    char *const *names = settings->probe_names;
    proof->lookup_count = g_strv_length(settings->probe_names);
    proof->lookups = g_new0(ProofLookup, proof->lookup_count);
    loop_timer_init(&proof->limit, prober->loop, on_nothing_to_ask, proof);
    for (size_t i = 0; i < proof->lookup_count; i++) {
        Name name;
        if (name_parse(names[i], &name) != STATUS_OK)
            continue;
        ProofLookup *slot = &proof->lookups[i];
        slot->proof = proof;
        slot->lookup = engine_lookup(prober->engine, plan, NULL, &name, RRTYPE_A,
                                     settings->probe_budget_us, on_lookup, slot);
        proof->lookups_left++;
    }
    if (proof->lookups_left == 0) {
        proof->status = STATUS_INVALID;
        loop_timer_start(&proof->limit, 0);
    }
    return proof;
}

/* --- through the system --- */

static int resolve_as_programs_do(const char *name)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses = NULL;
    int answer = getaddrinfo(name, NULL, &hints, &addresses);
    if (answer == 0)
        freeaddrinfo(addresses);
    return answer;
}

typedef struct Errand {
    ProberResolve resolve;
    char *name;
} Errand;

static void errand_free(gpointer data)
{
    Errand *errand = data;
    g_free(errand->name);
    g_free(errand);
}

static void run_errand(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Errand *errand = data;
    g_task_return_int(task, errand->resolve(errand->name));
}

static void system_fail(Proof *proof)
{
    if (proof->status != STATUS_OK) /* it came, and the engine could not answer it */
        proof_fail(proof, proof->status);
    else if (proof->answer == EAI_AGAIN || proof->answer == EAI_FAIL)
        proof_end(proof, "system-silent", "Lookups of this machine's programs are not answered.");
    else
        proof_end(proof, "system-elsewhere",
                  "Lookups of this machine's programs are answered by somebody else.");
}

static void on_system_limit(void *owner)
{
    Proof *proof = owner;
    proof->answer = EAI_AGAIN;
    system_fail(proof);
}

static void on_errand_done(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    gssize answer = g_task_propagate_int(G_TASK(result), &error);
    if (error != NULL)
        return; /* cancelled: the proof is gone */
    Proof *proof = data;
    proof->answer = (int)answer;
    if (proof->seen)
        proof_end(proof, "", "");
    else if (proof->attempts < SYSTEM_ATTEMPTS)
        loop_timer_start(&proof->pause, SYSTEM_PAUSE_US);
    else
        system_fail(proof);
}

static bool ask_system(Proof *proof)
{
    char label[LABEL_LENGTH + 1] = "";
    for (size_t i = 0; i < LABEL_LENGTH; i++)
        label[i] = (char)('a' + g_random_int_range(0, 26));
    g_free(proof->text);
    proof->text = g_strdup_printf("%s.%s.", label, proof->parent);
    if (name_parse(proof->text, &proof->name) != STATUS_OK)
        return false;
    Errand *errand = g_new(Errand, 1);
    *errand = (Errand){.resolve = proof->prober->resolve, .name = g_strdup(proof->text)};
    proof->attempts++;
    g_autoptr(GTask) task = g_task_new(NULL, proof->cancellable, on_errand_done, proof);
    g_task_set_task_data(task, errand, errand_free);
    g_task_run_in_thread(task, run_errand);
    return true;
}

static void on_pause_over(void *owner)
{
    Proof *proof = owner;
    if (!ask_system(proof))
        proof_fail(proof, STATUS_INVALID);
}

/* A rule of the user's may answer it as well as a resolver. */
static void on_record(void *owner, const QueryRecord *record)
{
    Proof *proof = owner;
    if (!name_equal(&proof->name, record->name))
        return;
    proof->seen = proof->seen || record->status == STATUS_OK;
    keep_failure(proof, record->status);
}

Proof *prober_try_system(Prober *prober, const Settings *settings, ProofDone done, void *owner)
{
    Proof *proof = proof_new(prober, done, owner);
    g_autofree char *parent = g_strdup(settings->probe_names[0]);
    size_t length = strlen(parent);
    if (length > 0 && parent[length - 1] == '.')
        parent[length - 1] = '\0';
    proof->parent = g_steal_pointer(&parent);
    proof->observer =
        (EngineObserver){.interest = RECORD_NEEDED_ANSWER | 1u << RECORD_ROUTE | 1u << RECORD_RULE |
                                     1u << RECORD_CLOAK | 1u << RECORD_SPECIAL,
                         .observed = on_record,
                         .owner = proof};
    engine_observe(prober->engine, &proof->observer);
    proof->cancellable = g_cancellable_new();
    loop_timer_init(&proof->limit, prober->loop, on_system_limit, proof);
    loop_timer_start(&proof->limit, SYSTEM_LIMIT_US);
    loop_timer_init(&proof->pause, prober->loop, on_pause_over, proof);
    loop_timer_start(&proof->pause, 0);
    return proof;
}

Prober *prober_new(Loop *loop, Engine *engine, ProberResolve resolve)
{
    Prober *prober = g_new0(Prober, 1);
    prober->loop = loop;
    prober->engine = engine;
    prober->resolve = resolve != NULL ? resolve : resolve_as_programs_do;
    list_init(&prober->proofs);
    return prober;
}

void prober_free(Prober *prober)
{
    if (prober == NULL)
        return;
    Proof *proof;
    while ((proof = list_first(&prober->proofs, Proof, node)) != NULL)
        proof_free(proof);
    g_free(prober);
}
