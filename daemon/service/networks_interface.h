/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "inspection.h"

#include <gio/gio.h>

/** io.github.sottodns.Sotto1.Networks: signing in to a network, ways through one that blocks, and
 * what is done on which. */
typedef struct NetworksInterface NetworksInterface;

/** Brings the other interfaces' properties up to date and sends them, before a call is answered. */
typedef void (*NetworksSettle)(void *owner);

/** `sources` are borrowed and outlive it. */
NetworksInterface *networks_interface_new(const InspectionSources *sources, NetworksSettle settle,
                                          void *owner);
void networks_interface_free(NetworksInterface *networks);

/** FALSE with a sentence when the connection refuses. */
gboolean networks_interface_export(NetworksInterface *networks, GDBusConnection *connection,
                                   GError **error);
/** The bus has gone, and whoever signs in with it; safe to repeat. */
void networks_interface_withdraw(NetworksInterface *networks);

/** Protection may say something else now. */
void networks_interface_follow(NetworksInterface *networks);
