/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "inspection.h"

#include <gio/gio.h>

/** Every resolver of the settings and how it fares: aa{sv} of ListResolvers. (floating) */
GVariant *report_resolvers(const InspectionSources *sources);
