/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "inspection.h"

#include <gio/gio.h>

/** io.github.sottodns.Sotto1.Rules: what is done with single names, by users and by the settings,
 * and the files of names. */
typedef struct RulesInterface RulesInterface;

/** `sources` are borrowed and outlive it; without own rules nobody answers the methods. */
RulesInterface *rules_interface_new(const InspectionSources *sources);
void rules_interface_free(RulesInterface *rules);

/** FALSE with a sentence when the connection refuses. */
gboolean rules_interface_export(RulesInterface *rules, GDBusConnection *connection, GError **error);
/** The bus has gone; safe to repeat. */
void rules_interface_withdraw(RulesInterface *rules);
