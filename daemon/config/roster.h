/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "source.h"

/**
 * Fills the settings with what is known besides the administrator's files: `added` with the users'
 * `own` entries (Resolver*) and with those of the lists (Source*) that can be used here, each with
 * an id of its own, its list's name and its operator; and the relays of the lists. What was there
 * from before is replaced.
 */
void roster_assemble(Settings *settings, const GPtrArray *own, const GPtrArray *lists);
