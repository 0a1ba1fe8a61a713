/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each family has one kind of trouble, so that a fault tells what it comes from; the last has all
 * of them at once, where faults are that need two.
 */
#include "families.h"

#define MS 1000

static void good_weather(Trouble *trouble, Dice *dice)
{
    trouble->failures_show = false;
}

static void loss(Trouble *trouble, Dice *dice)
{
    trouble->weather.loss = (unsigned)dice_between(dice, 10, 500);
}

static void disorder(Trouble *trouble, Dice *dice)
{
    trouble->weather.jitter_us = dice_between(dice, 1, 600) * MS;
    trouble->weather.duplicate = (unsigned)dice_between(dice, 10, 500);
    trouble->manners.think_us = dice_between(dice, 1, 3000) * MS;
}

static void deaths(Trouble *trouble, Dice *dice)
{
    trouble->deaths = 8;
    trouble->rotations = 2;
    trouble->clocks = 1;
    trouble->manners.hang_up = dice_below(dice, 300);
}

static void lies(Trouble *trouble, Dice *dice)
{
    trouble->manners.mischief = (unsigned)dice_between(dice, 100, 900);
    trouble->manners.mute = dice_below(dice, 200);
    trouble->manners.sick = dice_below(dice, 200);
    trouble->manners.no_edns = dice_below(dice, 500);
}

static void truncation(Trouble *trouble, Dice *dice)
{
    trouble->manners.cut = (unsigned)dice_between(dice, 100, 1000);
    trouble->manners.hang_up = dice_below(dice, 200);
}

static void moves(Trouble *trouble, Dice *dice)
{
    trouble->moves = 6;
    trouble->naps = 2;
    trouble->manners.think_us = dice_between(dice, 1, 2000) * MS;
}

static void reloads(Trouble *trouble, Dice *dice)
{
    trouble->reloads = 8;
    trouble->flushes = 4;
    trouble->lookups = 8;
    trouble->manners.think_us = dice_between(dice, 1, 2000) * MS;
}

static void limits(Trouble *trouble, Dice *dice)
{
    trouble->tight = true;
    trouble->manners.think_us = dice_between(dice, 1, 3000) * MS;
}

static void quitters(Trouble *trouble, Dice *dice)
{
    trouble->quitters = (unsigned)dice_between(dice, 200, 900);
    trouble->manners.think_us = dice_between(dice, 1, 2000) * MS;
}

static void everything(Trouble *trouble, Dice *dice)
{
    trouble->weather.loss = dice_below(dice, 150);
    trouble->weather.duplicate = dice_below(dice, 100);
    trouble->weather.jitter_us = dice_between(dice, 0, 200) * MS;
    trouble->manners = (Manners){
        .mischief = dice_below(dice, 200),
        .mute = dice_below(dice, 50),
        .cut = dice_below(dice, 100),
        .sick = dice_below(dice, 100),
        .hang_up = dice_below(dice, 100),
        .no_edns = dice_below(dice, 100),
        .keepalive = dice_below(dice, 300),
        .think_us = dice_between(dice, 1, 1000) * MS,
    };
    trouble->clocks = dice_chance(dice, 200);
    trouble->deaths = trouble->moves = trouble->reloads = 3;
    trouble->flushes = trouble->naps = trouble->rotations = 1;
    trouble->lookups = 4;
    trouble->quitters = dice_below(dice, 300);
    trouble->tight = dice_chance(dice, 200);
}

const Family families[] = {
    {"good-weather", good_weather},
    {"loss", loss},
    {"disorder", disorder},
    {"deaths", deaths},
    {"lies", lies},
    {"truncation", truncation},
    {"moves", moves},
    {"reloads", reloads},
    {"limits", limits},
    {"quitters", quitters},
    {"everything", everything},
};

const unsigned family_count = G_N_ELEMENTS(families);

const Family *family_of(uint64_t seed)
{
    return &families[seed % family_count];
}

void family_draw(uint64_t seed, Trouble *trouble)
{
    Dice dice = {~seed};

    *trouble = (Trouble){.failures_show = true, .manners.keepalive = dice_below(&dice, 300)};
    trouble->weather.latency_us = dice_between(&dice, 0, 60) * MS;
    family_of(seed)->draw(trouble, &dice);
}
