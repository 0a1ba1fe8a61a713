/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/**
 * Intrusive doubly linked list, circular with a sentinel head: O(1) append and remove, no
 * allocation. A node that is in no list points to itself, so `list_remove` is safe to repeat.
 */
typedef struct ListNode {
    struct ListNode *previous, *next;
} ListNode;

typedef ListNode List;

/* By way of void *: -Wcast-align cannot know that the container is aligned. */
#define container_of(pointer, type, member)                                                        \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline void list_init(ListNode *node)
{
    node->previous = node->next = node;
}

static inline bool list_is_empty(const List *list)
{
    return list->next == list;
}

/** Whether the node is in some list. The node must have been initialised. */
static inline bool list_is_linked(const ListNode *node)
{
    return node->next != node;
}

static inline void list_insert_before(ListNode *position, ListNode *node)
{
    node->previous = position->previous;
    node->next = position;
    position->previous->next = node;
    position->previous = node;
}

static inline void list_append(List *list, ListNode *node)
{
    list_insert_before(list, node);
}

static inline void list_prepend(List *list, ListNode *node)
{
    list_insert_before(list->next, node);
}

static inline void list_remove(ListNode *node)
{
    node->previous->next = node->next;
    node->next->previous = node->previous;
    list_init(node);
}

/** The first element as `type`, or NULL when the list is empty. */
#define list_first(list, type, member)                                                             \
    (list_is_empty(list) ? NULL : container_of((list)->next, type, member))

/** The last element as `type`, or NULL when the list is empty. */
#define list_last(list, type, member)                                                              \
    (list_is_empty(list) ? NULL : container_of((list)->previous, type, member))

/** Walks the nodes; the body may remove `node` itself, and nothing else. */
#define list_for_each(node, list)                                                                  \
    for (ListNode *node = (list)->next, *node##_next = node->next; node != (list);                 \
         node = node##_next, node##_next = node->next)
