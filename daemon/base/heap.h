/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Binary min-heap of timers with intrusive nodes: each node knows its slot, so removal is O(log n).
 * The array grows as needed and aborts on exhausted memory, as GLib does.
 */
typedef struct HeapNode {
    int64_t key; /* due time; equal keys leave in the order they entered */
    uint64_t order;
    size_t slot; /* 1-based; 0 means not in a heap */
} HeapNode;

typedef struct Heap {
    HeapNode **nodes;
    size_t length, capacity;
    uint64_t order;
} Heap;

void heap_init(Heap *heap);
/** Forgets every node and frees the array. */
void heap_clear(Heap *heap);
/** Inserts the node with its key set; a node already inside is moved to its new key. */
void heap_insert(Heap *heap, HeapNode *node, int64_t key);
/** Takes the node out; does nothing if it is in no heap. */
void heap_remove(Heap *heap, HeapNode *node);
/** The node with the smallest key, or NULL. */
HeapNode *heap_first(const Heap *heap);

static inline bool heap_node_is_linked(const HeapNode *node)
{
    return node->slot != 0;
}
