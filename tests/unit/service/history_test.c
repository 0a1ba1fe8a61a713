/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time is UTC here; the fake clock begins at START. */
#include "history.h"

#include "engine_state.h"
#include "harness.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MS   1000
#define HOUR (3600 * INT64_C(1000000))
#define DAY  (24 * HOUR)

typedef struct Fixture {
    Harness harness;
    History *history;
    char *folder, *path;
    char today[HISTORY_DATE_LENGTH];
} Fixture;

static void set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->folder = g_dir_make_tmp("sotto-history-XXXXXX", NULL);
    g_assert_nonnull(fixture->folder);
    fixture->path = g_build_filename(fixture->folder, "statistics", NULL);
    harness_set_up(&fixture->harness, GUINT_TO_POINTER(1));
    engine_apply(fixture->harness.engine, fixture->harness.plan);
    /* to 01:00 of a day */
    int64_t wall_s = loop_wall_s(fixture->harness.loop);
    loop_advance(fixture->harness.loop, DAY + HOUR - wall_s % 86400 * 1000000);
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(loop_wall_s(fixture->harness.loop));
    g_autofree char *date = g_date_time_format(now, "%Y-%m-%d");
    g_strlcpy(fixture->today, date, sizeof(fixture->today));
    fixture->history = history_new(fixture->harness.loop, fixture->harness.engine, fixture->path);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    history_free(fixture->history);
    harness_tear_down(&fixture->harness, NULL);
    g_unlink(fixture->path);
    g_rmdir(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->folder);
}

static void ask(Fixture *fixture, const char *name)
{
    Message answer;
    harness_ask(&fixture->harness, &(Ask){.name = name, .type = RRTYPE_A}, 15 * MS, &answer);
}

/* As the next process would. */
static void restart(Fixture *fixture)
{
    history_free(fixture->history);
    fixture->history = history_new(fixture->harness.loop, fixture->harness.engine, fixture->path);
}

/* What the day so many days ago has of a counter. */
static uint64_t count(Fixture *fixture, int ago, HistoryCounter counter)
{
    HistoryDay week[HISTORY_WEEK];
    history_week(fixture->history, week);
    return week[HISTORY_WEEK - 1 - ago].counters[counter];
}

static void write_file(Fixture *fixture, const char *text)
{
    g_assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
    history_free(fixture->history); /* nothing has changed, so it writes nothing */
    fixture->history = history_new(fixture->harness.loop, fixture->harness.engine, fixture->path);
}

static void today_counts(Fixture *fixture, gconstpointer unused)
{
    HistoryDay week[HISTORY_WEEK];
    ask(fixture, "a.example");
    ask(fixture, "a.example");
    history_week(fixture->history, week);
    g_assert_cmpstr(week[HISTORY_WEEK - 1].date, ==, fixture->today);
    g_assert_cmpuint(count(fixture, 0, HISTORY_QUERIES), ==, 2);
    g_assert_cmpuint(count(fixture, 0, HISTORY_CACHE_HITS), ==, 1);
    g_assert_cmpuint(count(fixture, 0, HISTORY_ENCRYPTED), ==, 1);
    g_assert_cmpuint(histogram_percentile_us(&week[HISTORY_WEEK - 1].latency, 50), ==, 16384);
    g_assert_cmpuint(count(fixture, 1, HISTORY_QUERIES), ==, 0);
}

static void days_outlive_the_process(Fixture *fixture, gconstpointer unused)
{
    struct stat facts;
    ask(fixture, "a.example");
    restart(fixture);
    g_assert_cmpint(stat(fixture->path, &facts), ==, 0);
    g_assert_cmpuint(facts.st_mode & 0777, ==, 0600);
    g_assert_cmpuint(count(fixture, 0, HISTORY_QUERIES), ==, 1);
    ask(fixture, "a.example");
    restart(fixture);
    g_assert_cmpuint(count(fixture, 0, HISTORY_QUERIES), ==, 2);
}

static void midnight_begins_a_new_day(Fixture *fixture, gconstpointer unused)
{
    loop_advance(fixture->harness.loop, 22 * HOUR + HOUR / 2); /* 23:30 */
    ask(fixture, "a.example");
    loop_advance(fixture->harness.loop, HOUR);
    ask(fixture, "b.example");
    g_assert_cmpuint(count(fixture, 1, HISTORY_QUERIES), ==, 1);
    g_assert_cmpuint(count(fixture, 0, HISTORY_QUERIES), ==, 1);
}

