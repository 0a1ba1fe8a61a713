/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "inspection.h"

#include <gio/gio.h>

/** io.github.sottodns.Sotto1.Queries: what becomes of lookups, for those who may see it. */
typedef struct QueriesInterface QueriesInterface;

/** `sources` are borrowed and outlive it. */
QueriesInterface *queries_interface_new(const InspectionSources *sources);
void queries_interface_free(QueriesInterface *queries);

/** FALSE with a sentence when the connection refuses. */
gboolean queries_interface_export(QueriesInterface *queries, GDBusConnection *connection,
                                  GError **error);
/** The bus has gone; safe to repeat. */
void queries_interface_withdraw(QueriesInterface *queries);
