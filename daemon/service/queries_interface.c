/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second interface of the helper's object: the way of single lookups, the cache, the query log
 * and the connections to resolvers. A method that no part of this build has a handler for is
 * answered by GDBus itself: it is not there.
 */
#include "queries_interface.h"

#include "call.h"
#include "connections.h"
#include "helper-bus.h"

struct QueriesInterface {
    const InspectionSources *sources;
    Face face;
    BusSotto1Queries *skeleton; /* the face's */
};

static gboolean on_list_connections(BusSotto1Queries *skeleton, GDBusMethodInvocation *invocation,
                                    QueriesInterface *queries)
{
    bus_sotto1_queries_complete_list_connections(skeleton, invocation,
                                                 report_connections(queries->sources));
    return TRUE;
}

static void connect_methods(QueriesInterface *queries)
{
    const struct {
        const char *signal;
        GCallback handler;
    } methods[] = {
        {"handle-list-connections", G_CALLBACK(on_list_connections)},
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
    return queries;
}

void queries_interface_free(QueriesInterface *queries)
{
    if (queries == NULL)
        return;
    face_clear(&queries->face);
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
