/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "name.h"

#include <stddef.h>
#include <stdint.h>

/**
 * The part of a name that one owner registered, about: its last two labels, or three where the
 * second belongs to the registry ("example.co.uk"). In lower case, wire form, to `site` (takes
 * NAME_MAX_WIRE bytes); returns the length.
 */
size_t site_of(const Name *name, uint8_t *site);