static void it_is_written_once_an_hour(Fixture *fixture, gconstpointer unused)
{
    ask(fixture, "a.example");
    g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
    loop_advance(fixture->harness.loop, HOUR);
    g_assert_true(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
}

static void idle_machine_is_not_woken(Fixture *fixture, gconstpointer unused)
{
    ask(fixture, "a.example");
    loop_advance(fixture->harness.loop, HOUR); /* written */
    loop_advance(fixture->harness.loop, HOUR);
    g_assert_cmpint(loop_wait_us(fixture->harness.loop), ==, -1);
}

static void busy_engine_is_not_observed(Fixture *fixture, gconstpointer unused)
{
    g_assert_cmpuint(fixture->harness.engine->interests, ==, RECORD_ANY);
    ask(fixture, "a.example");
    g_assert_cmpuint(fixture->harness.engine->interests, ==, 0);
}

static void week_ends_and_older_days_are_not_shown(Fixture *fixture, gconstpointer unused)
{
    ask(fixture, "a.example");
    loop_advance(fixture->harness.loop, 6 * DAY);
    g_assert_cmpuint(count(fixture, 6, HISTORY_QUERIES), ==, 1);
    loop_advance(fixture->harness.loop, DAY);
    for (int ago = 0; ago < HISTORY_WEEK; ago++)
        g_assert_cmpuint(count(fixture, ago, HISTORY_QUERIES), ==, 0);
}

static void many_days_need_no_more_room(Fixture *fixture, gconstpointer unused)
{
    for (int i = 0; i < 40; i++) {
        ask(fixture, "a.example");
        loop_advance(fixture->harness.loop, DAY);
    }
    restart(fixture);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
    g_auto(GStrv) groups = g_strsplit(text, "[20", -1);
    g_assert_cmpuint(g_strv_length(groups) - 1, <=, 16);
    g_assert_cmpuint(count(fixture, 1, HISTORY_QUERIES), ==, 1);
    g_assert_cmpuint(count(fixture, 6, HISTORY_QUERIES), ==, 1);
}

static void future_is_not_believed(Fixture *fixture, gconstpointer unused)
{
    write_file(fixture, "[2199-01-01]\nqueries=1000\n");
    for (int ago = 0; ago < HISTORY_WEEK; ago++)
        g_assert_cmpuint(count(fixture, ago, HISTORY_QUERIES), ==, 0);
    ask(fixture, "a.example");
    g_assert_cmpuint(count(fixture, 0, HISTORY_QUERIES), ==, 1);
}

/* A flat battery: the machine starts in 1970, and asks, on two days, before its clock is set. */
static void flat_battery_costs_no_day(Fixture *fixture, gconstpointer unused)
{
    for (int day = 0; day < 20; day++) {
        ask(fixture, "a.example");
        loop_advance(fixture->harness.loop, DAY);
    }
    for (int day = 0; day < 2; day++) {
        Loop *early = loop_new_fake(0, 3600 + day * 86400);

        history_free(fixture->history);
        fixture->history = history_new(early, fixture->harness.engine, fixture->path);
        ask(fixture, "b.example");
        history_free(fixture->history);
        fixture->history = NULL;
        loop_free(early);
    }
    restart(fixture);
    for (int ago = 1; ago < HISTORY_WEEK; ago++)
        g_assert_cmpuint(count(fixture, ago, HISTORY_QUERIES), ==, 1);
}

static void damage_costs_what_is_damaged(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *text =
        g_strdup_printf("[rubbish]\nqueries=5\n[2026-99-99]\nqueries=6\n[%s]\nqueries=7\n"
                        "cache-hits=many\nlatency=1;x;-3;99999999999999999999;;;\n",
                        fixture->today);
    write_file(fixture, text);
    g_assert_cmpuint(count(fixture, 0, HISTORY_QUERIES), ==, 7);
    g_assert_cmpuint(count(fixture, 0, HISTORY_CACHE_HITS), ==, 0);
}

static void garbage_is_begun_anew(Fixture *fixture, gconstpointer unused)
{
    write_file(fixture, "\x01\x02 no key file");
    ask(fixture, "a.example");
    restart(fixture);
    g_assert_cmpuint(count(fixture, 0, HISTORY_QUERIES), ==, 1);
}

#define ADD(path, test) g_test_add("/history/" path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    g_test_init(&argc, &argv, NULL);
    ADD("today-counts", today_counts);
    ADD("days-outlive-the-process", days_outlive_the_process);
    ADD("midnight-begins-a-new-day", midnight_begins_a_new_day);
    ADD("it-is-written-once-an-hour", it_is_written_once_an_hour);
    ADD("idle-machine-is-not-woken", idle_machine_is_not_woken);
    ADD("busy-engine-is-not-observed", busy_engine_is_not_observed);
    ADD("week-ends-and-older-days-are-not-shown", week_ends_and_older_days_are_not_shown);
    ADD("many-days-need-no-more-room", many_days_need_no_more_room);
    ADD("future-is-not-believed", future_is_not_believed);
    ADD("flat-battery-costs-no-day", flat_battery_costs_no_day);
    ADD("damage-costs-what-is-damaged", damage_costs_what_is_damaged);
    ADD("garbage-is-begun-anew", garbage_is_begun_anew);
    return g_test_run();
}
