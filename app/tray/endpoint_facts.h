/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fact_group.h"

/** How a resolver is reached: one of the endpoints that Describe tells of, a{sv}. `number`: its
 * turn, from 1. */
void endpoint_facts_show(SottoFactGroup *group, GVariant *endpoint, guint number);

/** Whether a relay passes on to it, directly reached or not. */
gboolean endpoint_facts_is_carried(GVariant *endpoint);

/** A connection that is open, as ListConnections tells of it, a{sv}: whom it reached. */
void connection_facts_show(SottoFactGroup *group, GVariant *connection);
