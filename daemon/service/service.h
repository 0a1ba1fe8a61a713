/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bus.h"
#include "inspection.h"

/**
 * The helper on the system bus: io.github.sottodns.Sotto1, as data/dbus has it.
 *
 * Made last (see protection.h) and freed first. It takes protection's `changed`.
 */
typedef struct Service Service;

/** Everything is borrowed and outlives it; `leak` NULL where nobody counts. */
Service *service_new(Bus *bus, Protection *protection, Engine *engine, Prober *prober, Leak *leak,
                     Loop *loop);
void service_free(Service *service);
