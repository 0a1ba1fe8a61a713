/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters by day.
 *
 * The engine counts on and on; what it counted since the last look is added to a day ("folding").
 * The file is written when the process ends, at midnight, and once an hour while queries come. An
 * idle machine is not woken: the first query after a rest is seen by an observer, which stops to
 * look and starts the timer; when that has run out, the observer looks for the next first query.
 *
 * The wall clock may be wrong, at boot above all. Days of the future are not believed, but kept as
 * long as there is room, since it may be the clock that is wrong; where room is needed, the day
 * farthest from today goes, and where today is a day before this program was built, the first one:
 * nobody's last week is lost for a flat battery. What was counted while the clock jumped belongs to
 * the day it jumped to.
 *
 *     [2026-11-22]
 *     queries=1234
 *     ...
 *     latency=0;0;17;...        as Histogram, 24 numbers
 */
#include "history.h"

#include "build-time.h"
#include "kept_file.h"
#include "log.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#define WHAT        "the statistics of the last days"
#define DAYS_MAX    16
#define WRITE_US    (3600 * INT64_C(1000000))
#define COUNT_MAX   (UINT64_C(1) << 48) /* of a damaged file: sums must not run over */
#define FILE_MAX    65536               /* ours is a tenth of that; a longer one is not ours */
#define LATENCY     "latency"
#define LONGEST_NAP 7 /* days that a machine may sleep while the timer runs */

typedef struct Day {
    guint32 julian; /* GDate's number; 0: free */
    uint64_t counters[HISTORY_COUNTERS];
    Histogram latency;
} Day;

struct History {
    Loop *loop;
    Engine *engine;
    char *path;
    EngineObserver observer; /* while nothing goes on */
    LoopTimer timer;         /* while something does */
    bool working;            /* the timer was started, and `began` is the day */
    guint32 began;
    Stats before; /* at the last fold */
    Day days[DAYS_MAX];
    bool changed; /* since it was written */
};

const char *history_counter_name(HistoryCounter counter)
{
    static const char *const names[HISTORY_COUNTERS] = {
        [HISTORY_QUERIES] = "queries",
        [HISTORY_CACHE_HITS] = "cache-hits",
        [HISTORY_BLOCKED] = "blocked",
        [HISTORY_ENCRYPTED] = "encrypted",
        [HISTORY_FAILED] = "failed",
        [HISTORY_BYTES_SENT] = "bytes-sent",
        [HISTORY_BYTES_RECEIVED] = "bytes-received",
    };
    return names[counter];
}

/* --- days --- */

static guint32 julian_of(GDateTime *time)
{
    int year, month, day;
    g_date_time_get_ymd(time, &year, &month, &day);
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    return g_date_get_julian(&date);
}

static GDateTime *local_now(const History *history)
{
    GDateTime *now = g_date_time_new_from_unix_local(loop_wall_s(history->loop));
    return now != NULL ? now : g_date_time_new_from_unix_local(0); /* beyond the year 9999 */
}

static guint32 today(const History *history)
{
    g_autoptr(GDateTime) now = local_now(history);
    return julian_of(now);
}

static void format_date(guint32 julian, char text[HISTORY_DATE_LENGTH])
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_julian(&date, julian);
    g_snprintf(text, HISTORY_DATE_LENGTH, "%04u-%02u-%02u", (unsigned)g_date_get_year(&date),
               (unsigned)g_date_get_month(&date), (unsigned)g_date_get_day(&date));
}

/* 0 for what is no date. */
static guint32 parse_date(const char *text)
{
    g_autofree char *midnight = g_strconcat(text, "T00:00:00Z", NULL);
    g_autoptr(GDateTime) day = g_date_time_new_from_iso8601(midnight, NULL);
    char again[HISTORY_DATE_LENGTH];
    GDate date;
    if (day == NULL)
        return 0;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)g_date_time_get_day_of_month(day),
                   (GDateMonth)g_date_time_get_month(day), (GDateYear)g_date_time_get_year(day));
    format_date(g_date_get_julian(&date), again);
    return g_str_equal(text, again) ? g_date_get_julian(&date) : 0;
}

