/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Repeatable chance: splitmix64. The same seed gives the same throws on every machine. */
typedef struct Dice {
    uint64_t state;
} Dice;

static inline uint64_t dice_throw(Dice *dice)
{
    uint64_t value = dice->state += UINT64_C(0x9e3779b97f4a7c15);

    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/** From 0 up to, not including, `count`, which is not 0. */
static inline unsigned dice_below(Dice *dice, unsigned count)
{
    return (unsigned)(dice_throw(dice) >> 32) % count;
}

/** Both ends included. */
static inline int64_t dice_between(Dice *dice, int64_t low, int64_t high)
{
    return low + (int64_t)(dice_throw(dice) % (uint64_t)(high - low + 1));
}

static inline bool dice_chance(Dice *dice, unsigned per_mille)
{
    return dice_below(dice, 1000) < per_mille;
}
