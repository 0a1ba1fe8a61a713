/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resolution.h"

/** `attempt` was just asked, and `next` would be the next: how long to wait for it alone. */
int64_t lateness_begin(Resolution *resolution, const Attempt *attempt, const Candidate *next);
/** That time has passed, or more of it: whether `next` (NULL: none) is to be asked as well. */
bool lateness_is_next_due(Resolution *resolution, const Attempt *late, const Candidate *next);
