/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "around.h"
#include "leak.h"

#include <gio/gio.h>

/** What was seen leaving in clear, for the bus and for people. `counts`: leak_counts; NULL: nobody
 * counts. */

/** a{st} by kind: what may leave in clear, and did. Leaks are not among it. (floating) */
GVariant *clear_report_flows(const uint64_t *counts);

/**
 * "3 names of this network and 1 certificate request left in clear, as they may; no lookup of a
 * program went around Sotto." Those who did are named, as far as they are known. (transfer full)
 */
char *clear_report_sentence(const uint64_t *counts, const GPtrArray *around);

/** aa{sv} of ListLeaks: who went around. (floating) */
GVariant *clear_report_around(const GPtrArray *around);
