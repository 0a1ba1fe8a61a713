/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log.h"

#include <glib.h>
#include <glib/gstdio.h>

static void say(const char *text)
{
    log_info("%s", text);
}

/* What the log file holds after one event, without the time in front. */
static char *written_by(void (*write)(const char *text), const char *text)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "sotto-log-XXXXXX", NULL);
    g_autofree char *content = NULL;
    int fd = g_mkstemp(path);

    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_cmpint(log_to_file(path), ==, STATUS_OK);
    write(text);
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_unlink(path);
    g_assert_nonnull(strchr(content, ' '));
    return g_strdup(strchr(content, ' ') + 1);
}

static char *written(const char *text)
{
    return written_by(say, text);
}

static void an_event_is_a_line(void)
{
    g_autofree char *line = written("all is well");

    g_assert_cmpstr(line, ==, "all is well\n");
}

static void controls_are_blotted_out(void)
{
    g_autofree char *line = written("bad\nprotection is off\033[2J\001 caf\xc3\xa9");

    g_assert_cmpstr(line, ==, "bad?protection is off?[2J? caf\xc3\xa9\n");
}

/* The way of g_warning() and the like; here a test would end by it. */
static void warn(const char *text)
{
    g_log_set_always_fatal(G_LOG_FATAL_MASK);
    log_adopt_glib();
    g_log("Library", G_LOG_LEVEL_WARNING, "%s", text);
    g_log_set_default_handler(g_log_default_handler, NULL);
}

static void glib_writes_to_it(void)
{
    g_autofree char *line = written_by(warn, "too\nlate");

    g_assert_cmpstr(line, ==, "Library: too?late\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log/an-event-is-a-line", an_event_is_a_line);
    g_test_add_func("/log/controls-are-blotted-out", controls_are_blotted_out);
    g_test_add_func("/log/glib-writes-to-it", glib_writes_to_it);
    return g_test_run();
}
