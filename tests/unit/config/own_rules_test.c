/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that users make: read, kept, refused. */
#include "own_rules.h"

#include "engine.h"
#include "explain.h"
#include "log.h"
#include "rule_loader.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define NOON INT64_C(1795000000)

typedef struct Scene {
    char *folder, *path;
    OwnRules *rules;
    OwnRulesListener listener;
    unsigned told;
    Name last; /* that was told of */
} Scene;

static void on_changed(void *owner, const Name *name)
{
    Scene *scene = owner;

    scene->told++;
    scene->last = *name;
}

static void scene_reopen(Scene *scene)
{
    own_rules_unlisten(&scene->listener);
    own_rules_free(scene->rules);
    scene->rules = own_rules_new(scene->path);
    scene->listener = (OwnRulesListener){.changed = on_changed, .owner = scene};
    own_rules_listen(scene->rules, &scene->listener);
    scene->told = 0;
}

static void scene_set_up(Scene *scene, gconstpointer data)
{
    scene->folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    scene->path = g_build_filename(scene->folder, "rules.conf", NULL);
    log_set_level(LOG_LEVEL_ERROR);
    scene_reopen(scene);
}

static void scene_tear_down(Scene *scene, gconstpointer data)
{
    own_rules_unlisten(&scene->listener);
    own_rules_free(scene->rules);
    g_unlink(scene->path);
    g_rmdir(scene->folder);
    g_free(scene->path);
    g_free(scene->folder);
}

static gboolean try_add(Scene *scene, const char *kind, const char *name, const char *target,
                        GError **error)
{
    const OwnRuleWish wish = {
        .kind = kind, .name = name, .target = target, .who = "alice", .now_s = NOON};

    return own_rules_add(scene->rules, &wish, error);
}

static void add(Scene *scene, const char *kind, const char *name, const char *target)
{
    g_autoptr(GError) error = NULL;

    try_add(scene, kind, name, target, &error);
    g_assert_no_error(error);
}

static void refuse(Scene *scene, const char *kind, const char *name, const char *target,
                   const char *sentence)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(try_add(scene, kind, name, target, &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT);
    g_assert_cmpstr(error->message, ==, sentence);
    g_assert_cmpuint(own_rules_all(scene->rules)->len, ==, 0);
    g_assert_cmpuint(scene->told, ==, 0);
}

static const OwnRule *rule_at(Scene *scene, guint index)
{
    const GPtrArray *all = own_rules_all(scene->rules);

    g_assert_cmpuint(index, <, all->len);
    return g_ptr_array_index(all, index);
}

/* "kind name target; …", oldest first. (transfer full) */
static char *summary(Scene *scene)
{
    const GPtrArray *all = own_rules_all(scene->rules);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < all->len; i++) {
        const OwnRule *rule = g_ptr_array_index(all, i);

        g_string_append_printf(text, "%s%s %s%s%s", i > 0 ? "; " : "", own_wish_words[rule->wish],
                               rule->text, *rule->target ? " " : "", rule->target);
    }
    return g_string_free(text, FALSE);
}

static void expect(Scene *scene, const char *expected)
{
    g_autofree char *text = summary(scene);

    g_assert_cmpstr(text, ==, expected);
}

static void survive_a_restart(Scene *scene, gconstpointer data)
{
    struct stat facts;

    add(scene, "block", "Ads.Example.", "");
    add(scene, "forward", "=corp.example", "192.0.2.53; tls://192.0.2.54#dns.example");
    add(scene, "network", "*.tv.example", "");
    scene_reopen(scene);
    expect(scene, "block ads.example; "
                  "forward =corp.example udp://192.0.2.53;tls://192.0.2.54#dns.example; "
                  "network tv.example");
    g_assert_cmpstr(rule_at(scene, 0)->added_by, ==, "alice");
    g_assert_cmpint(rule_at(scene, 0)->added_at_s, ==, NOON);
    g_assert_true(rule_at(scene, 1)->exact);
    g_assert_cmpuint(rule_at(scene, 1)->servers->endpoint_count, ==, 2);
    g_assert_cmpint(stat(scene->path, &facts), ==, 0);
    g_assert_cmpuint(facts.st_mode & 0777, ==, 0600);
}

static void one_of_a_name(Scene *scene, gconstpointer data)
{
    add(scene, "block", "ads.example", "");
    add(scene, "block", "other.example", "");
    add(scene, "allow", "ADS.example", "");
    expect(scene, "block other.example; allow ads.example");
    add(scene, "block", "=ads.example", ""); /* that is another one */
    expect(scene, "block other.example; allow ads.example; block =ads.example");
}

