/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The service's life. First, alone and with capabilities: what only they can open, or what systemd
 * kept for us from the process before. Then they go, and everything else is put together above the
 * loop. The end depends on who holds the descriptors: with systemd's store we leave once the
 * queries under way are answered (it keeps the descriptors, and what waits in them, over a restart
 * and drops them on stop); without it the network gets its DNS back first.
 */
#include "machine.h"

#include "admit.h"
#include "around.h"
#include "bus.h"
#include "clock.h"
#include "desktop_network.h"
#include "engine.h"
#include "fdstore.h"
#include "known_networks.h"
#include "leak.h"
#include "log.h"
#include "loop_source.h"
#include "nat64_discovery.h"
#include "network_memory.h"
#include "notify.h"
#include "privileged.h"
#include "prober.h"
#include "protection.h"
#include "rule_loader.h"
#include "service.h"
#include "sleep.h"
#include "state.h"
#include "system_unit.h"
#include "tls.h"
#include "tun.h"

#include <glib-unix.h>
#include <unistd.h>

#define DEFAULT_FOLDER "/var/lib/sotto"
#define STATE_FILE     "state.conf"
#define DECISIONS_FILE "decisions.conf"
#define HISTORY_FILE   "statistics"
#define NETWORKS_FILE  "networks"
#define KNOWN_FILE     "networks.conf"
#define RULES_FILE     "rules.conf"
#define DRAIN_CHECK_US 10000
#define READY_LIMIT_US 3000000
#define DRAIN_LIMIT_US 500000 /* a stop gives the network its DNS back soon */

typedef struct Machine {
    const Options *options;
    Settings *settings;
    FdStore store;
    Barrier *barrier; /* may be NULL */
    GMainLoop *main_loop;
    Loop *loop;
    GSource *source;
    Notifier notifier;
    TlsContext *tls;
    Engine *engine;
    char *networks_path;
    History *history;
    RuleLoader *rules;
    OwnRules *own_rules;
    State *saved;
    Decisions *decisions;
    KnownNetworks *known;
    KnownNetworksListener known_changes;
    LoopDefer remember; /* what got through on networks */
    Admission *admission;
    Bus *bus;
    Sleep *sleep;
    Clock *clock;
    Network *network;
    Nat64Discovery *nat64;
    Prober *prober;
    Sources *sources;
    Protection *protection;
    Leak *leak;
    Around *around;
    Service *service;
    guint signals[3];
    NetworkListener network_news;
    bool ready;
    LoopTimer drain, ready_limit;
    int64_t drained_by_us;
} Machine;

/* ---- signals ---- */

static gboolean on_reload(gpointer owner)
{
    Machine *machine = owner;
    g_autoptr(GError) error = NULL;
    Settings *settings = options_load_settings(machine->options, &error);

    notifier_reloading();
    if (settings) {
        decisions_give(machine->decisions, settings);
        sources_reload(machine->sources, settings);
        protection_reload(machine->protection, settings);
        rule_loader_begin(machine->rules, settings->rules);
        settings_unref(machine->settings);
        machine->settings = settings;
        log_set_level((LogLevel)settings->log_level);
        log_info("settings reloaded");
    } else {
        log_error("settings not reloaded, the old ones stay: %s", error->message);
    }
    notifier_ready(&machine->notifier);
    return G_SOURCE_CONTINUE;
}

static void on_released(void *owner, const GError *error)
{
    Machine *machine = owner;

    if (error)
        log_warning("the network's own DNS could not be restored: %s", error->message);
    g_main_loop_quit(machine->main_loop);
}

/* Queries that were read and not answered would be lost to the next process. */
static void on_drain(void *owner)
{
    Machine *machine = owner;
    Stats stats;

    engine_stats(machine->engine, &stats);
    if (stats.in_flight == 0 || loop_now_us(machine->loop) >= machine->drained_by_us)
        g_main_loop_quit(machine->main_loop);
    else
        loop_timer_start(&machine->drain, DRAIN_CHECK_US);
}

static void drain(Machine *machine)
{
    engine_stop_listening(machine->engine);
    machine->drained_by_us = loop_now_us(machine->loop) + DRAIN_LIMIT_US;
    on_drain(machine);
}

static gboolean on_stop(gpointer owner)
{
    Machine *machine = owner;

    notifier_stopping();
    if (machine->store.kept)
        drain(machine);
    else
        protection_release(machine->protection, on_released, machine);
    return G_SOURCE_CONTINUE;
}

/* ---- sleep ---- */

static void on_falling_asleep(void *owner)
{
    Machine *machine = owner;

    network_memory_save(machine->engine, machine->networks_path);
    engine_disconnect(machine->engine);
}

static void on_awake(void *owner)
{
    Machine *machine = owner;

    engine_reconnect(machine->engine);
}

/* ---- clock ---- */

