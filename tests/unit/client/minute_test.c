/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A minute of lookups, told from counters that only grow. */
#include "minute.h"

#define START_US (1000 * G_USEC_PER_SEC)

static void count(Minute *minute, double after_s, guint64 encrypted, guint64 cached)
{
    SottoStatistics statistics = {.encrypted = encrypted, .cache_hits = cached};

    minute_add(minute, START_US + (gint64)(after_s * G_USEC_PER_SEC), &statistics);
}

static double last(const Minute *minute, guint seconds_ago, MinuteKind kind)
{
    return minute->counts[MINUTE_SECONDS - 1 - seconds_ago][kind];
}

static double sum(const Minute *minute)
{
    double all = 0;

    for (guint i = 0; i < MINUTE_SECONDS; i++)
        for (guint kind = 0; kind < MINUTE_KINDS; kind++)
            all += minute->counts[i][kind];
    return all;
}

static void what_was_before_is_not_counted(void)
{
    Minute minute = {0};

    count(&minute, 0, 1284, 800);
    g_assert_cmpfloat(sum(&minute), ==, 0);
}

static void growth_is_the_newest_second(void)
{
    Minute minute = {0};

    count(&minute, 0, 100, 10);
    count(&minute, 1, 107, 12);
    count(&minute, 2, 108, 12);
    g_assert_cmpfloat(last(&minute, 0, MINUTE_ENCRYPTED), ==, 1);
    g_assert_cmpfloat(last(&minute, 1, MINUTE_ENCRYPTED), ==, 7);
    g_assert_cmpfloat(last(&minute, 1, MINUTE_CACHED), ==, 2);
    g_assert_cmpfloat(last(&minute, 2, MINUTE_ENCRYPTED), ==, 0);
}

static void unseen_seconds_share_what_they_grew_by(void)
{
    Minute minute = {0};

    count(&minute, 0, 0, 0);
    count(&minute, 10, 30, 0);
    g_assert_cmpfloat(last(&minute, 0, MINUTE_ENCRYPTED), ==, 3);
    g_assert_cmpfloat(last(&minute, 9, MINUTE_ENCRYPTED), ==, 3);
    g_assert_cmpfloat(last(&minute, 10, MINUTE_ENCRYPTED), ==, 0);
}

static void a_whole_minute_unseen_is_still_one(void)
{
    Minute minute = {0};

    count(&minute, 0, 0, 0);
    count(&minute, 60, 60, 0);
    g_assert_cmpfloat(last(&minute, 59, MINUTE_ENCRYPTED), ==, 1);
    g_assert_cmpfloat(sum(&minute), ==, 60);
}

static void a_longer_absence_begins_anew(void)
{
    Minute minute = {0};

    count(&minute, 0, 0, 0);
    count(&minute, 1, 5, 0);
    count(&minute, 90, 500, 0);
    g_assert_cmpfloat(sum(&minute), ==, 0);
    count(&minute, 91, 502, 0);
    g_assert_cmpfloat(sum(&minute), ==, 2);
}

static void a_restart_of_the_helper_begins_anew(void)
{
    Minute minute = {0};

    count(&minute, 0, 100, 0);
    count(&minute, 1, 105, 0);
    count(&minute, 2, 3, 0);
    g_assert_cmpfloat(sum(&minute), ==, 0);
}

static void asking_twice_a_second_loses_nothing(void)
{
    Minute minute = {0};

    count(&minute, 0, 0, 0);
    count(&minute, 0.2, 4, 0);
    count(&minute, 1, 6, 0);
    g_assert_cmpfloat(last(&minute, 0, MINUTE_ENCRYPTED), ==, 6);
    g_assert_cmpfloat(sum(&minute), ==, 6);
}

static void old_seconds_leave(void)
{
    Minute minute = {0};

    for (guint second = 0; second <= 100; second++)
        count(&minute, second, second, 0);
    g_assert_cmpfloat(sum(&minute), ==, MINUTE_SECONDS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/minute/what-was-before-is-not-counted", what_was_before_is_not_counted);
    g_test_add_func("/minute/growth-is-the-newest-second", growth_is_the_newest_second);
    g_test_add_func("/minute/unseen-seconds-share", unseen_seconds_share_what_they_grew_by);
    g_test_add_func("/minute/whole-minute-unseen", a_whole_minute_unseen_is_still_one);
    g_test_add_func("/minute/longer-absence-begins-anew", a_longer_absence_begins_anew);
    g_test_add_func("/minute/restart-begins-anew", a_restart_of_the_helper_begins_anew);
    g_test_add_func("/minute/asking-twice-loses-nothing", asking_twice_a_second_loses_nothing);
    g_test_add_func("/minute/old-seconds-leave", old_seconds_leave);
    return g_test_run();
}
