/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which lookups of a log are shown, in which order, while it grows and forgets. */
#include "lookup_model.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LIMIT 8

typedef struct Scene {
    SottoLookupLog *log;
    SottoLookupModel *model;
    int writer;
} Scene;

static void settle(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static void show(Scene *scene, const char *search, gboolean only_blocked)
{
    g_clear_object(&scene->model);
    scene->model = sotto_lookup_model_new(scene->log, lookup_filter_new(search, only_blocked));
}

static void set_up(Scene *scene, gconstpointer unused)
{
    int ends[2];

    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    scene->writer = ends[1];
    scene->log = sotto_lookup_log_new(LIMIT);
    sotto_lookup_log_read(scene->log, ends[0]);
    show(scene, "", FALSE);
}

static void tear_down(Scene *scene, gconstpointer unused)
{
    g_clear_object(&scene->model);
    g_object_unref(scene->log);
    close(scene->writer);
}

/* Each letter is a lookup of that name; a capital one is blocked, a "." is lost. */
static void look_up(Scene *scene, const char *names)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    gint64 now_s = g_get_real_time() / G_USEC_PER_SEC;

    for (; *names != '\0'; names++)
        if (*names == '.')
            g_string_append(lines, "{\"lost\":3}\n");
        else
            g_string_append_printf(lines,
                                   "{\"name\":\"%c\",\"time\":%" G_GINT64_FORMAT
                                   ",\"source\":\"%s\",\"resolver\":\"Quad9\",\"type\":\"%s\"}\n",
                                   *names, now_s, g_ascii_isupper(*names) ? "rule" : "resolver",
                                   *names == 'm' ? "MX" : "A");
    g_assert_cmpint(write(scene->writer, lines->str, lines->len), ==, (gssize)lines->len);
    settle();
}

/* Names from the top. */
static void assert_rows(Scene *scene, const char *expected)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint row = 0; row < sotto_lookup_model_rows(scene->model); row++) {
        guint64 number = sotto_lookup_model_number(scene->model, row);
        const SottoLookup *lookup = sotto_lookup_model_get(scene->model, number);
        guint found = G_MAXUINT;
        g_string_append(names, sotto_lookup_is_gap(lookup) ? "." : lookup->name);
        g_assert_true(sotto_lookup_model_find(scene->model, number, &found));
        g_assert_cmpuint(found, ==, row);
    }
    g_assert_cmpstr(names->str, ==, expected);
}

static void newest_is_on_top(Scene *scene, gconstpointer unused)
{
    look_up(scene, "abc");
    assert_rows(scene, "cba");
    look_up(scene, "de");
    assert_rows(scene, "edcba");
    g_assert_cmpuint(sotto_lookup_model_arrived(scene->model), ==, 5);
}

static void what_is_forgotten_leaves(Scene *scene, gconstpointer unused)
{
    guint row;

    look_up(scene, "abcdefgh");
    look_up(scene, "ijk");
    assert_rows(scene, "kjihgfed");
    g_assert_false(sotto_lookup_model_find(scene->model, 0, &row));
}

static void what_was_before_is_there_too(Scene *scene, gconstpointer unused)
{
    look_up(scene, "abc");
    show(scene, "", FALSE);
    g_assert_false(sotto_lookup_model_is_complete(scene->model));
    settle();
    assert_rows(scene, "cba");
    g_assert_true(sotto_lookup_model_is_complete(scene->model));
    g_assert_cmpuint(sotto_lookup_model_arrived(scene->model), ==, 0);
    look_up(scene, "d");
    assert_rows(scene, "dcba");
    g_assert_cmpuint(sotto_lookup_model_arrived(scene->model), ==, 1);
}

static void frozen_one_counts_what_waits(Scene *scene, gconstpointer unused)
{
    look_up(scene, "ab");
    sotto_lookup_model_set_frozen(scene->model, TRUE);
    look_up(scene, "cd");
    assert_rows(scene, "ba");
    g_assert_cmpuint(sotto_lookup_model_waiting(scene->model), ==, 2);
    sotto_lookup_model_set_frozen(scene->model, FALSE);
    settle();
    assert_rows(scene, "dcba");
    g_assert_cmpuint(sotto_lookup_model_waiting(scene->model), ==, 0);
}

static void frozen_one_forgets(Scene *scene, gconstpointer unused)
{
    look_up(scene, "ab");
    sotto_lookup_model_set_frozen(scene->model, TRUE);
    look_up(scene, "cdefghi");
    assert_rows(scene, "b");
    look_up(scene, "jklmnopqrs");
    assert_rows(scene, "");
    g_assert_cmpuint(sotto_lookup_model_waiting(scene->model), ==, LIMIT);
    sotto_lookup_model_set_frozen(scene->model, FALSE);
    settle();
    assert_rows(scene, "srqponml");
}

static void frozen_from_the_start_shows_what_was_before(Scene *scene, gconstpointer unused)
{
    look_up(scene, "ab");
    show(scene, "", FALSE);
    sotto_lookup_model_set_frozen(scene->model, TRUE);
    look_up(scene, "c");
    assert_rows(scene, "ba");
}

static void blocked_ones_alone(Scene *scene, gconstpointer unused)
{
    look_up(scene, "aB.cD");
    show(scene, "", TRUE);
    settle();
    assert_rows(scene, "DB");
    look_up(scene, "eF");
    assert_rows(scene, "FDB");
}

static void filtered_rows_are_forgotten_with_the_others(Scene *scene, gconstpointer unused)
{
    show(scene, "", TRUE);
    look_up(scene, "AbcdeF");
    assert_rows(scene, "FA");
    look_up(scene, "ghi");
    assert_rows(scene, "F");
}

static void gaps_are_shown_where_everything_is(Scene *scene, gconstpointer unused)
{
    look_up(scene, "a.b");
    assert_rows(scene, "b.a");
    show(scene, "quad9", FALSE);
    settle();
    assert_rows(scene, "ba");
}

static void search(Scene *scene, const char *words, const char *expected)
{
    show(scene, words, FALSE);
    settle();
    assert_rows(scene, expected);
}

static void every_word_is_found_somewhere(Scene *scene, gconstpointer unused)
{
    look_up(scene, "amB");
    search(scene, "quad9", "Bma");
    search(scene, "QUAD9  mx", "m");
    search(scene, "blocked", "B");
    search(scene, "resolver", "ma");
    search(scene, " ", "Bma");
    search(scene, "mx blocked", "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, function)                                                                       \
    g_test_add("/lookup-model/" name, Scene, NULL, set_up, function, tear_down)
    TEST("newest-on-top", newest_is_on_top);
    TEST("forgotten", what_is_forgotten_leaves);
    TEST("before", what_was_before_is_there_too);
    TEST("frozen", frozen_one_counts_what_waits);
    TEST("frozen-forgets", frozen_one_forgets);
    TEST("frozen-from-the-start", frozen_from_the_start_shows_what_was_before);
    TEST("blocked-alone", blocked_ones_alone);
    TEST("filtered-forgotten", filtered_rows_are_forgotten_with_the_others);
    TEST("gaps", gaps_are_shown_where_everything_is);
    TEST("every-word", every_word_is_found_somewhere);
#undef TEST
    return g_test_run();
}
