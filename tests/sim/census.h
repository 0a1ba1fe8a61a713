/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/** Blocks of memory that are allocated now, of all libraries together; where a sanitizer counts
 * those of malloc, the others alone. */
size_t census_blocks(void);
