/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config_error.h"

#include <gio/gio.h>

static void numbers_are_gios(void)
{
    g_assert_cmpint(CONFIG_ERROR_FAILED, ==, G_IO_ERROR_FAILED);
    g_assert_cmpint(CONFIG_ERROR_NOT_FOUND, ==, G_IO_ERROR_NOT_FOUND);
    g_assert_cmpint(CONFIG_ERROR_INVALID_ARGUMENT, ==, G_IO_ERROR_INVALID_ARGUMENT);
    g_assert_cmpint(CONFIG_ERROR_NOT_SUPPORTED, ==, G_IO_ERROR_NOT_SUPPORTED);
    g_assert_cmpint(CONFIG_ERROR_CANCELLED, ==, G_IO_ERROR_CANCELLED);
    g_assert_cmpint(CONFIG_ERROR_INVALID_DATA, ==, G_IO_ERROR_INVALID_DATA);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config-error/numbers-are-gios", numbers_are_gios);
    return g_test_run();
}
