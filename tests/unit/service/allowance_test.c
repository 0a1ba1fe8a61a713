/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "allowance.h"

#include <glib.h>

#define SECOND_US INT64_C(1000000)
#define NOW_US    (1000 * SECOND_US)

static const AllowanceRate rate = {.at_once = 10, .per_second = 5};

static unsigned take_all(Allowance *allowance, int64_t now_us)
{
    unsigned taken = 0;
    while (taken < 1000 && allowance_take(allowance, &rate, 1, now_us))
        taken++;
    return taken;
}

static void test_at_once(void)
{
    Allowance allowance = {0};
    g_assert_cmpuint(take_all(&allowance, NOW_US), ==, 10);
}

static void test_comes_back(void)
{
    Allowance allowance = {0};
    take_all(&allowance, NOW_US);
    g_assert_cmpuint(take_all(&allowance, NOW_US + SECOND_US), ==, 5);
    g_assert_cmpuint(take_all(&allowance, NOW_US + 3 * SECOND_US), ==, 10);
}

static void test_never_more_than_whole(void)
{
    Allowance allowance = {0};
    take_all(&allowance, NOW_US);
    g_assert_cmpuint(take_all(&allowance, NOW_US + 3600 * SECOND_US), ==, 10);
}

static void test_refused_takes_nothing(void)
{
    Allowance allowance = {0};
    g_assert_true(allowance_take(&allowance, &rate, 8, NOW_US));
    g_assert_false(allowance_take(&allowance, &rate, 3, NOW_US));
    g_assert_true(allowance_take(&allowance, &rate, 2, NOW_US));
}

static void test_what_is_given_back_is_there_again(void)
{
    Allowance allowance = {0};
    take_all(&allowance, NOW_US);
    allowance_give_back(&allowance, &rate, 4);
    g_assert_cmpuint(take_all(&allowance, NOW_US), ==, 4);
    allowance_give_back(&allowance, &rate, 10);
    g_assert_cmpuint(take_all(&allowance, NOW_US + SECOND_US), ==, 10); /* and never more */
}

static void test_more_than_whole_never(void)
{
    Allowance allowance = {0};
    g_assert_false(allowance_take(&allowance, &rate, 11, NOW_US));
    g_assert_true(allowance_is_whole(&allowance, NOW_US));
}

static void test_is_whole_again(void)
{
    Allowance allowance = {0};
    take_all(&allowance, NOW_US);
    g_assert_false(allowance_is_whole(&allowance, NOW_US + SECOND_US));
    g_assert_true(allowance_is_whole(&allowance, NOW_US + 2 * SECOND_US));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/allowance/at-once", test_at_once);
    g_test_add_func("/allowance/comes-back", test_comes_back);
    g_test_add_func("/allowance/never-more-than-whole", test_never_more_than_whole);
    g_test_add_func("/allowance/refused-takes-nothing", test_refused_takes_nothing);
    g_test_add_func("/allowance/what-is-given-back-is-there-again",
                    test_what_is_given_back_is_there_again);
    g_test_add_func("/allowance/more-than-whole-never", test_more_than_whole_never);
    g_test_add_func("/allowance/is-whole-again", test_is_whole_again);
    return g_test_run();
}
