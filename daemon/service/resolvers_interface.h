/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "inspection.h"

#include <gio/gio.h>

/** io.github.sottodns.Sotto1.Resolvers: the signed lists, their relays, and the users' own entries.
 */
typedef struct ResolversInterface ResolversInterface;

/** `sources` are borrowed and outlive it. Takes the `changed` of the lists. */
ResolversInterface *resolvers_interface_new(const InspectionSources *sources);
void resolvers_interface_free(ResolversInterface *resolvers);

/** FALSE with a sentence when the connection refuses. */
gboolean resolvers_interface_export(ResolversInterface *resolvers, GDBusConnection *connection,
                                    GError **error);
/** The bus has gone; safe to repeat. */
void resolvers_interface_withdraw(ResolversInterface *resolvers);

/** Protection may be in another state, or work by another plan. */
void resolvers_interface_follow(ResolversInterface *resolvers);
