/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bus.h"

#include <stdbool.h>

/** systemd-resolved's settings of all links, followed over its restarts and the bus's. */
typedef struct ResolvedSettings ResolvedSettings;

/** `changed` when anything here is another; never from inside a call. The bus is borrowed. */
ResolvedSettings *resolved_settings_new(Bus *bus, void (*changed)(void *owner), void *owner);
/** NULL is fine. */
void resolved_settings_free(ResolvedSettings *settings);

/** Whether resolved is on the bus. */
bool resolved_settings_are_there(const ResolvedSettings *settings);
/** The properties of its manager object (a{sv}), for resolved_facts.h; NULL none yet. They may be
 * old ones while they are read again. (transfer none) */
GVariant *resolved_settings_get(const ResolvedSettings *settings);
bool resolved_settings_are_old(const ResolvedSettings *settings);
/** Reads them again; old ones until then. */
void resolved_settings_read(ResolvedSettings *settings);
