/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list.h"

#include <glib.h>

typedef struct Item {
    int value;
    ListNode node;
} Item;

static void keeps_order(void)
{
    Item items[3] = {{.value = 1}, {.value = 2}, {.value = 3}};
    List list;
    int sum = 0;

    list_init(&list);
    list_append(&list, &items[1].node);
    list_append(&list, &items[2].node);
    list_prepend(&list, &items[0].node);
    list_for_each (node, &list)
        sum = sum * 10 + container_of(node, Item, node)->value;
    g_assert_cmpint(sum, ==, 123);
    g_assert_cmpint(list_first(&list, Item, node)->value, ==, 1);
    g_assert_cmpint(list_last(&list, Item, node)->value, ==, 3);
}

static void remove_is_safe_to_repeat(void)
{
    Item item;
    List list;

    list_init(&list);
    list_init(&item.node);
    g_assert_false(list_is_linked(&item.node));
    list_append(&list, &item.node);
    g_assert_true(list_is_linked(&item.node));
    list_remove(&item.node);
    list_remove(&item.node);
    g_assert_true(list_is_empty(&list));
    g_assert_null(list_first(&list, Item, node));
}

static void walk_may_remove_its_node(void)
{
    Item items[4];
    List list;

    list_init(&list);
    for (int i = 0; i < 4; i++) {
        items[i].value = i;
        list_append(&list, &items[i].node);
    }
    list_for_each (node, &list)
        if (container_of(node, Item, node)->value % 2)
            list_remove(node);
    g_assert_cmpint(list_last(&list, Item, node)->value, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/list/keeps-order", keeps_order);
    g_test_add_func("/list/remove-is-safe-to-repeat", remove_is_safe_to_repeat);
    g_test_add_func("/list/walk-may-remove-its-node", walk_may_remove_its_node);
    return g_test_run();
}
