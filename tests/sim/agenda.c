/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A heap of its own beside the event loop's: what the world does must not look like a timer that
 * the program under test has left behind.
 */
#include "agenda.h"

#include "list.h"

#include <glib.h>

void agenda_init(Agenda *agenda)
{
    heap_init(&agenda->heap);
    agenda->now_us = 0;
}

void agenda_clear(Agenda *agenda)
{
    g_assert_null(heap_first(&agenda->heap));
    heap_clear(&agenda->heap);
}

void agenda_add(Agenda *agenda, Deed *deed, int64_t at_us, DeedFn fn)
{
    *deed = (Deed){.fn = fn};
    heap_insert(&agenda->heap, &deed->node, MAX(at_us, agenda->now_us));
}

int64_t agenda_next_us(const Agenda *agenda)
{
    const HeapNode *node = heap_first(&agenda->heap);

    return node ? node->key : INT64_MAX;
}

void agenda_run(Agenda *agenda, int64_t now_us)
{
    HeapNode *node;

    agenda->now_us = now_us;
    while ((node = heap_first(&agenda->heap)) != NULL && node->key <= now_us) {
        Deed *deed = container_of(node, Deed, node);

        heap_remove(&agenda->heap, node);
        deed->fn(deed);
    }
}