static void listeners_hear_which_name(Scene *scene, gconstpointer data)
{
    char text[NAME_MAX_TEXT];

    add(scene, "block", "=Ads.example", "");
    g_assert_cmpuint(scene->told, ==, 1);
    g_assert_cmpstr(name_format(&scene->last, text), ==, "ads.example");
    g_assert_true(own_rules_remove(scene->rules, "=ads.EXAMPLE", NULL));
    g_assert_cmpuint(scene->told, ==, 2);
    g_assert_cmpstr(name_format(&scene->last, text), ==, "ads.example");
}

static void what_is_no_rule_is_refused(Scene *scene, gconstpointer data)
{
    g_autofree char *long_name = g_strnfill(2000, 'a'), *long_target = g_strnfill(3000, 'a');

    refuse(scene, "block", "", "", "That is not a name.");
    refuse(scene, "block", "=", "", "That is not a name.");
    refuse(scene, "block", ".", "", "That is not a name.");
    refuse(scene, "block", "a b.example", "", "That is not a name.");
    refuse(scene, "block", "]\n[x", "", "That is not a name.");
    refuse(scene, "block", "\xff.example", "", "That is not a name.");
    refuse(scene, "block", long_name, "", "That is not a name.");
    refuse(scene, "block", "2001:db8::1", "", "That is an address; a rule is about a name.");
    refuse(scene, "cloak", "a.example", "",
           "A rule is to block, to allow, to ask the network, or to forward.");
    refuse(scene, "allow", "a.example", "192.0.2.1", "Only a rule that forwards has servers.");
    refuse(scene, "forward", "a.example", " ; ", "A rule that forwards needs the servers to ask.");
    refuse(scene, "forward", "a.example", long_target, "That is too long for a list of servers.");
}

static void a_public_suffix_is_not_shown_to_networks(Scene *scene, gconstpointer data)
{
    static const char *const suffixes[] = {"com", "=com", "uk", "co.uk", "xn--p1ai", "foo.ck"};
    static const char *const names[] = {"example.com", "printer",   "lan",
                                        "home.arpa",   "fritz.box", "user.github.io"};

    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        const char *bare = suffixes[i] + (*suffixes[i] == '=');
        g_autofree char *sentence = g_strdup_printf(
            "Many people's names end in %s: a rule for the network's own DNS is about one of them.",
            bare);

        refuse(scene, "network", suffixes[i], "", sentence);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        add(scene, "network", names[i], "");
    add(scene, "block", "zip", ""); /* the rest is nobody's to see */
    add(scene, "forward", "uk", "tls://192.0.2.1#dns.example");
}

static void there_are_a_thousand_at_most(Scene *scene, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    own_rules_unlisten(&scene->listener);
    own_rules_free(scene->rules);
    scene->rules = own_rules_new(NULL); /* a thousand writes to a disk take their time */
    scene->listener = (OwnRulesListener){.changed = on_changed, .owner = scene};
    for (int i = 0; i < OWN_RULES_MAX; i++) {
        g_autofree char *name = g_strdup_printf("n%d.example", i);

        add(scene, "block", name, "");
    }
    g_assert_false(try_add(scene, "block", "more.example", "", &error));
    g_assert_cmpstr(error->message, ==, "There are 1000 rules of your own; remove one first.");
    add(scene, "allow", "n7.example", ""); /* in place of another */
    g_assert_cmpuint(own_rules_all(scene->rules)->len, ==, OWN_RULES_MAX);
}

static void what_cannot_be_saved_is_not_done(Scene *scene, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    add(scene, "block", "ads.example", "");
    add(scene, "block", "other.example", "");
    scene->told = 0;
    g_unlink(scene->path);
    g_assert_cmpint(g_rmdir(scene->folder), ==, 0);
    g_assert_false(try_add(scene, "allow", "ads.example", "", &error));
    g_assert_true(g_str_has_prefix(error->message, "Your rules could not be saved: "));
    g_assert_false(own_rules_remove(scene->rules, "ads.example", NULL));
    expect(scene, "block ads.example; block other.example");
    g_assert_cmpuint(scene->told, ==, 0);
}

