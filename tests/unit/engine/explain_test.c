/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explain.h"
#include "harness.h"

#include <string.h>

static Name parse(const char *text)
{
    Name name;

    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    return name;
}

static void add_block(RuleList *list, const char *text, uint32_t line)
{
    Name name = parse(text);
    NameKey key;

    name_key_init(&key, &name);
    g_assert_cmpint(name_set_add(list->block, &key, true, line), ==, STATUS_OK);
}

static void set_up(Harness *harness, gconstpointer resolvers)
{
    static const uint8_t address[] = {192, 0, 2, 7};
    Ruleset *rules = ruleset_new();
    RuleList *list = rule_list_new("ads.txt");
    g_autoptr(Resolver) office = resolver_new("office", "Office");
    Name nas = parse("nas.home"), search = parse("search.example"), safe = parse("safe.example");
    Name suffix = parse("corp.example");

    list->block = name_set_new();
    add_block(list, "ads.example", 12);
    g_ptr_array_add(rules->lists, list);
    rules->cloaks = cloaks_new();
    g_assert_cmpint(cloaks_add_address(rules->cloaks, &nas, false, address, 4, "mine", 0), ==,
                    STATUS_OK);
    g_assert_cmpint(cloaks_add_alias(rules->cloaks, &search, false, &safe, "mine", 0), ==,
                    STATUS_OK);
    harness_set_up(harness, resolvers);
    resolver_add_endpoint(office, fake_endpoint(ENDPOINT_PLAIN, 3));
    plan_add_route(harness->plan, &suffix, ROUTE_SETTINGS, office);
    engine_apply(harness->engine, harness->plan);
    engine_set_rules(harness->engine, rules);
    ruleset_unref(rules);
}

/* Nothing is asked, nothing is counted. */
static void explain(Harness *harness, const char *text, uint16_t type, Explanation *explanation)
{
    Name name = parse(text);
    unsigned asked = fake_servers[1].asked + fake_servers[2].asked + fake_servers[3].asked;
    Stats before, after;

    engine_stats(harness->engine, &before);
    engine_explain(harness->engine, &name, type, explanation);
    harness_turn(harness);
    engine_stats(harness->engine, &after);
    g_assert_cmpuint(fake_servers[1].asked + fake_servers[2].asked + fake_servers[3].asked, ==,
                     asked);
    g_assert_cmpmem(&before, sizeof before, &after, sizeof after);
}

static void expect(Harness *harness, const char *name, uint16_t type, const char *source,
                   const char *rule, const char *answer, const char *summary)
{
    Explanation explanation;

    explain(harness, name, type, &explanation);
    g_assert_cmpstr(explanation_source_name(explanation.source), ==, source);
    g_assert_cmpstr(explanation.rule, ==, rule);
    g_assert_cmpstr(explanation.answer, ==, answer);
    g_assert_cmpstr(explanation.summary, ==, summary);
    g_assert_cmpuint(explanation.steps->len, >, 0);
    explanation_clear(&explanation);
}

static void rules_are_named(Harness *harness, gconstpointer unused)
{
    expect(harness, "x.ads.example", RRTYPE_A, "rule", "ads.txt line 12", "NXDOMAIN",
           "x.ads.example is blocked by ads.txt line 12.");
    expect(harness, "nas.home", RRTYPE_A, "rule", "mine", "192.0.2.7",
           "nas.home is answered by mine.");
    expect(harness, "nas.home", RRTYPE_AAAA, "rule", "mine", "NOERROR, no data",
           "nas.home is answered by mine.");
}

static void special_names_are_explained(Harness *harness, gconstpointer unused)
{
    expect(harness, "localhost", RRTYPE_A, "special", "", "127.0.0.1",
           "Sotto answers localhost itself.");
    expect(harness, "tv.lan", RRTYPE_A, "special", "", "NXDOMAIN", "Sotto answers tv.lan itself.");
    expect(harness, "a.example", RRTYPE_ANY, "special", "", "NOTIMP",
           "Sotto answers questions of this type itself.");
}

static void resolver_to_be_asked_is_named(Harness *harness, gconstpointer unused)
{
    Explanation explanation;

    explain(harness, "www.example", RRTYPE_A, &explanation);
    g_assert_cmpint(explanation.source, ==, EXPLANATION_RESOLVER);
    g_assert_cmpstr(explanation.resolver, ==, "s1");
    g_assert_cmpstr(explanation.protocol, ==, "dot");
    g_assert_true(g_str_has_prefix(explanation.endpoint, "tls://"));
    explanation_clear(&explanation);
}