/* What was opened was judged by another time. */
static void on_clock_set(void *owner, int64_t leap_s)
{
    Machine *machine = owner;

    engine_reconnect(machine->engine);
    protection_clock_set(machine->protection, leap_s);
}

/* ---- networks ---- */

/* What is forgotten of a network on request is not to come back after a crash. */
static void on_known_changed(void *owner)
{
    Machine *machine = owner;

    loop_defer_schedule(&machine->remember);
}

static void on_remember(void *owner)
{
    Machine *machine = owner;

    network_memory_save(machine->engine, machine->networks_path);
}

/* ---- ready ---- */

static void become_ready(void *owner)
{
    Machine *machine = owner;

    if (!machine->ready)
        notifier_ready(&machine->notifier);
    machine->ready = true;
    loop_timer_stop(&machine->ready_limit);
}

static void on_network_news(void *owner)
{
    Machine *machine = owner;

    if (machine->network->facts.pointed)
        become_ready(machine);
}

/*
 * At boot the network is brought up when we are ready. Where our device has its address already
 * nobody else is needed to point DNS at us, and that comes first: nothing leaves in clear between.
 */
static void become_ready_in_time(Machine *machine)
{
    machine->network_news = (NetworkListener){.changed = on_network_news, .owner = machine};
    network_listen(machine->network, &machine->network_news);
    if (machine->saved->on && tun_carries(&machine->settings->address4))
        loop_timer_start(&machine->ready_limit, READY_LIMIT_US);
    else
        become_ready(machine);
}

/* ---- without ---- */

static const char *state_folder(void)
{
    const char *folder = g_getenv("STATE_DIRECTORY"); /* set by systemd.exec(5) */

    return folder ? folder : DEFAULT_FOLDER;
}

/* What a damaged file does not tell, our device does: NetworkManager gives it its address while DNS
 * is pointed at us, and systemd keeps it over the end of the process that asked for that. */
static State *recall(const Machine *machine, const char *path)
{
    State *saved = state_load(path);

    if (saved->lost && system_unit_is_there("NetworkManager.service") &&
        tun_carries(&machine->settings->address4)) {
        log_warning(
            "the saved state is lost; this machine's DNS leads here, so protection goes on");
        saved->on = true;
    }
    return saved;
}

static void put_together(Machine *machine)
{
    g_autofree char *path = g_build_filename(state_folder(), STATE_FILE, NULL);
    g_autofree char *decisions_path = g_build_filename(state_folder(), DECISIONS_FILE, NULL);
    g_autofree char *known_path = g_build_filename(state_folder(), KNOWN_FILE, NULL);
    g_autofree char *rules_path = g_build_filename(state_folder(), RULES_FILE, NULL);
    g_autofree char *history_path = g_build_filename(state_folder(), HISTORY_FILE, NULL);
    static const SleepEvents sleep_events = {on_falling_asleep, on_awake};
    NetworkManagerOptions network = {
        .address4 = machine->settings->address4,
        .address6 = machine->settings->address6,
        .bound_to_process = !machine->store.kept,
        .barrier = machine->barrier,
    };
    SourcesParts lists;
    ProtectionParts parts;

    machine->main_loop = g_main_loop_new(NULL, FALSE);
    machine->loop = loop_new();
    machine->clock = clock_new(machine->loop, state_folder(), on_clock_set, machine);
    machine->source = loop_source_attach(machine->loop, NULL);
    notifier_init(&machine->notifier, machine->loop);
    loop_timer_init(&machine->drain, machine->loop, on_drain, machine);
    loop_timer_init(&machine->ready_limit, machine->loop, become_ready, machine);
    machine->tls = tls_context_new(machine->settings->ca_file);
    machine->engine = engine_new(machine->loop, machine->tls);
    machine->networks_path = g_build_filename(state_folder(), NETWORKS_FILE, NULL);
    network_memory_load(machine->engine, machine->networks_path);
    machine->history = history_new(machine->loop, machine->engine, history_path);
    machine->rules = rule_loader_new(machine->loop, machine->engine);
    machine->own_rules = own_rules_new(rules_path);
    rule_loader_follow(machine->rules, machine->own_rules);
    machine->saved = recall(machine, path);
    machine->decisions = decisions_load(decisions_path);
    machine->known = known_networks_new(known_path);
    machine->known_changes = (KnownNetworksListener){.changed = on_known_changed, .owner = machine};
    known_networks_listen(machine->known, &machine->known_changes);
    loop_defer_init(&machine->remember, machine->loop, on_remember, machine);
    machine->admission = admission_new();
    machine->bus = bus_new();
    machine->sleep = sleep_new(machine->bus, &sleep_events, machine);
    machine->network = desktop_network_new(machine->bus, &network);
    machine->nat64 = nat64_discovery_new(machine->loop, machine->engine, machine->network);
    machine->prober = prober_new(machine->loop, machine->engine, NULL);
    lists = (SourcesParts){
        .environment = {machine->loop, machine->engine, machine->tls},
        .downloader = &list_downloader,
        .folder = state_folder(),
    };
    parts = (ProtectionParts){
        .loop = machine->loop,
        .engine = machine->engine,
        .network = machine->network,
        .prober = machine->prober,
        .admission = machine->admission,
        .saved = machine->saved,
        .networks = machine->known,
        .rules = machine->own_rules,
        .probe = &portal_probe,
        .clock = machine->clock,
        .decisions = machine->decisions,
    };
    decisions_give(machine->decisions, machine->settings);
    machine->sources = sources_new(&lists, machine->settings);
    machine->protection = protection_new(&parts, machine->settings);
}

