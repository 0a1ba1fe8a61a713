/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "keys.h"

/**
 * Whether a forwarder with these settings has any use for the built-in lists: not when it is told
 * whom to ask by stamps or addresses alone, directly. When in doubt they are needed.
 */
bool builtin_is_needed(const Keys *keys);