static Day *find_day(History *history, guint32 julian)
{
    for (size_t i = 0; i < DAYS_MAX; i++) {
        if (history->days[i].julian == julian)
            return &history->days[i];
    }
    return NULL;
}

static guint32 distance(guint32 a, guint32 b)
{
    return a > b ? a - b : b - a;
}

static bool is_impossible(guint32 julian)
{
    g_autoptr(GDateTime) built = g_date_time_new_from_unix_local(SOTTO_BUILD_TIME_S);
    return julian + 1 < julian_of(built);
}

/* Whether `a` goes before `b` where there is no room. */
static bool goes_first(const Day *a, const Day *b, guint32 now)
{
    if (a->julian == 0 || b->julian == 0)
        return b->julian != 0;
    return is_impossible(now) ? a->julian < b->julian
                              : distance(a->julian, now) > distance(b->julian, now);
}

/* The day, in the place of another one if it is new. */
static Day *take_day(History *history, guint32 julian, guint32 now)
{
    Day *day = find_day(history, julian);
    if (day != NULL)
        return day;
    day = &history->days[0];
    for (size_t i = 1; i < DAYS_MAX; i++) {
        if (goes_first(&history->days[i], day, now))
            day = &history->days[i];
    }
    *day = (Day){.julian = julian};
    return day;
}

/* --- counting --- */

static void read_counters(const Stats *stats, uint64_t counters[HISTORY_COUNTERS])
{
    counters[HISTORY_QUERIES] = stats->queries;
    counters[HISTORY_CACHE_HITS] = stats->cache_hits;
    counters[HISTORY_BLOCKED] = stats->blocked;
    counters[HISTORY_ENCRYPTED] = stats->encrypted;
    counters[HISTORY_FAILED] = stats->failed;
    counters[HISTORY_BYTES_SENT] = stats->upstream_bytes_sent;
    counters[HISTORY_BYTES_RECEIVED] = stats->upstream_bytes_received;
}

/* The day on which it was counted: the one on which the timer was started, which runs until
 * midnight at most, unless the clock has jumped. */
static guint32 day_of_work(const History *history, guint32 now)
{
    bool jumped = now < history->began || now > history->began + LONGEST_NAP;
    return history->working && !jumped ? history->began : now;
}

/* Adds to its day what was counted since the last time. */
static void fold(History *history)
{
    guint32 now = today(history);
    uint64_t counted[HISTORY_COUNTERS], before[HISTORY_COUNTERS];
    Stats stats;
    engine_stats(history->engine, &stats);
    read_counters(&stats, counted);
    read_counters(&history->before, before);
    if (memcmp(counted, before, sizeof(counted)) == 0)
        return;
    Day *day = take_day(history, day_of_work(history, now), now);
    for (size_t i = 0; i < HISTORY_COUNTERS; i++)
        day->counters[i] += counted[i] - before[i];
    histogram_add_since(&day->latency, &stats.latency, &history->before.latency);
    history->before = stats;
    history->changed = true;
}

/* --- the file --- */

static void write_day(GKeyFile *file, const Day *day)
{
    char date[HISTORY_DATE_LENGTH];
    g_autoptr(GString) latency = g_string_new(NULL);
    format_date(day->julian, date);
    for (size_t i = 0; i < HISTORY_COUNTERS; i++)
        g_key_file_set_uint64(file, date, history_counter_name((HistoryCounter)i),
                              day->counters[i]);
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        g_string_append_printf(latency, "%" G_GUINT64_FORMAT ";", day->latency.counts[i]);
    g_key_file_set_value(file, date, LATENCY, latency->str);
}

