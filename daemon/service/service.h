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

/** What is borrowed outlives it; the struct itself need not. */
Service *service_new(Bus *bus, const InspectionSources *sources);
void service_free(Service *service);
