/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user said of single names: the closest word decides, before anything that files say. */
#include "own_names.h"

#include "explain.h"
#include "harness.h"

#include <string.h>

static Name parse(const char *text)
{
    Name name;

    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    return name;
}

/* "=x": alone. */
static void say(OwnNames *names, OwnWish wish, const char *text)
{
    bool exact = *text == '=';
    Name name = parse(exact ? text + 1 : text);

    g_assert_cmpint(own_names_add(names, &name, !exact, wish), ==, STATUS_OK);
}

/* The wish for it; -1 none. */
static int find(const OwnNames *names, const char *text)
{
    Name name = parse(text);
    OwnMatch match;
    NameKey key;

    name_key_init(&key, &name);
    return own_names_find(names, &key, &match) ? (int)match.wish : -1;
}

static void the_closest_word_decides(void)
{
    g_autoptr(OwnNames) names = own_names_new();

    say(names, OWN_BLOCK, "example.com");
    say(names, OWN_ALLOW, "good.example.com");
    say(names, OWN_NETWORK, "tv.good.example.com");
    say(names, OWN_BLOCK, "=ads.tv.good.example.com");
    g_assert_cmpint(find(names, "example.com"), ==, OWN_BLOCK);
    g_assert_cmpint(find(names, "WWW.Example.Com"), ==, OWN_BLOCK);
    g_assert_cmpint(find(names, "x.good.example.com"), ==, OWN_ALLOW);
    g_assert_cmpint(find(names, "x.tv.good.example.com"), ==, OWN_NETWORK);
    g_assert_cmpint(find(names, "ads.tv.good.example.com"), ==, OWN_BLOCK);
    g_assert_cmpint(find(names, "x.ads.tv.good.example.com"), ==, OWN_NETWORK);
    g_assert_cmpint(find(names, "notexample.com"), ==, -1);
}

static void a_name_alone_is_closer_than_all_below_it(void)
{
    g_autoptr(OwnNames) names = own_names_new();

    say(names, OWN_ALLOW, "=example.com");
    say(names, OWN_BLOCK, "example.com");
    say(names, OWN_BLOCK, "=example.net");
    say(names, OWN_SERVERS, "example.net");
    g_assert_cmpint(find(names, "example.com"), ==, OWN_ALLOW);
    g_assert_cmpint(find(names, "www.example.com"), ==, OWN_BLOCK);
    g_assert_cmpint(find(names, "example.net"), ==, OWN_BLOCK);
    g_assert_cmpint(find(names, "www.example.net"), ==, OWN_SERVERS);
}

static void no_word_is_none(void)
{
    g_autoptr(OwnNames) names = own_names_new();

    g_assert_cmpint(find(NULL, "example.com"), ==, -1);
    g_assert_cmpint(find(names, "example.com"), ==, -1);
}

/* --- judged --- */

static RuleList *list_of(const char *label, bool allows, const char *text)
{
    RuleList *list = rule_list_new(label);
    NameSet *set = name_set_new();
    Name name = parse(text);
    NameKey key;

    name_key_init(&key, &name);
    g_assert_cmpint(name_set_add(set, &key, true, 1), ==, STATUS_OK);
    *(allows ? &list->allow : &list->block) = set;
    return list;
}

static Ruleset *settings_rules(void)
{
    static const uint8_t address[] = {192, 0, 2, 9};
    Ruleset *rules = ruleset_new();
    Name cloaked = parse("cloaked.example");

    g_ptr_array_add(rules->lists, list_of("ads.txt", false, "ads.example"));
    g_ptr_array_add(rules->lists, list_of("good.txt", true, "good.example"));
    rules->cloaks = cloaks_new();
    g_assert_cmpint(cloaks_add_address(rules->cloaks, &cloaked, true, address, 4, "cloaks", 1), ==,
                    STATUS_OK);
    return rules;
}

static void set_up(Harness *harness, gconstpointer unused)
{
    g_autoptr(Ruleset) rules = settings_rules();

    harness_set_up(harness, GUINT_TO_POINTER(1));
    engine_apply(harness->engine, harness->plan);
    engine_set_rules(harness->engine, rules);
}

