/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is held of the query log: the newest, none older than an hour. */
#include "lookup_log.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define LIMIT 5

typedef struct Scene {
    SottoLookupLog *log;
    int writer;
    guint changes;
} Scene;

static void on_changed(SottoLookupLog *log, Scene *scene)
{
    scene->changes++;
}

static void set_up(Scene *scene, gconstpointer unused)
{
    int ends[2];

    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    scene->writer = ends[1];
    scene->log = sotto_lookup_log_new(LIMIT);
    g_signal_connect(scene->log, "changed", G_CALLBACK(on_changed), scene);
    sotto_lookup_log_read(scene->log, ends[0]);
}

static void tear_down(Scene *scene, gconstpointer unused)
{
    g_object_unref(scene->log);
    if (scene->writer >= 0)
        close(scene->writer);
}

static void settle(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static void put(Scene *scene, const char *text)
{
    gsize length = strlen(text);

    g_assert_cmpint(write(scene->writer, text, length), ==, (gssize)length);
    settle();
}

/* A lookup of so many seconds ago. */
static void look_up(Scene *scene, const char *name, gint64 ago_s)
{
    g_autofree char *line = g_strdup_printf("{\"name\":\"%s\",\"time\":%" G_GINT64_FORMAT "}\n",
                                            name, g_get_real_time() / G_USEC_PER_SEC - ago_s);

    put(scene, line);
}

/* Names from the oldest; of gaps, their words. */
static void assert_held(Scene *scene, const char *expected)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint64 n = sotto_lookup_log_first(scene->log); n < sotto_lookup_log_end(scene->log);
         n++) {
        const SottoLookup *lookup = sotto_lookup_log_get(scene->log, n);
        g_string_append_printf(names, "%s%s", names->len > 0 ? " " : "",
                               sotto_lookup_is_gap(lookup) ? sotto_lookup_kind_word(lookup->kind)
                                                           : lookup->name);
    }
    g_assert_cmpstr(names->str, ==, expected);
}

static void lookups_are_held(Scene *scene, gconstpointer unused)
{
    look_up(scene, "a", 0);
    look_up(scene, "b", 0);
    assert_held(scene, "a b");
    g_assert_cmpuint(scene->changes, ==, 2);
    g_assert_null(sotto_lookup_log_get(scene->log, 2));
}

static void newest_are_kept(Scene *scene, gconstpointer unused)
{
    for (char name[] = "a"; name[0] < 'i'; name[0]++)
        look_up(scene, name, 0);
    assert_held(scene, "d e f g h");
    g_assert_cmpuint(sotto_lookup_log_first(scene->log), ==, 3);
    g_assert_null(sotto_lookup_log_get(scene->log, 2));
}

static void garbage_of_a_piece_is_one_gap(Scene *scene, gconstpointer unused)
{
    put(scene, "{\"name\":\"a\"}\nwhat\nis\nthis\n{\"name\":\"b\"}\n");
    assert_held(scene, "a b garbled");
    g_assert_cmpuint(sotto_lookup_log_get(scene->log, 2)->count, ==, 3);
    look_up(scene, "c", 0);
    assert_held(scene, "a b garbled c");
}

static void lost_ones_have_their_place(Scene *scene, gconstpointer unused)
{
    put(scene, "{\"name\":\"a\"}\n{\"lost\":7}\n{\"name\":\"b\"}\n");
    assert_held(scene, "a lost b");
}

static void end_is_told_and_what_was_read_stays(Scene *scene, gconstpointer unused)
{
    look_up(scene, "a", 0);
    close(scene->writer);
    scene->writer = -1;
    g_assert_true(sotto_lookup_log_is_reading(scene->log));
    settle();
    g_assert_false(sotto_lookup_log_is_reading(scene->log));
    g_assert_cmpuint(scene->changes, ==, 2);
    assert_held(scene, "a");
}

/* The writer learns that nobody reads. */
static void stopping_closes_the_pipe(Scene *scene, gconstpointer unused)
{
    sotto_lookup_log_stop(scene->log);
    g_assert_false(sotto_lookup_log_is_reading(scene->log));
    g_assert_cmpint(write(scene->writer, "x", 1), ==, -1);
}

static void clearing_reads_on(Scene *scene, gconstpointer unused)
{
    look_up(scene, "a", 0);
    sotto_lookup_log_clear(scene->log);
    assert_held(scene, "");
    look_up(scene, "b", 0);
    assert_held(scene, "b");
    g_assert_cmpuint(sotto_lookup_log_first(scene->log), ==, 1);
}

static void reading_anew_goes_on_after_what_was_read(Scene *scene, gconstpointer unused)
{
    int ends[2];

    look_up(scene, "a", 0);
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    sotto_lookup_log_read(scene->log, ends[0]);
    close(scene->writer);
    scene->writer = ends[1];
    look_up(scene, "b", 0);
    assert_held(scene, "a b");
}

/* What the timer does a minute after the first lookup, without the minute. */
static void nothing_is_older_than_an_hour(Scene *scene, gconstpointer unused)
{
    look_up(scene, "old", 3601);
    put(scene, "{\"lost\":7}\n");
    look_up(scene, "older", 9000);
    look_up(scene, "young", 3500);
    scene->changes = 0;
    sotto_lookup_log_sweep(scene->log);
    assert_held(scene, "young");
    g_assert_cmpuint(scene->changes, ==, 1);
    sotto_lookup_log_sweep(scene->log);
    g_assert_cmpuint(scene->changes, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
#define TEST(name, function)                                                                       \
    g_test_add("/lookup-log/" name, Scene, NULL, set_up, function, tear_down)
    TEST("held", lookups_are_held);
    TEST("newest-are-kept", newest_are_kept);
    TEST("garbage", garbage_of_a_piece_is_one_gap);
    TEST("lost", lost_ones_have_their_place);
    TEST("end", end_is_told_and_what_was_read_stays);
    TEST("stopping", stopping_closes_the_pipe);
    TEST("clearing", clearing_reads_on);
    TEST("reading-anew", reading_anew_goes_on_after_what_was_read);
    TEST("an-hour", nothing_is_older_than_an_hour);
#undef TEST
    return g_test_run();
}
