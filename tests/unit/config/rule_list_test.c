/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule_list.h"
#include "rule_settings.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct Fixture {
    char *path;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer unused)
{
    int fd = g_file_open_tmp("sotto-list-XXXXXX", &fixture->path, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    g_remove(fixture->path);
    g_free(fixture->path);
}

static RuleList *read_text(const Fixture *fixture, const char *text, bool allows,
                           RuleListReport *report, GError **error)
{
    g_assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
    return rule_list_read(fixture->path, allows, NULL, report, error);
}

/* The line of the entry that fits, -1 none. */
static int64_t find(const NameSet *set, const char *text)
{
    NameMatch match;
    NameKey key;
    Name name;

    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    name_key_init(&key, &name);
    return name_set_find(set, &key, &match) ? (int64_t)match.value : -1;
}

static void every_form_in_one_file(Fixture *fixture, gconstpointer unused)
{
    RuleListReport report;
    RuleList *list = read_text(fixture,
                               "# mixed\r\nplain.example\r\n0.0.0.0 host.example\r\n"
                               "||adblock.example^\r\n@@||good.adblock.example^\r\n"
                               "=exact.example\r\nnot a rule\r\n||x.example^$script\r\nbad!\r\n"
                               "plain.example",
                               false, &report, NULL);

    g_assert_nonnull(list);
    g_assert_cmpint(find(list->block, "a.plain.example"), ==, 2);
    g_assert_cmpint(find(list->block, "host.example"), ==, 3);
    g_assert_cmpint(find(list->block, "a.host.example"), ==, -1);
    g_assert_cmpint(find(list->block, "a.adblock.example"), ==, 4);
    g_assert_cmpint(find(list->allow, "a.good.adblock.example"), ==, 5);
    g_assert_cmpint(find(list->block, "a.exact.example"), ==, -1);
    g_assert_cmpuint(report.names, ==, 5);
    g_assert_cmpuint(report.foreign, ==, 1);
    g_assert_cmpuint(report.malformed, ==, 2);
    g_assert_cmpuint(report.first_malformed, ==, 7);
    rule_list_unref(list);
}

static void allow_lists_only_allow(Fixture *fixture, gconstpointer unused)
{
    RuleListReport report;
    RuleList *list =
        read_text(fixture, "a.example\n||b.example^\n@@||c.example^\n", true, &report, NULL);

    g_assert_null(list->block);
    g_assert_cmpuint(name_set_count(list->allow), ==, 3);
    rule_list_unref(list);
}

static void empty_files_are_lists(Fixture *fixture, gconstpointer unused)
{
    RuleListReport report;
    RuleList *list = read_text(fixture, "# nothing yet\n", false, &report, NULL);

    g_assert_nonnull(list);
    g_assert_cmpuint(report.names, ==, 0);
    rule_list_unref(list);
}

static void expect_error(const char *path, const char *part)
{
    g_autoptr(GError) error = NULL;
    RuleListReport report;

    g_assert_null(rule_list_read(path, false, NULL, &report, &error));
    g_assert_nonnull(error);
    if (!strstr(error->message, part))
        g_error("\"%s\" does not say \"%s\"", error->message, part);
}

static void what_is_no_list_is_refused(Fixture *fixture, gconstpointer unused)
{
    g_assert_true(g_file_set_contents(fixture->path, "<html>\n<body>Not here</body>\n", -1, NULL));
    expect_error(fixture->path, "not one of them is a rule");
    expect_error("/nowhere/ads.txt", "No such file");
    expect_error("/dev/zero", "It is no file");
    expect_error("/tmp", "It is no file");
}

static void endless_files_are_refused(Fixture *fixture, gconstpointer unused)
{
    g_assert_cmpint(truncate(fixture->path, (off_t)RULE_LIST_MAX_BYTES + 1), ==, 0);
    expect_error(fixture->path, "256 MB");
}

static void reading_can_be_cancelled(Fixture *fixture, gconstpointer unused)
{
    const gint cancelled = 1;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    RuleListReport report;

    for (int i = 0; i < 10000; i++)
        g_string_append_printf(text, "n%d.example\n", i);
    g_assert_true(g_file_set_contents(fixture->path, text->str, -1, NULL));
    g_assert_null(rule_list_read(fixture->path, false, &cancelled, &report, &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_CANCELLED);
}

static void a_million_lines_take_seconds(Fixture *fixture, gconstpointer unused)
{
    FILE *file = fopen(fixture->path, "w");
    RuleListReport report;
    RuleList *list;
    int64_t start_us;

    for (int i = 0; i < 1000000; i++)
        fprintf(file, i % 2 ? "||track%d.ads-%x.com^\n" : "0.0.0.0 cdn%d.metric%x.net\n", i,
                i % 977);
    fclose(file);
    start_us = g_get_monotonic_time();
    list = rule_list_read(fixture->path, false, NULL, &report, NULL);
    g_test_message("a million lines: %.2f s, %.1f MB",
                   (double)(g_get_monotonic_time() - start_us) / 1e6, (double)report.bytes / 1e6);
    g_assert_cmpint(g_get_monotonic_time() - start_us, <, 20 * G_TIME_SPAN_SECOND);
    g_assert_cmpuint(report.names, ==, 1000000);
    rule_list_unref(list);
}

static void cloaks_are_read(void)
{
    RuleListReport report = {0};
    Cloaks *cloaks = cloaks_new();
    CloakMatch match;
    NameKey key;
    Name name;

    rule_cloaks_add(cloaks,
                    "# mine\nnas.home 192.168.1.2 # the box\r\nnas.home fd00::2\n"
                    "google.example forced.google.example\n10.0.0.1 a.example b.example\n"
                    "=only.example 10.0.0.2\nonly\nnas.home other.example\nx.example y z\n",
                    false, "cloaks.txt", &report);
    g_assert_cmpuint(report.names, ==, 5);
    g_assert_cmpuint(report.malformed, ==, 3);
    g_assert_cmpuint(report.first_malformed, ==, 7);
    g_assert_cmpint(name_parse("x.nas.home", &name), ==, STATUS_OK);
    name_key_init(&key, &name);
    g_assert_true(cloaks_find(cloaks, &key, &match));
    g_assert_cmpuint(match.cloak->v4->len, ==, 4);
    g_assert_cmpuint(match.cloak->v6->len, ==, 16);
    g_assert_cmpuint(match.cloak->line, ==, 2);
    g_assert_cmpint(name_parse("x.only.example", &name), ==, STATUS_OK);
    name_key_init(&key, &name);
    g_assert_false(cloaks_find(cloaks, &key, &match));
    cloaks_free(cloaks);
}

static RuleSettings *read_settings(const char *key, const char *value, GError **error)
{
    g_autoptr(Keys) keys = keys_new();

    keys_set(keys, "Rules", key, value, "test.conf");
    return rule_settings_read(keys, error);
}

static void settings_by_hand_are_checked(void)
{
    static const struct {
        const char *key, *value, *part;
    } cases[] = {
        {"Block", "a.example;not a name", "[Rules] Block=not a name: Expected a domain name."},
        {"Allow", "a..b", "Expected a domain name."},
        {"LocalNames", "fritz box", "Expected a domain name."},
        {"BlockLists", "ads.txt", "Expected a path that begins with a slash."},
        {"CloakList", "ads.txt", "Expected a path that begins with a slash."},
        {"Cloak", "nas.home", "Expected NAME ADDRESS"},
        {"BlockAnswer", "perhaps", "Expected one of: nxdomain, zero, refused."},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(read_settings(cases[i].key, cases[i].value, &error));
        g_assert_nonnull(error);
        if (!strstr(error->message, cases[i].part))
            g_error("\"%s\" does not say \"%s\"", error->message, cases[i].part);
    }
}

static void settings_by_hand_make_rules(void)
{
    RuleSettings *settings = read_settings("Block", "ads.example; =one.example", NULL);
    Ruleset *rules = rule_settings_ruleset(settings);
    const RuleList *list = g_ptr_array_index(rules->lists, 0);

    g_assert_cmpint(find(list->block, "x.ads.example"), ==, 0);
    g_assert_cmpint(find(list->block, "x.one.example"), ==, -1);
    g_assert_cmpint(rules->block_answer, ==, BLOCK_ANSWER_NXDOMAIN);
    ruleset_unref(rules);
    rule_settings_unref(settings);
}

#define TEST(path, fn) g_test_add("/rule-list/" path, Fixture, NULL, set_up, fn, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("every-form-in-one-file", every_form_in_one_file);
    TEST("allow-lists-only-allow", allow_lists_only_allow);
    TEST("empty-files-are-lists", empty_files_are_lists);
    TEST("what-is-no-list-is-refused", what_is_no_list_is_refused);
    TEST("endless-files-are-refused", endless_files_are_refused);
    TEST("reading-can-be-cancelled", reading_can_be_cancelled);
    TEST("a-million-lines-take-seconds", a_million_lines_take_seconds);
    g_test_add_func("/rule-list/cloaks-are-read", cloaks_are_read);
    g_test_add_func("/rule-settings/by-hand-are-checked", settings_by_hand_are_checked);
    g_test_add_func("/rule-settings/by-hand-make-rules", settings_by_hand_make_rules);
    return g_test_run();
}