/* Lays it over the settings' rules. */
static void use(Harness *harness, OwnNames *names)
{
    g_autoptr(Ruleset) settings = settings_rules();
    g_autoptr(Ruleset) rules = ruleset_with_own(settings, names);

    engine_set_rules(harness->engine, rules);
}

static void use_one(Harness *harness, OwnWish wish, const char *text)
{
    g_autoptr(OwnNames) names = own_names_new();

    say(names, wish, text);
    use(harness, names);
}

/* The plan with a route of the user's for `text` ("=x": alone) to server 2. */
static void route(Harness *harness, const char *text, RouteKind kind)
{
    g_autoptr(Resolver) network = fake_resolver(2);
    bool exact = *text == '=';
    Name name = parse(exact ? text + 1 : text);

    plan_add_own_route(harness->plan, &name, exact, kind, network);
    engine_apply(harness->engine, harness->plan);
}

static void ask(Harness *harness, const char *name, Message *answer)
{
    harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A, .udp_size = 1232}, 15000, answer);
}

/* The server that answers; its code where it is none. */
static void expect_server(Harness *harness, const char *name, unsigned server)
{
    Message answer;

    ask(harness, name, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
    g_assert_cmpuint(answer_server(&answer), ==, server);
}

static void expect_code(Harness *harness, const char *name, unsigned rcode)
{
    Message answer;

    ask(harness, name, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, rcode);
}

static void blocked_by_hand_wins_over_lists_and_cloaks(Harness *harness, gconstpointer unused)
{
    char text[256];
    Message answer;

    use_one(harness, OWN_BLOCK, "good.example");
    ask(harness, "www.good.example", &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NXDOMAIN);
    g_assert_cmpint(answer_ede(&answer, text), ==, EDE_FILTERED);
    g_assert_cmpstr(text, ==, "your rule for good.example");
    use_one(harness, OWN_BLOCK, "cloaked.example");
    expect_code(harness, "cloaked.example", RCODE_NXDOMAIN);
}

static void allowed_by_hand_wins_over_lists(Harness *harness, gconstpointer unused)
{
    use_one(harness, OWN_ALLOW, "ads.example");
    expect_server(harness, "www.ads.example", 1);
    expect_server(harness, "cloaked.example", 9); /* that is no block */
}

static void a_rule_elsewhere_leaves_lists_as_they_are(Harness *harness, gconstpointer unused)
{
    use_one(harness, OWN_ALLOW, "other.example");
    expect_code(harness, "ads.example", RCODE_NXDOMAIN);
    expect_server(harness, "good.example", 1);
}

static void a_network_name_is_asked_there_whatever_lists_say(Harness *harness, gconstpointer unused)
{
    use_one(harness, OWN_NETWORK, "ads.example");
    route(harness, "ads.example", ROUTE_OWN_NETWORK);
    expect_server(harness, "tv.ads.example", 2);
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

static void a_name_alone_takes_nothing_below_it_there(Harness *harness, gconstpointer unused)
{
    use_one(harness, OWN_NETWORK, "=tv.example");
    route(harness, "=tv.example", ROUTE_OWN_NETWORK);
    expect_server(harness, "TV.example", 2);
    expect_server(harness, "www.tv.example", 1);
}

static void a_network_name_without_a_network_is_kept(Harness *harness, gconstpointer unused)
{
    char text[256];
    Message answer;

    use_one(harness, OWN_NETWORK, "tv.example");
    ask(harness, "www.tv.example", &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpint(answer_ede(&answer, text), ==, EDE_NETWORK_ERROR);
    g_assert_true(g_str_has_prefix(text, "By your rule this name is asked of the network's own"));
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

static void a_cloak_that_leads_there_is_kept_too(Harness *harness, gconstpointer unused)
{
    g_autoptr(OwnNames) names = own_names_new();
    g_autoptr(Ruleset) settings = settings_rules();
    g_autoptr(Ruleset) rules = NULL;
    Name from = parse("alias.example"), to = parse("tv.example");

    g_assert_cmpint(cloaks_add_alias(settings->cloaks, &from, true, &to, "cloaks", 2), ==,
                    STATUS_OK);
    say(names, OWN_NETWORK, "tv.example");
    rules = ruleset_with_own(settings, names);
    engine_set_rules(harness->engine, rules);
    expect_code(harness, "alias.example", RCODE_SERVFAIL);
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

static void answers_of_the_resolver_are_not_given_for_it(Harness *harness, gconstpointer unused)
{
    expect_server(harness, "tv.example", 1); /* is in the cache now */
    use_one(harness, OWN_NETWORK, "tv.example");
    expect_code(harness, "tv.example", RCODE_SERVFAIL);
    route(harness, "tv.example", ROUTE_OWN_NETWORK);
    expect_server(harness, "tv.example", 2);
}

static void an_own_route_comes_before_others_of_its_name(Harness *harness, gconstpointer unused)
{
    g_autoptr(Resolver) settings = fake_resolver(3);
    Name corp = parse("corp.example");

    plan_add_route(harness->plan, &corp, ROUTE_SETTINGS, settings);
    use_one(harness, OWN_SERVERS, "corp.example");
    route(harness, "corp.example", ROUTE_OWN_SERVERS);
    expect_server(harness, "wiki.corp.example", 2);
}

static void an_answer_over_a_name_that_is_blocked_by_hand(Harness *harness, gconstpointer unused)
{
    fake_servers[1].alias = "tracker.example";
    use_one(harness, OWN_BLOCK, "tracker.example");
    expect_code(harness, "shop.example", RCODE_NXDOMAIN);
    use_one(harness, OWN_ALLOW, "shop.example");
    expect_code(harness, "shop.example", RCODE_NOERROR);
}

static void what_the_network_says_of_its_name_is_not_judged(Harness *harness, gconstpointer unused)
{
    fake_servers[2].alias = "x.ads.example";
    use_one(harness, OWN_NETWORK, "tv.example");
    route(harness, "tv.example", ROUTE_OWN_NETWORK);
    expect_code(harness, "tv.example", RCODE_NOERROR);
}

static void an_explanation_names_it(Harness *harness, gconstpointer unused)
{
    Name name = parse("www.tv.example");
    Explanation explanation;

    use_one(harness, OWN_NETWORK, "tv.example");
    route(harness, "tv.example", ROUTE_OWN_NETWORK);
    engine_explain(harness->engine, &name, RRTYPE_A, &explanation);
    g_assert_cmpint(explanation.source, ==, EXPLANATION_ROUTE);
    g_assert_cmpstr(explanation.rule, ==, "your rule for tv.example");
    g_assert_cmpstr(explanation.steps->pdata[0], ==,
                    "A rule says whom to ask: your rule for tv.example.");
    g_assert_cmpstr(explanation.steps->pdata[1], ==,
                    "It is asked of this network's own DNS, unencrypted.");
    explanation_clear(&explanation);
}

#define ADD(path, test)                                                                            \
    g_test_add("/own-names/" path, Harness, NULL, set_up, test, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/own-names/closest-word-decides", the_closest_word_decides);
    g_test_add_func("/own-names/name-alone-is-closer", a_name_alone_is_closer_than_all_below_it);
    g_test_add_func("/own-names/no-word-is-none", no_word_is_none);
    ADD("blocked-wins-over-lists-and-cloaks", blocked_by_hand_wins_over_lists_and_cloaks);
    ADD("allowed-wins-over-lists", allowed_by_hand_wins_over_lists);
    ADD("rule-elsewhere-leaves-lists", a_rule_elsewhere_leaves_lists_as_they_are);
    ADD("network-name-is-asked-there", a_network_name_is_asked_there_whatever_lists_say);
    ADD("name-alone-takes-nothing-below", a_name_alone_takes_nothing_below_it_there);
    ADD("network-name-without-a-network-is-kept", a_network_name_without_a_network_is_kept);
    ADD("cloak-that-leads-there-is-kept", a_cloak_that_leads_there_is_kept_too);
    ADD("resolvers-answers-are-not-given", answers_of_the_resolver_are_not_given_for_it);
    ADD("own-route-comes-first", an_own_route_comes_before_others_of_its_name);
    ADD("alias-that-is-blocked", an_answer_over_a_name_that_is_blocked_by_hand);
    ADD("networks-answer-is-not-judged", what_the_network_says_of_its_name_is_not_judged);
    ADD("explanation-names-it", an_explanation_names_it);
    return g_test_run();
}
