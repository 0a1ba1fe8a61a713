/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

/** Which transports got through on which networks, kept in a file (mode 0600) across restarts. A
 * missing or damaged file means that nothing is known; `path` NULL: nothing is kept. */
void network_memory_load(Engine *engine, const char *path);
/** Replaces the file atomically; a failure is logged. */
void network_memory_save(const Engine *engine, const char *path);
