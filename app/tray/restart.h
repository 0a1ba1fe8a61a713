/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "application.h"

/** Starts the app as it is installed now; the new instance takes this one's place, which then ends.
 * When that does not come about, says so and goes on as it is. */
void restart(SottoApplication *application);
