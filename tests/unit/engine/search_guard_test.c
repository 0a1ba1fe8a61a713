/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What programs try in the network's domain is not shown to the network. */
#include "explain.h"
#include "harness.h"
#include "search_guard.h"

#define ROUTE_SERVER 2

static void set_up(Harness *harness, gconstpointer resolver_count)
{
    g_autoptr(Resolver) hotel = fake_resolver(ROUTE_SERVER);
    Name suffix;

    harness_set_up(harness, resolver_count);
    g_assert_cmpint(name_parse("hotel.example", &suffix), ==, STATUS_OK);
    plan_add_searched_route(harness->plan, &suffix, hotel);
    engine_apply(harness->engine, harness->plan);
}

static unsigned ask(Harness *harness, const char *name)
{
    Message answer;

    harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A, .udp_size = 1232}, 100000, &answer);
    return message_rcode(&answer);
}

static void searched_name_stays_here(Harness *harness, gconstpointer unused)
{
    ask(harness, "www.Secret.example");
    g_assert_cmpuint(ask(harness, "WWW.secret.example.hotel.example"), ==, RCODE_NXDOMAIN);
    g_assert_cmpuint(fake_servers[ROUTE_SERVER].asked, ==, 0);
}

static void names_of_the_network_are_asked(Harness *harness, gconstpointer unused)
{
    ask(harness, "hotel.example");
    ask(harness, "printer.hotel.example");
    ask(harness, "tv.room7.hotel.example");
    g_assert_cmpuint(fake_servers[ROUTE_SERVER].asked, ==, 3);
}

static void single_labels_are_searched(Harness *harness, gconstpointer unused)
{
    ask(harness, "printer"); /* answered here, and tried in the domain as it should be */
    ask(harness, "printer.hotel.example");
    g_assert_cmpuint(fake_servers[ROUTE_SERVER].asked, ==, 1);
}

static void memory_is_short(Harness *harness, gconstpointer unused)
{
    ask(harness, "tv.room7");
    loop_advance(harness->loop, 31000000);
    ask(harness, "tv.room7.hotel.example");
    g_assert_cmpuint(fake_servers[ROUTE_SERVER].asked, ==, 1);
}

/* The user's own alias is a name of the network's; what is asked may be shorter than its domain. */
static void aliases_into_the_domain_are_asked(Harness *harness, gconstpointer unused)
{
    Ruleset *rules = ruleset_new();
    Name name, alias;

    g_assert_cmpint(name_parse("a.b", &name), ==, STATUS_OK);
    g_assert_cmpint(name_parse("a.b.hotel.example", &alias), ==, STATUS_OK);
    rules->cloaks = cloaks_new();
    g_assert_cmpint(cloaks_add_alias(rules->cloaks, &name, false, &alias, "mine", 0), ==,
                    STATUS_OK);
    engine_set_rules(harness->engine, rules);
    ruleset_unref(rules);
    g_assert_cmpuint(ask(harness, "a.b"), ==, RCODE_NOERROR);
    g_assert_cmpuint(fake_servers[ROUTE_SERVER].asked, ==, 1);
}

static void explained_as_it_happens(Harness *harness, gconstpointer unused)
{
    Explanation explanation;
    Name name;

    ask(harness, "www.secret.example");
    g_assert_cmpint(name_parse("www.secret.example.hotel.example", &name), ==, STATUS_OK);
    engine_explain(harness->engine, &name, RRTYPE_A, &explanation);
    g_assert_cmpint(explanation.source, ==, EXPLANATION_SPECIAL);
    explanation_clear(&explanation);
}

#define ADD(path, test)                                                                            \
    g_test_add("/search-guard/" path, Harness, GINT_TO_POINTER(1), set_up, test, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("name-that-was-asked-alone-stays-here", searched_name_stays_here);
    ADD("names-of-the-network-are-asked", names_of_the_network_are_asked);
    ADD("single-labels-are-searched", single_labels_are_searched);
    ADD("memory-is-short", memory_is_short);
    ADD("aliases-into-the-domain-are-asked", aliases_into_the_domain_are_asked);
    ADD("explained-as-it-happens", explained_as_it_happens);
    return g_test_run();
}
