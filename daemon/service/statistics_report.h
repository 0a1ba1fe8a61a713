/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "inspection.h"

#include <gio/gio.h>

/** The counters: a{sv} of GetStatistics. `began_us` is when the helper started, by the loop.
 * (floating) */
GVariant *report_statistics(const InspectionSources *sources, int64_t began_us);
