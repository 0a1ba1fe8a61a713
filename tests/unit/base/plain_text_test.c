/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plain_text.h"

#include <glib.h>
#include <string.h>

static void becomes(const char *text, const char *expected)
{
    g_autofree char *plain = plain_text(text, strlen(text));

    g_assert_cmpstr(plain, ==, expected);
}

static void words_stay(void)
{
    becomes("", "");
    becomes("CN=dns.example,O=Büro 1 – 東京", "CN=dns.example,O=Büro 1 – 東京");
}

static void controls_are_blotted_out(void)
{
    becomes("a\033[31mb\177", "a\357\277\275[31mb\357\277\275");
    becomes("a\nb", "a\357\277\275b");
    becomes("a\302\233b", "a\357\277\275b"); /* C1: an escape sequence's beginning in one */
}

static void direction_marks_are_blotted_out(void)
{
    becomes("a\342\200\256b", "a\357\277\275b");
}

static void what_is_not_utf8_is_blotted_out(void)
{
    becomes("a\377b", "a\357\277\275b");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plain-text/words-stay", words_stay);
    g_test_add_func("/plain-text/controls-are-blotted-out", controls_are_blotted_out);
    g_test_add_func("/plain-text/direction-marks-are-blotted-out", direction_marks_are_blotted_out);
    g_test_add_func("/plain-text/what-is-not-utf8-is-blotted-out", what_is_not_utf8_is_blotted_out);
    return g_test_run();
}
