/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A binary heap in an array, 1-based so that a node's slot 0 can mean "in no heap". Nodes belong to
 * their timers; the heap owns only the array. A counter of insertions breaks ties, so timers due at
 * the same moment fire in the order they were started, in tests as in life.
 */
#include "heap.h"

#include <glib.h>

static bool before(const HeapNode *a, const HeapNode *b)
{
    return a->key != b->key ? a->key < b->key : a->order < b->order;
}

static void place(Heap *heap, HeapNode *node, size_t slot)
{
    heap->nodes[slot] = node;
    node->slot = slot;
}

static void sift_up(Heap *heap, HeapNode *node, size_t slot)
{
    while (slot > 1 && before(node, heap->nodes[slot / 2])) {
        place(heap, heap->nodes[slot / 2], slot);
        slot /= 2;
    }
    place(heap, node, slot);
}

static void sift_down(Heap *heap, HeapNode *node, size_t slot)
{
    size_t child;

    while ((child = slot * 2) <= heap->length) {
        if (child < heap->length && before(heap->nodes[child + 1], heap->nodes[child]))
            child++;
        if (!before(heap->nodes[child], node))
            break;
        place(heap, heap->nodes[child], slot);
        slot = child;
    }
    place(heap, node, slot);
}

void heap_init(Heap *heap)
{
    *heap = (Heap){0};
}

void heap_clear(Heap *heap)
{
    for (size_t slot = 1; slot <= heap->length; slot++)
        heap->nodes[slot]->slot = 0;
    g_free(heap->nodes);
    *heap = (Heap){0};
}

void heap_insert(Heap *heap, HeapNode *node, int64_t key)
{
    heap_remove(heap, node);
    if (heap->length + 1 >= heap->capacity) {
        heap->capacity = heap->capacity ? heap->capacity * 2 : 32;
        heap->nodes = g_renew(HeapNode *, heap->nodes, heap->capacity);
    }
    node->key = key;
    node->order = heap->order++;
    sift_up(heap, node, ++heap->length);
}

void heap_remove(Heap *heap, HeapNode *node)
{
    size_t slot = node->slot;
    HeapNode *last;

    if (slot == 0)
        return;
    node->slot = 0;
    last = heap->nodes[heap->length--];
    if (last == node)
        return;
    if (slot > 1 && before(last, heap->nodes[slot / 2]))
        sift_up(heap, last, slot);
    else
        sift_down(heap, last, slot);
}

HeapNode *heap_first(const Heap *heap)
{
    return heap->length ? heap->nodes[1] : NULL;
}
