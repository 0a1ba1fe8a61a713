/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "inspection.h"

#include <gio/gio.h>

/** Every resolver of the settings and how it fares: aa{sv} of ListResolvers. (floating) */
GVariant *report_resolvers(const InspectionSources *sources);

/** The counters: a{sv} of GetStatistics. `since_s` is when the helper started. (floating) */
GVariant *report_statistics(const InspectionSources *sources, int64_t since_s);
