/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "inspection.h"

#include <gio/gio.h>

/** Answers ListResolvers, later and from another thread: every resolver of the settings and how it
 * fares now. (transfer full) of the invocation. */
void report_resolvers(const InspectionSources *sources, GDBusMethodInvocation *invocation);
/** The a{sv} of Describe: the same of one, and its endpoints. Floating. */
GVariant *report_resolver(const InspectionSources *sources, Resolver *resolver);
