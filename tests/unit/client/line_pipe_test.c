/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines out of a pipe: whole, in pieces, too long, and after the end. */
#include "line_pipe.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct Scene {
    LinePipe *pipe;
    int writer;
    GPtrArray *lines; /* "" for one that cannot be read */
    guint pieces, ends;
    gboolean free_in_piece;
} Scene;

static void on_line(const char *line, gpointer data)
{
    Scene *scene = data;

    g_ptr_array_add(scene->lines, g_strdup(line != NULL ? line : ""));
}

static void on_piece(gpointer data)
{
    Scene *scene = data;

    scene->pieces++;
    if (scene->free_in_piece)
        g_clear_pointer(&scene->pipe, line_pipe_free);
}

static void on_ended(gpointer data)
{
    Scene *scene = data;

    scene->ends++;
    g_clear_pointer(&scene->pipe, line_pipe_free);
}

static void set_up(Scene *scene, gconstpointer unused)
{
    static const LinePipeSink sink = {on_line, on_piece, on_ended};
    int ends[2];

    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    scene->writer = ends[1];
    scene->lines = g_ptr_array_new_with_free_func(g_free);
    scene->pipe = line_pipe_new(ends[0], &sink, scene);
}

static void tear_down(Scene *scene, gconstpointer unused)
{
    g_clear_pointer(&scene->pipe, line_pipe_free);
    if (scene->writer >= 0)
        close(scene->writer);
    g_ptr_array_unref(scene->lines);
}

static void put(Scene *scene, const char *bytes, gsize length)
{
    g_assert_cmpint(write(scene->writer, bytes, length), ==, (gssize)length);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static void put_text(Scene *scene, const char *text)
{
    put(scene, text, strlen(text));
}

static void hang_up(Scene *scene)
{
    close(scene->writer);
    scene->writer = -1;
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static void assert_lines(Scene *scene, const char *expected)
{
    g_autofree char *lines = NULL;

    g_ptr_array_add(scene->lines, NULL);
    lines = g_strjoinv("|", (char **)scene->lines->pdata);
    g_assert_cmpstr(lines, ==, expected);
    g_ptr_array_set_size(scene->lines, (int)scene->lines->len - 1);
}

static void lines_come_one_by_one(Scene *scene, gconstpointer unused)
{
    put_text(scene, "one\ntwo\n");
    assert_lines(scene, "one|two");
    g_assert_cmpuint(scene->pieces, ==, 1);
}

static void line_in_two_pieces_is_one(Scene *scene, gconstpointer unused)
{
    put_text(scene, "o");
    assert_lines(scene, "");
    put_text(scene, "ne\ntw");
    put_text(scene, "o\n");
    assert_lines(scene, "one|two");
}

static void longest_line_is_read_and_no_longer_one(Scene *scene, gconstpointer unused)
{
    g_autofree char *line = g_strnfill(LINE_PIPE_LONGEST + 1, 'x');

    put(scene, line, LINE_PIPE_LONGEST);
    put_text(scene, "\n");
    g_assert_cmpuint(strlen(g_ptr_array_index(scene->lines, 0)), ==, LINE_PIPE_LONGEST);
    put(scene, line, LINE_PIPE_LONGEST + 1);
    put_text(scene, "\nnext\n");
    g_assert_cmpstr(g_ptr_array_index(scene->lines, 1), ==, "");
    g_assert_cmpstr(g_ptr_array_index(scene->lines, 2), ==, "next");
}

static void endless_line_is_one(Scene *scene, gconstpointer unused)
{
    g_autofree char *bytes = g_strnfill(10000, 'x');

    for (guint i = 0; i < 100; i++)
        put(scene, bytes, 10000);
    put_text(scene, "\nnext\n");
    assert_lines(scene, "|next");
}

static void nul_spoils_its_line_alone(Scene *scene, gconstpointer unused)
{
    put(scene, "on\0e\ntwo\n", 9);
    assert_lines(scene, "|two");
}

static void end_comes_once_and_half_a_line_never(Scene *scene, gconstpointer unused)
{
    put_text(scene, "one\nhalf");
    hang_up(scene);
    assert_lines(scene, "one");
    g_assert_cmpuint(scene->ends, ==, 1);
}

static void may_be_freed_in_a_piece(Scene *scene, gconstpointer unused)
{
    scene->free_in_piece = TRUE;
    put_text(scene, "one\n");
    g_assert_null(scene->pipe);
    hang_up(scene);
    g_assert_cmpuint(scene->ends, ==, 0);
}

static gboolean count(gpointer data)
{
    (*(guint *)data)++;
    return G_SOURCE_CONTINUE;
}

/* A burst leaves room for everything else: other idle work has its turn between two pieces. */
static void burst_comes_in_pieces(Scene *scene, gconstpointer unused)
{
    g_autofree char *bytes = g_strnfill(60000, '\n');
    guint turns = 0, source = g_idle_add(count, &turns);

    g_assert_cmpint(write(scene->writer, bytes, 60000), ==, 60000);
    while (scene->lines->len < 60000)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(scene->pieces, >=, 3);
    g_assert_cmpuint(turns, >=, scene->pieces - 1);
    g_source_remove(source);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, function)                                                                       \
    g_test_add("/line-pipe/" name, Scene, NULL, set_up, function, tear_down)
    TEST("one-by-one", lines_come_one_by_one);
    TEST("in-two-pieces", line_in_two_pieces_is_one);
    TEST("longest", longest_line_is_read_and_no_longer_one);
    TEST("endless", endless_line_is_one);
    TEST("nul", nul_spoils_its_line_alone);
    TEST("end", end_comes_once_and_half_a_line_never);
    TEST("freed-in-a-piece", may_be_freed_in_a_piece);
    TEST("burst-in-pieces", burst_comes_in_pieces);
#undef TEST
    return g_test_run();
}
