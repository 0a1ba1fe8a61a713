/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "status.h"

#include <errno.h>
#include <glib.h>

static void every_status_has_its_own_words(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (int status = 0; status < STATUS_LAST; status++) {
        g_assert_cmpstr(status_name(status), !=, "unknown");
        g_assert_true(g_hash_table_add(seen, (char *)status_name(status)));
        g_assert_true(g_str_has_suffix(status_sentence(status), "."));
    }
}

static void out_of_range_is_unknown(void)
{
    g_assert_cmpstr(status_name(STATUS_LAST), ==, "unknown");
    g_assert_cmpstr(status_name((Status)-1), ==, "unknown");
}

static void errno_values_map(void)
{
    g_assert_cmpint(status_from_errno(ECONNREFUSED), ==, STATUS_REFUSED);
    g_assert_cmpint(status_from_errno(ENETUNREACH), ==, STATUS_UNREACHABLE);
    g_assert_cmpint(status_from_errno(EMFILE), ==, STATUS_LIMIT);
    g_assert_cmpint(status_from_errno(99999), ==, STATUS_IO);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/status/every-status-has-its-own-words", every_status_has_its_own_words);
    g_test_add_func("/status/out-of-range-is-unknown", out_of_range_is_unknown);
    g_test_add_func("/status/errno-values-map", errno_values_map);
    return g_test_run();
}
