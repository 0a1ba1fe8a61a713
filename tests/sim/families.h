/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "world.h"

/** A kind of trouble, to which a part of all schedules belongs. */
typedef struct Family {
    const char *name;
    void (*draw)(Trouble *trouble, Dice *dice);
} Family;

extern const Family families[];
extern const unsigned family_count;

/** The family of a schedule: by its seed, so that the seed is all that one needs to know. */
const Family *family_of(uint64_t seed);
void family_draw(uint64_t seed, Trouble *trouble);
