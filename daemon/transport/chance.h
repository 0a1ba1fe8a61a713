/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/** Fills `bytes` with what nobody can guess, for IDs and nonces, which everybody on the way may see
 * later. Keys are drawn from libsodium itself: what waits here could be read with our memory. */
void chance_draw(void *bytes, size_t length);
