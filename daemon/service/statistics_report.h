/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "inspection.h"

#include <gio/gio.h>

/** The counters: a{sv} of GetStatistics. `since_s` is when the helper started. (floating) */
GVariant *report_statistics(const InspectionSources *sources, int64_t since_s);
