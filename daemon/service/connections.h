/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "inspection.h"

#include <gio/gio.h>

/** Every transport that is open, and whom it reached: aa{sv} of ListConnections. (floating) */
GVariant *report_connections(const InspectionSources *sources);