static void routes_are_named(Harness *harness, gconstpointer unused)
{
    Explanation explanation;

    explain(harness, "www.corp.example", RRTYPE_A, &explanation);
    g_assert_cmpint(explanation.source, ==, EXPLANATION_ROUTE);
    g_assert_cmpstr(explanation.resolver, ==, "office");
    g_assert_cmpstr(explanation.protocol, ==, "plain");
    explanation_clear(&explanation);
}

static void cached_answers_are_shown(Harness *harness, gconstpointer unused)
{
    Explanation explanation;
    Message answer;

    harness_ask(harness, &(Ask){.name = "www.example", .type = RRTYPE_A}, 15000, &answer);
    loop_advance(harness->loop, 100 * INT64_C(1000000));
    explain(harness, "WWW.example", RRTYPE_A, &explanation);
    g_assert_cmpint(explanation.source, ==, EXPLANATION_CACHE);
    g_assert_cmpuint(explanation.ttl_s, ==, 200);
    g_assert_true(g_str_has_suffix(explanation.answer, ".1"));
    explanation_clear(&explanation);
}

/* A tracker behind a name of the site: the answer is there, and not given. */
static void blocked_aliases_are_explained(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].alias = "t.ads.example";
    harness_ask(harness, &(Ask){.name = "metrics.example", .type = RRTYPE_A}, 15000, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NXDOMAIN);
    expect(harness, "metrics.example", RRTYPE_A, "rule", "ads.txt line 12", "NXDOMAIN",
           "metrics.example is blocked by ads.txt line 12.");
}

static void expired_answers_are_mentioned(Harness *harness, gconstpointer unused)
{
    Explanation explanation;
    Message answer;

    harness_ask(harness, &(Ask){.name = "www.example", .type = RRTYPE_A}, 15000, &answer);
    loop_advance(harness->loop, 400 * INT64_C(1000000));
    explain(harness, "www.example", RRTYPE_A, &explanation);
    g_assert_cmpint(explanation.source, ==, EXPLANATION_RESOLVER);
    g_assert_cmpstr(g_ptr_array_index(explanation.steps, 1), ==,
                    "The cache has an expired answer, which is used if no other comes.");
    explanation_clear(&explanation);
}

static void aliases_are_followed(Harness *harness, gconstpointer unused)
{
    Explanation explanation;
    Message answer;

    explain(harness, "search.example", RRTYPE_A, &explanation);
    g_assert_cmpint(explanation.source, ==, EXPLANATION_RESOLVER);
    g_assert_cmpstr(explanation.rule, ==, "mine");
    explanation_clear(&explanation);
    harness_ask(harness, &(Ask){.name = "safe.example", .type = RRTYPE_A}, 15000, &answer);
    explain(harness, "search.example", RRTYPE_A, &explanation);
    g_assert_cmpint(explanation.source, ==, EXPLANATION_CACHE);
    explanation_clear(&explanation);
}

static void nobody_to_ask_is_said(Harness *harness, gconstpointer unused)
{
    Explanation explanation;

    explain(harness, "www.example", RRTYPE_A, &explanation);
    g_assert_cmpint(explanation.source, ==, EXPLANATION_NONE);
    g_assert_cmpstr(explanation.summary, ==, "There is no resolver to ask for www.example.");
    explanation_clear(&explanation);
}

static void without_a_plan_nothing_is_ready(void)
{
    Loop *loop = loop_new_fake(0, 0);
    Engine *engine = engine_new(loop, NULL);
    Explanation explanation;
    Name name = parse("www.example");

    engine_explain(engine, &name, RRTYPE_A, &explanation);
    g_assert_cmpstr(explanation.summary, ==, "Sotto answers nothing at the moment.");
    explanation_clear(&explanation);
    engine_free(engine);
    loop_free(loop);
}

#define TEST(path, count, fn)                                                                      \
    g_test_add("/explain/" path, Harness, GUINT_TO_POINTER(count), set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("rules-are-named", 2, rules_are_named);
    TEST("special-names-are-explained", 2, special_names_are_explained);
    TEST("resolver-to-be-asked-is-named", 2, resolver_to_be_asked_is_named);
    TEST("routes-are-named", 2, routes_are_named);
    TEST("cached-answers-are-shown", 2, cached_answers_are_shown);
    TEST("expired-answers-are-mentioned", 2, expired_answers_are_mentioned);
    TEST("blocked-aliases-are-explained", 2, blocked_aliases_are_explained);
    TEST("aliases-are-followed", 2, aliases_are_followed);
    TEST("nobody-to-ask-is-said", 0, nobody_to_ask_is_said);
    g_test_add_func("/explain/without-a-plan-nothing-is-ready", without_a_plan_nothing_is_ready);
    return g_test_run();
}
