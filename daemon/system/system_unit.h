/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/**
 * Whether a unit of systemd's runs or is about to. Where systemd cannot be asked it is taken to be
 * there. Waits for the answer, two seconds at most, and starts no thread: for the first moments of
 * the service, before privileges are given away.
 */
bool system_unit_is_there(const char *name);