static void save(History *history)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    if (history->path == NULL || !history->changed)
        return;
    for (size_t i = 0; i < DAYS_MAX; i++) {
        if (history->days[i].julian != 0)
            write_day(file, &history->days[i]);
    }
    gsize length;
    g_autofree char *data = g_key_file_to_data(file, &length, NULL);
    if (!g_file_set_contents_full(history->path, data, (gssize)length,
                                  G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error)) {
        log_warning("%s are not kept reason=%s", WHAT, error->message);
        return;
    }
    history->changed = false;
}

static void read_day(History *history, GKeyFile *file, const char *date)
{
    guint32 julian = parse_date(date);
    if (julian == 0)
        return;
    Day *day = take_day(history, julian, today(history));
    for (size_t i = 0; i < HISTORY_COUNTERS; i++)
        day->counters[i] =
            MIN(g_key_file_get_uint64(file, date, history_counter_name((HistoryCounter)i), NULL),
                COUNT_MAX);
    gsize count = 0;
    g_auto(GStrv) buckets = g_key_file_get_string_list(file, date, LATENCY, &count, NULL);
    for (size_t i = 0; i < MIN(count, (gsize)HISTOGRAM_BUCKETS); i++)
        day->latency.counts[i] = MIN(g_ascii_strtoull(buckets[i], NULL, 10), COUNT_MAX);
}

static void load(History *history)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GKeyFile) file = NULL;
    if (history->path == NULL)
        return;
    file = kept_file_read_keys(history->path, FILE_MAX, WHAT, &error);
    if (file == NULL) {
        log_warning("%s cannot be read and begin anew reason=%s", WHAT, error->message);
        return;
    }
    g_auto(GStrv) dates = g_key_file_get_groups(file, NULL);
    for (size_t i = 0; dates[i] != NULL; i++)
        read_day(history, file, dates[i]);
}

/* --- time --- */

static int64_t until_midnight_us(const History *history)
{
    g_autoptr(GDateTime) now = local_now(history);
    g_autoptr(GDateTime) tomorrow = g_date_time_add_days(now, 1);
    int year, month, day;
    g_date_time_get_ymd(tomorrow, &year, &month, &day);
    g_autoptr(GDateTime) midnight = g_date_time_new_local(year, month, day, 0, 0, 0);
    return midnight != NULL ? MAX(g_date_time_difference(midnight, now), 0) : WRITE_US;
}

static void on_record(void *owner, const QueryRecord *record)
{
    History *history = owner;
    engine_unobserve(history->engine, &history->observer);
    history->working = true;
    history->began = today(history);
    loop_timer_start(&history->timer, MIN(WRITE_US, until_midnight_us(history)));
}

static void on_time(void *owner)
{
    History *history = owner;
    fold(history);
    save(history);
    history->working = false;
    engine_observe(history->engine, &history->observer);
}

/* --- life --- */

History *history_new(Loop *loop, Engine *engine, const char *path)
{
    History *history = g_new0(History, 1);
    history->loop = loop;
    history->engine = engine;
    history->path = g_strdup(path);
    engine_stats(engine, &history->before);
    load(history);
    loop_timer_init(&history->timer, loop, on_time, history);
    history->observer =
        (EngineObserver){.interest = RECORD_ANY, .observed = on_record, .owner = history};
    engine_observe(engine, &history->observer);
    return history;
}

void history_free(History *history)
{
    if (history == NULL)
        return;
    fold(history);
    save(history);
    engine_unobserve(history->engine, &history->observer);
    loop_timer_stop(&history->timer);
    g_free(history->path);
    g_free(history);
}

void history_week(History *history, HistoryDay week[HISTORY_WEEK])
{
    guint32 now = today(history);
    fold(history);
    for (guint32 i = 0; i < HISTORY_WEEK; i++) {
        guint32 julian = now + i + 1 > HISTORY_WEEK ? now + i + 1 - HISTORY_WEEK : 1;
        const Day *day = find_day(history, julian);
        week[i] = (HistoryDay){0};
        format_date(julian, week[i].date);
        if (day == NULL)
            continue;
        memcpy(week[i].counters, day->counters, sizeof(day->counters));
        week[i].latency = day->latency;
    }
}
