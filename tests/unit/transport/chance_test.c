/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chance.h"

#include <glib.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

/* Twelve bytes that repeat would be a nonce used twice. */
static void test_never_twice(void)
{
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);

    for (unsigned i = 0; i < 1000; i++) {
        uint8_t nonce[12];

        chance_draw(nonce, sizeof nonce);
        g_assert_true(g_hash_table_add(seen, g_bytes_new(nonce, sizeof nonce)));
    }
}

/* All of what was asked for is filled, nothing behind it. */
static void test_all_of_it_and_no_more(void)
{
    for (size_t length = 0; length < 1000; length++) {
        uint8_t bytes[1001], seen = 0;

        memset(bytes, 0x5a, sizeof bytes);
        chance_draw(bytes, length);
        g_assert_cmpuint(bytes[length], ==, 0x5a);
        for (unsigned i = 0; i < 16 && length > 0; i++) { /* the last byte changes, some time */
            chance_draw(bytes, length);
            seen |= bytes[length - 1] ^ 0x5a;
        }
        g_assert_true(length == 0 || seen != 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(sodium_init(), >=, 0);
    g_test_add_func("/chance/never-twice", test_never_twice);
    g_test_add_func("/chance/all-of-it-and-no-more", test_all_of_it_and_no_more);
    return g_test_run();
}