static void only_own_ones_are_removed(Scene *scene, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    add(scene, "block", "ads.example", "");
    g_assert_false(own_rules_remove(scene->rules, "=ads.example", &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==, "No rule of yours is about =ads.example.");
    g_assert_true(own_rules_remove(scene->rules, "ads.example", NULL));
    scene_reopen(scene);
    g_assert_cmpuint(own_rules_all(scene->rules)->len, ==, 0);
}

static void damage_costs_no_other_rule(Scene *scene, gconstpointer data)
{
    g_assert_true(g_file_set_contents(scene->path,
                                      "[ads.example]\nKind=block\n"
                                      "[broken.example]\nnonsense\n"
                                      "[kind.example]\nKind=unheard\n"
                                      "[com]\nKind=network\n"
                                      "[ads.example]\nKind=allow\n"
                                      "[corp.example]\nKind=forward\nServers=nobody\n"
                                      "[=good.example]\nKind=allow\n",
                                      -1, NULL));
    log_set_level(LOG_LEVEL_ERROR);
    scene_reopen(scene);
    expect(scene, "block ads.example; allow =good.example");
    g_assert_cmpstr(rule_at(scene, 0)->added_by, ==, "");
}

static void servers_become_routes(Scene *scene, gconstpointer data)
{
    g_autoptr(Plan) plan = plan_new();

    add(scene, "forward", "corp.example", "192.0.2.53");
    add(scene, "forward", "=one.example", "udp://192.0.2.54:5353");
    add(scene, "network", "tv.example", "");
    own_rules_add_routes(scene->rules, plan);
    g_assert_cmpuint(plan->route_count, ==, 2);
    g_assert_cmpint(plan->routes[0].kind, ==, ROUTE_OWN_SERVERS);
    g_assert_false(plan->routes[0].exact);
    g_assert_true(plan->routes[1].exact);
}

/* --- in force --- */

static bool is_blocked(Engine *engine, const char *text)
{
    Explanation explanation;
    bool blocked;
    Name name;

    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    engine_explain(engine, &name, RRTYPE_A, &explanation);
    blocked = explanation.source == EXPLANATION_RULE;
    explanation_clear(&explanation);
    return blocked;
}

static void in_force_while_lists_are_read(Scene *scene, gconstpointer data)
{
    g_autofree char *list = g_build_filename(scene->folder, "ads.txt", NULL);
    g_autoptr(Keys) keys = keys_new();
    g_autoptr(Plan) plan = plan_new();
    Loop *loop = loop_new();
    Engine *engine = engine_new(loop, NULL);
    RuleLoader *loader = rule_loader_new(loop, engine);
    RuleSettings *settings;

    engine_apply(engine, plan);
    add(scene, "block", "before.example", "");
    rule_loader_follow(loader, scene->rules);
    g_assert_true(is_blocked(engine, "before.example")); /* nothing was read yet */
    g_assert_true(g_file_set_contents(list, "listed.example\n", -1, NULL));
    keys_set(keys, "Rules", "BlockLists", list, "test");
    settings = rule_settings_read(keys, NULL);
    rule_loader_begin(loader, settings);
    g_assert_true(rule_loader_is_busy(loader));
    add(scene, "block", "meanwhile.example", "");
    g_assert_true(is_blocked(engine, "meanwhile.example"));
    while (rule_loader_is_busy(loader))
        loop_turn(loop, 100000);
    g_assert_true(is_blocked(engine, "before.example"));
    g_assert_true(is_blocked(engine, "meanwhile.example"));
    g_assert_true(is_blocked(engine, "listed.example"));
    add(scene, "allow", "listed.example", "");
    g_assert_false(is_blocked(engine, "listed.example"));
    rule_settings_unref(settings);
    rule_loader_free(loader);
    engine_free(engine);
    loop_free(loop);
    g_unlink(list);
}

#define ADD(path, test)                                                                            \
    g_test_add("/own-rules/" path, Scene, NULL, scene_set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("survive-a-restart", survive_a_restart);
    ADD("one-of-a-name", one_of_a_name);
    ADD("listeners-hear-which-name", listeners_hear_which_name);
    ADD("no-rule-is-refused", what_is_no_rule_is_refused);
    ADD("public-suffix-is-not-shown-to-networks", a_public_suffix_is_not_shown_to_networks);
    ADD("a-thousand-at-most", there_are_a_thousand_at_most);
    ADD("not-saved-is-not-done", what_cannot_be_saved_is_not_done);
    ADD("only-own-ones-are-removed", only_own_ones_are_removed);
    ADD("damage-costs-no-other", damage_costs_no_other_rule);
    ADD("servers-become-routes", servers_become_routes);
    ADD("in-force-while-lists-are-read", in_force_while_lists_are_read);
    return g_test_run();
}
