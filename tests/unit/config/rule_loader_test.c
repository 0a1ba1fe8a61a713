/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explain.h"
#include "rule_loader.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct Fixture {
    Loop *loop;
    Engine *engine;
    RuleLoader *loader;
    Keys *keys;
    char *folder;
} Fixture;

static char *path_of(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static void put(const Fixture *fixture, const char *name, const char *text)
{
    g_autofree char *path = path_of(fixture, name);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void use(const Fixture *fixture, const char *key, const char *name)
{
    g_autofree char *path = path_of(fixture, name);

    keys_set(fixture->keys, "Rules", key, path, "test");
}

static void set_up(Fixture *fixture, gconstpointer unused)
{
    Plan *plan;

    fixture->folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    fixture->loop = loop_new();
    fixture->engine = engine_new(fixture->loop, NULL);
    fixture->loader = rule_loader_new(fixture->loop, fixture->engine);
    plan = plan_new();
    engine_apply(fixture->engine, plan);
    plan_unref(plan);
    fixture->keys = keys_new();
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", fixture->folder);

    rule_loader_free(fixture->loader);
    engine_free(fixture->engine);
    loop_free(fixture->loop);
    keys_free(fixture->keys);
    g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
    g_free(fixture->folder);
}

static void reload(Fixture *fixture)
{
    RuleSettings *settings = rule_settings_read(fixture->keys, NULL);

    g_assert_nonnull(settings);
    rule_loader_begin(fixture->loader, settings);
    rule_settings_unref(settings);
    while (rule_loader_is_busy(fixture->loader))
        loop_turn(fixture->loop, 100000);
}

/* Which rule decides; "" none. */
static const char *rule_for(Fixture *fixture, const char *name)
{
    static char rule[RULE_MAX_TEXT];
    Explanation explanation;
    Name parsed;

    g_assert_cmpint(name_parse(name, &parsed), ==, STATUS_OK);
    engine_explain(fixture->engine, &parsed, RRTYPE_A, &explanation);
    g_strlcpy(rule, explanation.rule, sizeof rule);
    explanation_clear(&explanation);
    return rule;
}

static void lists_are_loaded_by_a_thread(Fixture *fixture, gconstpointer unused)
{
    put(fixture, "ads.txt", "ads.example\n");
    put(fixture, "good.txt", "good.ads.example\n");
    put(fixture, "cloaks.txt", "nas.example 192.0.2.1\n");
    use(fixture, "BlockLists", "ads.txt");
    use(fixture, "AllowLists", "good.txt");
    use(fixture, "CloakList", "cloaks.txt");
    keys_set(fixture->keys, "Rules", "Cloak", "tv.example 192.0.2.2", "test");
    reload(fixture);
    g_assert_cmpstr(rule_for(fixture, "x.ads.example"), ==, "ads.txt line 1");
    g_assert_cmpstr(rule_for(fixture, "good.ads.example"), ==, "good.txt line 1");
    g_assert_cmpstr(rule_for(fixture, "nas.example"), ==, "cloaks.txt line 1");
    g_assert_cmpstr(rule_for(fixture, "tv.example"), ==, "Cloak= in the settings");
}

static void by_hand_is_in_force_at_once(Fixture *fixture, gconstpointer unused)
{
    RuleSettings *settings;

    put(fixture, "ads.txt", "ads.example\n");
    use(fixture, "BlockLists", "ads.txt");
    keys_set(fixture->keys, "Rules", "Block", "mine.example", "test");
    settings = rule_settings_read(fixture->keys, NULL);
    rule_loader_begin(fixture->loader, settings);
    rule_settings_unref(settings);
    g_assert_true(rule_loader_is_busy(fixture->loader));
    g_assert_cmpstr(rule_for(fixture, "mine.example"), ==, "Block= or Allow= in the settings");
}

static void changed_lists_are_read_again(Fixture *fixture, gconstpointer unused)
{
    put(fixture, "ads.txt", "ads.example\n");
    use(fixture, "BlockLists", "ads.txt");
    reload(fixture);
    put(fixture, "ads.txt", "# two\nother.example\n");
    reload(fixture);
    g_assert_cmpstr(rule_for(fixture, "ads.example"), ==, "");
    g_assert_cmpstr(rule_for(fixture, "other.example"), ==, "ads.txt line 2");
}

static void lists_that_are_gone_stay_as_they_were(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *path = path_of(fixture, "ads.txt");

    put(fixture, "ads.txt", "ads.example\n");
    put(fixture, "cloaks.txt", "nas.example 192.0.2.1\n");
    use(fixture, "BlockLists", "ads.txt");
    use(fixture, "CloakList", "cloaks.txt");
    reload(fixture);
    put(fixture, "ads.txt", "<html>404</html>\n");
    reload(fixture);
    g_assert_cmpstr(rule_for(fixture, "ads.example"), ==, "ads.txt line 1");
    g_remove(path);
    g_free(path);
    path = path_of(fixture, "cloaks.txt");
    g_remove(path);
    reload(fixture);
    g_assert_cmpstr(rule_for(fixture, "ads.example"), ==, "ads.txt line 1");
    g_assert_cmpstr(rule_for(fixture, "nas.example"), ==, "cloaks.txt line 1");
    put(fixture, "ads.txt", "back.example\n");
    reload(fixture);
    g_assert_cmpstr(rule_for(fixture, "back.example"), ==, "ads.txt line 1");
}

static void lists_no_longer_wanted_go(Fixture *fixture, gconstpointer unused)
{
    put(fixture, "ads.txt", "ads.example\n");
    use(fixture, "BlockLists", "ads.txt");
    reload(fixture);
    keys_set(fixture->keys, "Rules", "BlockLists", "", "test");
    reload(fixture);
    g_assert_cmpstr(rule_for(fixture, "ads.example"), ==, "");
}

static void later_settings_win_while_a_thread_works(Fixture *fixture, gconstpointer unused)
{
    RuleSettings *settings;

    put(fixture, "ads.txt", "ads.example\n");
    put(fixture, "other.txt", "other.example\n");
    use(fixture, "BlockLists", "ads.txt");
    settings = rule_settings_read(fixture->keys, NULL);
    rule_loader_begin(fixture->loader, settings);
    rule_settings_unref(settings);
    use(fixture, "BlockLists", "other.txt");
    reload(fixture);
    g_assert_cmpstr(rule_for(fixture, "ads.example"), ==, "");
    g_assert_cmpstr(rule_for(fixture, "other.example"), ==, "other.txt line 1");
}

static void end_does_not_wait_for_lists(Fixture *fixture, gconstpointer unused)
{
    RuleSettings *settings;

    put(fixture, "ads.txt", "ads.example\n");
    use(fixture, "BlockLists", "ads.txt");
    settings = rule_settings_read(fixture->keys, NULL);
    rule_loader_begin(fixture->loader, settings);
    rule_loader_begin(fixture->loader, settings);
    rule_settings_unref(settings);
}

#define TEST(path, fn) g_test_add("/rule-loader/" path, Fixture, NULL, set_up, fn, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("lists-are-loaded-by-a-thread", lists_are_loaded_by_a_thread);
    TEST("by-hand-is-in-force-at-once", by_hand_is_in_force_at_once);
    TEST("changed-lists-are-read-again", changed_lists_are_read_again);
    TEST("lists-that-are-gone-stay-as-they-were", lists_that_are_gone_stay_as_they_were);
    TEST("lists-no-longer-wanted-go", lists_no_longer_wanted_go);
    TEST("later-settings-win-while-a-thread-works", later_settings_win_while_a_thread_works);
    TEST("end-does-not-wait-for-lists", end_does_not_wait_for_lists);
    return g_test_run();
}
