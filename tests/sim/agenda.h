/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "heap.h"

#include <stdint.h>

/** What the simulated world is going to do, by the time of the fake clock. */
typedef struct Deed Deed;
/** Does it. The deed is its own from here, and mostly freed. */
typedef void (*DeedFn)(Deed *deed);

/** Embedded first in what it needs to know. */
struct Deed {
    HeapNode node;
    DeedFn fn;
};

typedef struct Agenda {
    Heap heap;
    int64_t now_us; /* of the deed that is being done */
} Agenda;

void agenda_init(Agenda *agenda);
/** Every deed must have been done. */
void agenda_clear(Agenda *agenda);
/** Those of one time are done in the order in which they were added. */
void agenda_add(Agenda *agenda, Deed *deed, int64_t at_us, DeedFn fn);
/** INT64_MAX when nothing is left to do. */
int64_t agenda_next_us(const Agenda *agenda);
/** Does all that is due. */
void agenda_run(Agenda *agenda, int64_t now_us);
