/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query_log.h"

#include "engine_state.h"
#include "harness.h"

#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define MS    1000
#define HOUR  (3600 * INT64_C(1000000))
#define LIMIT 300

typedef struct Fixture {
    Harness harness;
    QueryLog *log;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer unused)
{
    harness_set_up(&fixture->harness, GUINT_TO_POINTER(1));
    engine_apply(fixture->harness.engine, fixture->harness.plan);
    fixture->log = query_log_new(fixture->harness.loop, fixture->harness.engine, LIMIT);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    query_log_free(fixture->log);
    harness_tear_down(&fixture->harness, NULL);
}

static void ask(Fixture *fixture, const char *name)
{
    Message answer;
    harness_ask(&fixture->harness, &(Ask){.name = name, .type = RRTYPE_A}, 15 * MS, &answer);
}

static int follow(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    int fd = query_log_follow(fixture->log, &error);
    g_assert_no_error(error);
    g_assert_cmpint(fcntl(fd, F_SETFL, O_NONBLOCK), ==, 0); /* the test must not wait */
    return fd;
}

/* All lines that can be read now, each a JSON object. */
static GPtrArray *read_lines(Fixture *fixture, int fd)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func((GDestroyNotify)json_node_unref);
    g_autoptr(GString) text = g_string_new(NULL);
    char bytes[4096];
    gssize length;
    do {
        harness_turn(&fixture->harness);
        length = read(fd, bytes, sizeof(bytes));
        if (length > 0)
            g_string_append_len(text, bytes, length);
    } while (length > 0);
    g_auto(GStrv) parts = g_strsplit(text->str, "\n", -1);
    for (size_t i = 0; parts[i] != NULL && *parts[i] != '\0'; i++) {
        g_autoptr(GError) error = NULL;
        JsonNode *node = json_from_string(parts[i], &error);
        g_assert_no_error(error);
        g_ptr_array_add(lines, node);
    }
    return lines;
}

static JsonObject *line(const GPtrArray *lines, guint i)
{
    g_assert_cmpuint(i, <, lines->len);
    return json_node_get_object(g_ptr_array_index(lines, i));
}

static void expect(JsonObject *object, const char *key, const char *value)
{
    g_assert_cmpstr(json_object_get_string_member(object, key), ==, value);
}