static Status start_listening(Machine *machine)
{
    FdStore *store = &machine->store;
    Status status =
        engine_listen(machine->engine, fdstore_copy(store, FD_UDP4), fdstore_copy(store, FD_TCP4),
                      admission_allows, machine->admission);

    if (status == STATUS_OK && store->fds[FD_UDP6] >= 0)
        status = engine_listen(machine->engine, fdstore_copy(store, FD_UDP6),
                               fdstore_copy(store, FD_TCP6), admission_allows, machine->admission);
    return status;
}

static bool start(Machine *machine)
{
    Status status = start_listening(machine);
    int leak = fdstore_copy(&machine->store, FD_LEAK);

    if (status != STATUS_OK) {
        log_error("cannot serve: %s", status_sentence(status));
        return false;
    }
    if (leak >= 0)
        machine->leak = leak_new(machine->loop, leak, protection_judge_clear, machine->protection);
    if (machine->leak != NULL) {
        machine->around = around_new(machine->loop, NULL);
        leak_tell(machine->leak, around_note, machine->around);
    }
    rule_loader_begin(machine->rules, machine->settings->rules);
    protection_start(machine->protection);
    machine->service = service_new(machine->bus, &(InspectionSources){
                                                     .loop = machine->loop,
                                                     .engine = machine->engine,
                                                     .prober = machine->prober,
                                                     .protection = machine->protection,
                                                     .leak = machine->leak,
                                                     .around = machine->around,
                                                     .history = machine->history,
                                                     .lists = machine->sources,
                                                     .network = machine->network,
                                                     .known = machine->known,
                                                     .decisions = machine->decisions,
                                                     .own_rules = machine->own_rules,
                                                     .rules = machine->rules,
                                                 });
    machine->signals[0] = g_unix_signal_add(SIGTERM, on_stop, machine);
    machine->signals[1] = g_unix_signal_add(SIGINT, on_stop, machine);
    machine->signals[2] = g_unix_signal_add(SIGHUP, on_reload, machine);
    become_ready_in_time(machine);
    return true;
}

static void take_apart(Machine *machine)
{
    for (size_t i = 0; i < G_N_ELEMENTS(machine->signals); i++)
        if (machine->signals[i])
            g_source_remove(machine->signals[i]);
    service_free(machine->service);
    leak_free(machine->leak);
    around_free(machine->around);
    protection_free(machine->protection);
    sources_free(machine->sources);
    prober_free(machine->prober);
    nat64_discovery_free(machine->nat64);
    network_unlisten(&machine->network_news);
    network_free(machine->network);
    sleep_free(machine->sleep);
    bus_free(machine->bus);
    history_free(machine->history);
    network_memory_save(machine->engine, machine->networks_path);
    g_free(machine->networks_path);
    rule_loader_free(machine->rules);
    own_rules_free(machine->own_rules);
    engine_free(machine->engine);
    admission_free(machine->admission);
    state_free(machine->saved);
    decisions_free(machine->decisions);
    known_networks_unlisten(&machine->known_changes);
    known_networks_free(machine->known);
    tls_context_free(machine->tls);
    loop_timer_stop(&machine->drain);
    loop_defer_cancel(&machine->remember);
    loop_timer_stop(&machine->ready_limit);
    notifier_clear(&machine->notifier);
    clock_free(machine->clock);
    g_source_destroy(machine->source);
    g_source_unref(machine->source);
    loop_free(machine->loop);
    g_main_loop_unref(machine->main_loop);
}

int machine_run(const Options *options, Settings *settings)
{
    Machine machine = {.options = options, .settings = settings_ref(settings)};
    int code = 1;

    log_set_level((LogLevel)settings->log_level);
    if (privileged_open(&machine.store, settings, &machine.barrier)) {
        put_together(&machine);
        if (start(&machine)) {
            g_main_loop_run(machine.main_loop);
            code = 0;
        }
        take_apart(&machine);
    }
    barrier_free(machine.barrier);
    fdstore_clear(&machine.store);
    settings_unref(machine.settings);
    return code;
}
