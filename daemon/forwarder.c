/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The forwarder: sockets, then privileges, then the loop. Everything that needs the outside (ports
 * below 1024, the log and pid file, the trust store) is opened before the process confines itself.
 * Settings that such things hang on (addresses, user, files) are read once; the rest follows
 * SIGHUP.
 */
#include "forwarder.h"

#include "background.h"
#include "choice.h"
#include "engine.h"
#include "log.h"
#include "privileges.h"
#include "rule_loader.h"
#include "stream.h"
#include "syscall_filter.h"
#include "tls.h"
#include "udp.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

typedef struct Forwarder {
    const Options *options;
    Settings *settings;
    Loop *loop;
    TlsContext *tls;
    Engine *engine;
    RuleLoader *rules;
    LoopIo signals;
    int pid_fd;
} Forwarder;

static int fail(const char *what, Status status)
{
    log_error("%s: %s", what, status_sentence(status));
    return 1;
}

static bool apply(Forwarder *forwarder)
{
    g_autoptr(GError) error = NULL;
    Plan *plan = choice_plan(forwarder->settings, NULL, &error);

    if (!plan) {
        log_error("%s", error->message);
        return false;
    }
    if (plan->resolver_count == 0)
        log_warning("%s", status_sentence(STATUS_NO_SERVERS));
    engine_apply(forwarder->engine, plan);
    plan_unref(plan);
    return true;
}

static void reload(Forwarder *forwarder)
{
    g_autoptr(GError) error = NULL;
    Settings *settings = options_load_settings(forwarder->options, &error);
    Settings *before = forwarder->settings;

    log_reopen();
    if (!settings) {
        log_error("settings not reloaded, the old ones stay: %s", error->message);
        return;
    }
    forwarder->settings = settings;
    if (apply(forwarder)) {
        rule_loader_begin(forwarder->rules, settings->rules);
        log_set_level((LogLevel)settings->log_level);
        log_info("settings reloaded");
        settings_unref(before);
    } else {
        forwarder->settings = before;
        settings_unref(settings);
    }
}

static void on_signal(void *owner, uint32_t events)
{
    Forwarder *forwarder = owner;
    struct signalfd_siginfo signal;

    while (read(forwarder->signals.fd, &signal, sizeof signal) == sizeof signal) {
        if (signal.ssi_signo == SIGHUP)
            reload(forwarder);
        else
            loop_quit(forwarder->loop);
    }
}

static Status watch_signals(Forwarder *forwarder)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return fd < 0 ? STATUS_IO
                  : loop_io_open(&forwarder->signals, forwarder->loop, fd, LOOP_READ, on_signal,
                                 forwarder);
}

static Status listen_on(Forwarder *forwarder, const Address *address)
{
    int udp = -1, tcp = -1;
    Status status = udp_bind(address, 0, &udp);

    if (status != STATUS_OK)
        return status;
    status = tcp_bind(address, 0, &tcp);
    if (status != STATUS_OK) {
        close(udp);
        return status;
    }
    return engine_listen(forwarder->engine, udp, tcp, NULL, NULL);
}

static Status listen_everywhere(Forwarder *forwarder)
{
    GPtrArray *addresses = forwarder->settings->listen;

    for (guint i = 0; i < addresses->len; i++) {
        char text[ADDRESS_MAX_TEXT];
        Status status = listen_on(forwarder, addresses->pdata[i]);

        address_format(addresses->pdata[i], text);
        if (status != STATUS_OK) {
            log_error("cannot listen on %s: %s", text, status_sentence(status));
            return status;
        }
        log_info("listening: address=%s", text);
    }
    return STATUS_OK;
}

static Status open_log(const Settings *settings)
{
    log_set_level((LogLevel)settings->log_level);
    if (settings->log_file)
        return log_to_file(settings->log_file);
    if (settings->syslog)
        log_to_syslog();
    return STATUS_OK;
}

static int serve(Forwarder *forwarder)
{
    Settings *settings = forwarder->settings;
    Status status = listen_everywhere(forwarder);

    if (status != STATUS_OK || !apply(forwarder))
        return 1;
    rule_loader_load(forwarder->rules, settings->rules); /* nothing is answered before */
    if (settings->pid_file) {
        status = pid_file_open(settings->pid_file, &forwarder->pid_fd);
        if (status != STATUS_OK)
            return fail(settings->pid_file, status);
    }
    if (settings->user) {
        status = tls_context_load(forwarder->tls);
        if (status == STATUS_OK)
            status = privileges_become(settings->user, true);
        if (status != STATUS_OK)
            return fail(settings->user, status);
    }
    status = watch_signals(forwarder);
    if (status != STATUS_OK)
        return fail("cannot watch signals", status);
    syscall_filter_begin(SYSCALL_FILTER_FORWARDER);
    if (settings->daemonize)
        background_ready();
    loop_run(forwarder->loop);
    return 0;
}

static void clear(Forwarder *forwarder)
{
    rule_loader_free(forwarder->rules);
    engine_free(forwarder->engine);
    tls_context_free(forwarder->tls);
    if (forwarder->signals.loop) {
        loop_io_clear(&forwarder->signals);
        close(forwarder->signals.fd);
    }
    if (forwarder->pid_fd >= 0)
        pid_file_close(forwarder->settings->pid_file, forwarder->pid_fd);
    loop_free(forwarder->loop);
    settings_unref(forwarder->settings);
}

int forwarder_run(const Options *options, Settings *settings)
{
    Forwarder forwarder = {.options = options, .settings = settings_ref(settings), .pid_fd = -1};
    Status status = open_log(settings);
    int code = 1;

    if (status != STATUS_OK) {
        settings_unref(settings);
        return fail(settings->log_file, status);
    }
    if (settings->listen->len == 0) {
        log_error("nothing to listen on: give --listen ADDRESS or Listen= in a file");
        settings_unref(settings);
        return 1;
    }
    if (settings->daemonize && background_begin() != STATUS_OK) {
        settings_unref(settings);
        return fail("cannot go to the background", STATUS_IO);
    }
    forwarder.loop = loop_new();
    forwarder.tls = tls_context_new(settings->ca_file);
    forwarder.engine = engine_new(forwarder.loop, forwarder.tls);
    forwarder.rules = rule_loader_new(forwarder.loop, forwarder.engine);
    code = serve(&forwarder);
    clear(&forwarder);
    return code;
}