static void off_sees_nothing(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(query_log_is_on(fixture->log));
    g_assert_cmpuint(fixture->harness.engine->interests, ==, 0);
    g_assert_cmpint(query_log_follow(fixture->log, &error), ==, -1);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

static void lines_say_what_became_of_queries(Fixture *fixture, gconstpointer unused)
{
    query_log_set(fixture->log, true);
    ask(fixture, "www.example");
    ask(fixture, "www.example");
    int fd = follow(fixture);
    g_autoptr(GPtrArray) lines = read_lines(fixture, fd);
    g_assert_cmpuint(lines->len, ==, 2);
    expect(line(lines, 0), "name", "www.example");
    expect(line(lines, 0), "type", "A");
    expect(line(lines, 0), "source", "resolver");
    expect(line(lines, 0), "rcode", "NOERROR");
    expect(line(lines, 0), "protocol", "dot");
    g_assert_cmpint(json_object_get_int_member(line(lines, 0), "latency"), ==, 10 * MS);
    g_assert_cmpint(json_object_get_int_member(line(lines, 0), "time"), >=, 1800000000);
    expect(line(lines, 1), "source", "cache");
    expect(line(lines, 1), "resolver", "");
    close(fd);
}

static void reader_gets_what_comes_later(Fixture *fixture, gconstpointer unused)
{
    query_log_set(fixture->log, true);
    int fd = follow(fixture);
    g_autoptr(GPtrArray) before = read_lines(fixture, fd);
    ask(fixture, "later.example");
    g_autoptr(GPtrArray) after = read_lines(fixture, fd);
    g_assert_cmpuint(before->len, ==, 0);
    g_assert_cmpuint(after->len, ==, 1);
    close(fd);
}

static void odd_names_are_whole_lines(Fixture *fixture, gconstpointer unused)
{
    query_log_set(fixture->log, true);
    ask(fixture, "a\\\"b\\010\\255.example");
    int fd = follow(fixture);
    g_autoptr(GPtrArray) lines = read_lines(fixture, fd);
    g_assert_cmpuint(lines->len, ==, 1);
    expect(line(lines, 0), "name", "a\"b\\010\\255.example");
    close(fd);
}

static void slow_reader_is_told_what_it_lost(Fixture *fixture, gconstpointer unused)
{
    query_log_set(fixture->log, true);
    int fd = follow(fixture);
    g_assert_cmpint(fcntl(fd, F_SETPIPE_SZ, 4096), ==, 4096);
    for (int i = 0; i < 2 * LIMIT; i++)
        ask(fixture, "www.example");
    g_autoptr(GPtrArray) lines = read_lines(fixture, fd);
    gint64 lost = 0;
    for (guint i = 0; i < lines->len; i++) {
        if (json_object_has_member(line(lines, i), "lost"))
            lost += json_object_get_int_member(line(lines, i), "lost") - 1;
    }
    g_assert_cmpint(lost, >, 0);
    g_assert_cmpint(lines->len + lost, ==, 2 * LIMIT);
    close(fd);
}

static void newest_are_kept(Fixture *fixture, gconstpointer unused)
{
    query_log_set(fixture->log, true);
    ask(fixture, "first.example");
    for (int i = 0; i < LIMIT; i++)
        ask(fixture, "www.example");
    int fd = follow(fixture);
    g_autoptr(GPtrArray) lines = read_lines(fixture, fd);
    g_assert_cmpuint(lines->len, ==, LIMIT);
    expect(line(lines, 0), "name", "www.example");
    close(fd);
}

static void hour_old_is_forgotten(Fixture *fixture, gconstpointer unused)
{
    query_log_set(fixture->log, true);
    ask(fixture, "old.example");
    loop_advance(fixture->harness.loop, HOUR / 2);
    ask(fixture, "new.example");
    loop_advance(fixture->harness.loop, HOUR / 2);
    int fd = follow(fixture);
    g_autoptr(GPtrArray) lines = read_lines(fixture, fd);
    g_assert_cmpuint(lines->len, ==, 1);
    expect(line(lines, 0), "name", "new.example");
    close(fd);
    loop_advance(fixture->harness.loop, HOUR);
    g_assert_cmpint(loop_wait_us(fixture->harness.loop), ==, -1); /* nothing held, nothing to do */
}

static void off_forgets_and_ends_readers(Fixture *fixture, gconstpointer unused)
{
    char byte;
    query_log_set(fixture->log, true);
    int fd = follow(fixture);
    ask(fixture, "www.example");
    g_autoptr(GPtrArray) lines = read_lines(fixture, fd);
    g_assert_cmpuint(lines->len, ==, 1);
    query_log_set(fixture->log, false);
    g_assert_cmpint(read(fd, &byte, 1), ==, 0);
    close(fd);
    query_log_set(fixture->log, true);
    fd = follow(fixture);
    g_autoptr(GPtrArray) again = read_lines(fixture, fd);
    g_assert_cmpuint(again->len, ==, 0);
    close(fd);
}

static void reader_that_leaves_is_let_go(Fixture *fixture, gconstpointer unused)
{
    query_log_set(fixture->log, true);
    for (int i = 0; i < 20; i++) { /* more than may read at a time */
        close(follow(fixture));
        harness_turn(&fixture->harness);
    }
    ask(fixture, "www.example");
}

static void readers_are_limited(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    int fds[8];
    query_log_set(fixture->log, true);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        fds[i] = follow(fixture);
    g_assert_cmpint(query_log_follow(fixture->log, &error), ==, -1);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_BUSY);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
}

#define ADD(path, test) g_test_add("/query-log/" path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* as main.c does */
    g_test_init(&argc, &argv, NULL);
    ADD("off-sees-nothing", off_sees_nothing);
    ADD("lines-say-what-became-of-queries", lines_say_what_became_of_queries);
    ADD("reader-gets-what-comes-later", reader_gets_what_comes_later);
    ADD("odd-names-are-whole-lines", odd_names_are_whole_lines);
    ADD("slow-reader-is-told-what-it-lost", slow_reader_is_told_what_it_lost);
    ADD("newest-are-kept", newest_are_kept);
    ADD("hour-old-is-forgotten", hour_old_is_forgotten);
    ADD("off-forgets-and-ends-readers", off_forgets_and_ends_readers);
    ADD("reader-that-leaves-is-let-go", reader_that_leaves_is_let_go);
    ADD("readers-are-limited", readers_are_limited);
    return g_test_run();
}
