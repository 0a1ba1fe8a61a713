/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The interface of lookups: the way of single ones, the cache, the query log, the connections to
 * resolvers, and the programs that go around all of it. A method that no part of this build has a
 * handler for is answered by GDBus itself: it is not there.
 */
#include "queries_interface.h"

#include "call.h"
#include "clear_report.h"
#include "connections.h"
#include "explanation.h"
#include "helper-bus.h"
#include "log.h"
#include "query_log.h"

#include <gio/gunixfdlist.h>

struct QueriesInterface {
    const InspectionSources *sources;
    Face face;
    BusSotto1Queries *skeleton; /* the face's */
    QueryLog *log;
};

/* --- the query log --- */

static void set_logging(void *owner, Call *call, const char *who)
{
    const QueriesInterface *queries = owner;
    gboolean on;
    g_variant_get(call_parameters(call), "(b)", &on);
    query_log_set(queries->log, on);
    log_info("the query log is %s by=%s", on ? "on" : "off", who);
    bus_sotto1_queries_set_logging(queries->skeleton, on);
    face_flush(call->face); /* what the caller hears next is what it asked for */
    call_return(call, NULL);
}

static gboolean on_set_logging(BusSotto1Queries *skeleton, GDBusMethodInvocation *invocation,
                               gboolean on, QueriesInterface *queries)
{
    call_authorize(call_new(&queries->face, invocation), ACTION_LOG, set_logging);
    return TRUE;
}

static void follow_log(void *owner, Call *call, const char *who)
{
    const QueriesInterface *queries = owner;
    g_autoptr(GError) error = NULL;
    g_autoptr(GUnixFDList) descriptors = NULL;
    int fd = query_log_follow(queries->log, &error);
    if (fd < 0) {
        call_fail(call, error);
        return;
    }
    log_info("the query log is read by=%s", who);
    descriptors = g_unix_fd_list_new_from_array(&fd, 1); /* takes it over */
    call_return_fds(call, g_variant_new("(h)", 0), descriptors);
}

static gboolean on_follow_log(BusSotto1Queries *skeleton, GDBusMethodInvocation *invocation,
                              GUnixFDList *descriptors, QueriesInterface *queries)
{
    call_authorize(call_new(&queries->face, invocation), ACTION_LOG, follow_log);
    return TRUE;
}

/* --- one question --- */

/* Anybody may ask: a query of their own and its TTL would tell them as much of the cache. */
static gboolean on_explain(BusSotto1Queries *skeleton, GDBusMethodInvocation *invocation,
                           const char *name, const char *type, QueriesInterface *queries)
{
    g_autoptr(GError) error = NULL;
    GVariant *report = explanation_report(queries->sources->engine, name, type, &error);
    if (report == NULL)
        call_fail(call_new(&queries->face, invocation), error);
    else
        bus_sotto1_queries_complete_explain(skeleton, invocation, report);
    return TRUE;
}

/* --- the cache --- */

static void flush_cache(void *owner, Call *call, const char *who)
{
    const QueriesInterface *queries = owner;
    const char *text;
    Name name;
    g_variant_get(call_parameters(call), "(&s)", &text);
    bool all = *text == '\0' || g_str_equal(text, ".");
    if (!all && name_parse(text, &name) != STATUS_OK) {
        g_autoptr(GError) error =
            g_error_new_literal(G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "That is not a name.");
        call_fail(call, error);
        return;
    }
    size_t entries = engine_flush(queries->sources->engine, all ? NULL : &name);
    call_return(call, g_variant_new("(u)", (guint32)MIN(entries, G_MAXUINT32)));
}

static gboolean on_flush_cache(BusSotto1Queries *skeleton, GDBusMethodInvocation *invocation,
                               const char *name, QueriesInterface *queries)
{
    call_authorize(call_new(&queries->face, invocation), ACTION_RESOLVER, flush_cache);
    return TRUE;
}

/* --- connections --- */

static gboolean on_list_connections(BusSotto1Queries *skeleton, GDBusMethodInvocation *invocation,
                                    QueriesInterface *queries)
{
    bus_sotto1_queries_complete_list_connections(skeleton, invocation,
                                                 report_connections(queries->sources));
    return TRUE;
}

/* --- who goes around --- */

/* Anybody may know: no names, and every user sees everybody's sockets in /proc/net anyway. */
static gboolean on_list_leaks(BusSotto1Queries *skeleton, GDBusMethodInvocation *invocation,
                              QueriesInterface *queries)
{
    bus_sotto1_queries_complete_list_leaks(
        skeleton, invocation, clear_report_around(around_entries(queries->sources->around)));
    return TRUE;
}

static void connect_methods(QueriesInterface *queries)
{
    const struct {
        const char *signal;
        GCallback handler;
    } methods[] = {
        {"handle-explain", G_CALLBACK(on_explain)},
        {"handle-flush-cache", G_CALLBACK(on_flush_cache)},
        {"handle-set-logging", G_CALLBACK(on_set_logging)},
        {"handle-follow-log", G_CALLBACK(on_follow_log)},
        {"handle-list-connections", G_CALLBACK(on_list_connections)},
        {"handle-list-leaks", G_CALLBACK(on_list_leaks)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        g_signal_connect(queries->skeleton, methods[i].signal, methods[i].handler, queries);
}

QueriesInterface *queries_interface_new(const InspectionSources *sources)
{
    QueriesInterface *queries = g_new0(QueriesInterface, 1);
    queries->sources = sources;
    queries->skeleton = bus_sotto1_queries_skeleton_new();
    face_init(&queries->face, G_DBUS_INTERFACE_SKELETON(queries->skeleton), queries);
    connect_methods(queries);
    queries->log = query_log_new(sources->loop, sources->engine, QUERY_LOG_RECORDS);
    return queries;
}

void queries_interface_free(QueriesInterface *queries)
{
    if (queries == NULL)
        return;
    face_clear(&queries->face);
    query_log_free(queries->log);
    g_free(queries);
}

gboolean queries_interface_export(QueriesInterface *queries, GDBusConnection *connection,
                                  GError **error)
{
    return face_export(&queries->face, connection, error);
}

void queries_interface_withdraw(QueriesInterface *queries)
{
    face_withdraw(&queries->face);
}
