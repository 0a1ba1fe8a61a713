/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/** The kernel's news of links and their addresses: rtnetlink(7). A descriptor to wait for (transfer
 * full); -1 and errno. */
int barrier_alarm_open(void);

/** Reads what there is. True: some of it is about this link (its index), or some was lost. */
bool barrier_alarm_read(int fd, int link);
