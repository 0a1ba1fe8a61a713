/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heap.h"

#include <glib.h>

static void order_is_by_key(void)
{
    HeapNode nodes[500] = {0};
    Heap heap;
    int64_t last = G_MININT64;
    HeapNode *node;

    heap_init(&heap);
    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++)
        heap_insert(&heap, &nodes[i], (int64_t)(i * 7919 % 503));
    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i += 3)
        heap_remove(&heap, &nodes[i]);
    while ((node = heap_first(&heap))) {
        g_assert_cmpint(node->key, >=, last);
        last = node->key;
        heap_remove(&heap, node);
        g_assert_false(heap_node_is_linked(node));
    }
    heap_clear(&heap);
}

static void equal_keys_are_first_in_first_out(void)
{
    HeapNode nodes[50] = {0};
    Heap heap;

    heap_init(&heap);
    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++)
        heap_insert(&heap, &nodes[i], 1);
    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++) {
        g_assert_true(heap_first(&heap) == &nodes[i]);
        heap_remove(&heap, &nodes[i]);
    }
    heap_clear(&heap);
}

static void insert_moves(void)
{
    HeapNode a = {0}, b = {0};
    Heap heap;

    heap_init(&heap);
    heap_insert(&heap, &a, 1);
    heap_insert(&heap, &b, 2);
    heap_insert(&heap, &a, 3);
    g_assert_true(heap_first(&heap) == &b);
    g_assert_cmpuint(heap.length, ==, 2);
    heap_clear(&heap);
    g_assert_false(heap_node_is_linked(&a));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/heap/order-is-by-key", order_is_by_key);
    g_test_add_func("/heap/equal-keys-are-first-in-first-out", equal_keys_are_first_in_first_out);
    g_test_add_func("/heap/insert-moves", insert_moves);
    return g_test_run();
}
