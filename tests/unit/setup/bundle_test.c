/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bundle.h"

static int compare(const char *a, gint64 a_built_s, const char *b, gint64 b_built_s)
{
    Edition first = {(char *)a, a_built_s}, second = {(char *)b, b_built_s};
    int order = edition_compare(&first, &second);

    g_assert_cmpint(edition_compare(&second, &first), ==, -order);
    return order < 0 ? -1 : order > 0;
}

static void test_numbers_are_numbers(void)
{
    g_assert_cmpint(compare("0.9.0", 0, "0.10.0", 0), ==, -1);
    g_assert_cmpint(compare("1.0", 0, "0.99.99", 0), ==, 1);
}

static void test_missing_parts_are_zero(void)
{
    g_assert_cmpint(compare("1.2", 5, "1.2.0", 5), ==, 0);
    g_assert_cmpint(compare("1.2", 5, "1.2.1", 5), ==, -1);
}

static void test_same_version_by_time(void)
{
    g_assert_cmpint(compare("1.2.0", 100, "1.2.0", 200), ==, -1);
}

static void test_words_have_some_order(void)
{
    g_assert_cmpint(compare("1.2.beta", 0, "1.2.alpha", 0), ==, 1);
    g_assert_cmpint(compare("", 0, "0", 0), ==, 0);
    g_assert_cmpint(compare("..", 0, "..", 0), ==, 0);
}

static void test_another_program(void)
{
    static const char text[] = "[Bundle]\nId=org.example.Other\nVersion=1\n";
    g_autoptr(GError) error = NULL;
    g_auto(Edition) edition = {0};

    g_assert_false(edition_parse(&edition, text, sizeof text - 1, &error));
    g_assert_nonnull(strstr(error->message, "org.example.Other"));
}

static void test_no_version(void)
{
    static const char text[] = "[Bundle]\nId=io.github.sottodns.Sotto\n";
    g_autoptr(GError) error = NULL;
    g_auto(Edition) edition = {0};

    g_assert_false(edition_parse(&edition, text, sizeof text - 1, &error));
    g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bundle/numbers-are-numbers", test_numbers_are_numbers);
    g_test_add_func("/bundle/missing-parts-are-zero", test_missing_parts_are_zero);
    g_test_add_func("/bundle/same-version-by-time", test_same_version_by_time);
    g_test_add_func("/bundle/words-have-some-order", test_words_have_some_order);
    g_test_add_func("/bundle/another-program", test_another_program);
    g_test_add_func("/bundle/no-version", test_no_version);
    return g_test_run();
}
