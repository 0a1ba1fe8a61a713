/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that the user wants to be asked elsewhere, on this network and on others. */
#include "protection_scene.h"

#include "leak.h"
#include "routes.h"
#include "rule_loader.h"

#include <string.h>

#define PRINTER "printer.example"

/* The engine hears of the rules as it does in the service. */
typedef struct Scene {
    Fixture fixture; /* first */
    RuleLoader *loader;
} Scene;

static void set_up(Scene *scene, gconstpointer unused)
{
    Fixture *fixture = &scene->fixture;

    scene_set_up(fixture, NULL);
    fixture->rules = own_rules_new(NULL);
    scene->loader = rule_loader_new(fixture->harness.loop, fixture->harness.engine);
    rule_loader_follow(scene->loader, fixture->rules);
}

static void tear_down(Scene *scene, gconstpointer unused)
{
    rule_loader_free(scene->loader);
    scene_tear_down(&scene->fixture, NULL);
}

static void say(Scene *scene, const char *kind, const char *name, const char *target)
{
    const OwnRuleWish wish = {.kind = kind, .name = name, .target = target, .who = "alice"};
    g_autoptr(GError) error = NULL;

    own_rules_add(scene->fixture.rules, &wish, &error);
    g_assert_no_error(error);
}

static void unsay(Scene *scene, const char *name)
{
    g_assert_true(own_rules_remove(scene->fixture.rules, name, NULL));
}

/* The network's server is number 7, the resolver's number 1; 0: nobody answers. */
static unsigned who_answers(Scene *scene, const char *name)
{
    Message answer;

    harness_ask(&scene->fixture.harness, &(Ask){.name = name, .type = RRTYPE_A}, 15000, &answer);
    return answer_server(&answer);
}

static void tell(Scene *scene)
{
    network_tell(&scene->fixture.fake.network);
}

static void asked_of_the_network_at_once(Scene *scene, gconstpointer unused)
{
    give_domains(&scene->fixture, "192.0.2.7", "");
    start_on(&scene->fixture);
    g_assert_cmpuint(who_answers(scene, PRINTER), ==, 1);
    say(scene, "network", PRINTER, "");
    g_assert_cmpuint(who_answers(scene, PRINTER), ==, 7);
    g_assert_cmpuint(who_answers(scene, "www.example"), ==, 1);
    unsay(scene, PRINTER);
    g_assert_cmpuint(who_answers(scene, PRINTER), ==, 1);
}

static void kept_where_there_is_no_network_dns(Scene *scene, gconstpointer unused)
{
    start_on(&scene->fixture);
    say(scene, "network", PRINTER, "");
    g_assert_cmpuint(who_answers(scene, PRINTER), ==, 0);
    give_domains(&scene->fixture, "192.0.2.7", "");
    tell(scene);
    g_assert_cmpuint(who_answers(scene, PRINTER), ==, 7);
    g_ptr_array_set_size(scene->fixture.fake.network.facts.links, 0);
    tell(scene);
    g_assert_cmpuint(who_answers(scene, PRINTER), ==, 0);
}

static void answers_stay_with_their_network(Scene *scene, gconstpointer unused)
{
    give_domains(&scene->fixture, "192.0.2.7", "");
    start_on(&scene->fixture);
    say(scene, "network", PRINTER, "");
    g_assert_cmpuint(who_answers(scene, PRINTER), ==, 7);
    fake_servers[7].says = 5; /* another network, whose server has the same address */
    change_network(&scene->fixture, true, "elsewhere");
    run(&scene->fixture, 100000);
    g_assert_cmpuint(who_answers(scene, PRINTER), ==, 5);
}

static void local_domains_are_another_matter(Scene *scene, gconstpointer unused)
{
    scene->fixture.settings->local_domains = false;
    give_domains(&scene->fixture, "192.0.2.7", "lan");
    start_on(&scene->fixture);
    say(scene, "network", PRINTER, "");
    g_assert_cmpuint(who_answers(scene, PRINTER), ==, 7);
    g_assert_cmpuint(who_answers(scene, "nas.lan"), ==, 0);
}

static NetworkLink *add_vpn(Scene *scene, const char *domains, bool takes_all)
{
    NetworkLink *link = fake_network_add_link(&scene->fixture.fake, "192.0.2.6", domains);

    link->vpn = true;
    link->takes_all = takes_all;
    return link;
}

static void a_vpn_that_takes_all_leaves_them_to_the_network(Scene *scene, gconstpointer unused)
{
    give_domains(&scene->fixture, "192.0.2.7", "lan");
    start_on(&scene->fixture);
    say(scene, "network", PRINTER, "");
    add_vpn(scene, "", true);
    tell(scene);
    expect(&scene->fixture, PROTECTION_VPN, "");
    g_assert_cmpuint(who_answers(scene, "nas.lan"), ==, 7); /* as local names */
    g_assert_cmpuint(who_answers(scene, PRINTER), ==, 7);
    g_assert_cmpuint(who_answers(scene, "www.example"), ==, 6);
}

static void a_network_takes_no_name_from_a_forward_rule(Scene *scene, gconstpointer unused)
{
    say(scene, "forward", "corp.example", "192.0.2.5");
    give_domains(&scene->fixture, "192.0.2.7", "wiki.corp.example,corp.example");
    start_on(&scene->fixture);
    g_assert_cmpuint(who_answers(scene, "wiki.corp.example"), ==, 5);
}

static void a_rule_for_a_name_alone_leaves_its_domain_to_the_network(Scene *scene,
                                                                     gconstpointer unused)
{
    say(scene, "forward", "=corp.example", "192.0.2.5");
    give_domains(&scene->fixture, "192.0.2.7", "corp.example");
    start_on(&scene->fixture);
    g_assert_cmpuint(who_answers(scene, "corp.example"), ==, 5);
    g_assert_cmpuint(who_answers(scene, "wiki.corp.example"), ==, 7);
}

static void the_networks_own_domain_stays_guarded(Scene *scene, gconstpointer unused)
{
    const Plan *plan;

    say(scene, "network", "lan", "");
    say(scene, "network", "=tv.lan", "");
    give_domains(&scene->fixture, "192.0.2.7", "lan");
    start_on(&scene->fixture);
    plan = protection_plan(scene->fixture.protection);
    g_assert_true(plan->searched);
    g_assert_cmpuint(plan->route_count, ==, 2);
    g_assert_cmpuint(who_answers(scene, "nas.lan"), ==, 7);
}

static void count_as_names_of_the_network(Scene *scene, gconstpointer unused)
{
    LeakPacket packet = {0};

    give_domains(&scene->fixture, "192.0.2.7", "");
    start_on(&scene->fixture);
    say(scene, "network", "=" PRINTER, "");
    g_assert_cmpint(address_parse("192.0.2.7", 53, &packet.destination), ==, STATUS_OK);
    g_assert_cmpint(name_parse(PRINTER, &packet.name), ==, STATUS_OK);
    g_assert_cmpint(protection_judge_clear(scene->fixture.protection, &packet), ==, CLEAR_NETWORK);
    g_assert_cmpint(name_parse("www." PRINTER, &packet.name), ==, STATUS_OK);
    g_assert_cmpint(protection_judge_clear(scene->fixture.protection, &packet), ==, CLEAR_LEAK);
}

static void a_check_tells_of_them(Scene *scene, gconstpointer unused)
{
    give_domains(&scene->fixture, "192.0.2.7", "lan");
    start_on(&scene->fixture);
    say(scene, "network", PRINTER, "");
    const Plan *plan = protection_plan(scene->fixture.protection);
    g_autofree char *logged = routes_describe(plan), *told = routes_describe_with_own(plan);
    g_assert_cmpstr(logged, ==, "lan"); /* the log has no name that a user typed */
    g_assert_cmpstr(told, ==, "lan, " PRINTER);
}

/* Lookups of programs are proven by a name of the settings, which users may have a word about. */
static void a_rule_about_the_proof_does_not_fail_it(Scene *scene, gconstpointer unused)
{
    say(scene, "block", "probe.example", "");
    start_on(&scene->fixture);
}

static void a_proof_may_be_a_name_of_the_network(Scene *scene, gconstpointer unused)
{
    say(scene, "network", "probe.example", "");
    start_on(&scene->fixture); /* there is no network to ask */
}

#define ADD(path, test) g_test_add("/own-routes/" path, Scene, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("asked-of-the-network-at-once", asked_of_the_network_at_once);
    ADD("kept-where-there-is-no-network-dns", kept_where_there_is_no_network_dns);
    ADD("answers-stay-with-their-network", answers_stay_with_their_network);
    ADD("local-domains-are-another-matter", local_domains_are_another_matter);
    ADD("vpn-that-takes-all", a_vpn_that_takes_all_leaves_them_to_the_network);
    ADD("network-takes-nothing-from-a-forward-rule", a_network_takes_no_name_from_a_forward_rule);
    ADD("name-alone-leaves-its-domain", a_rule_for_a_name_alone_leaves_its_domain_to_the_network);
    ADD("networks-own-domain-stays-guarded", the_networks_own_domain_stays_guarded);
    ADD("count-as-names-of-the-network", count_as_names_of_the_network);
    ADD("check-tells-of-them", a_check_tells_of_them);
    ADD("rule-about-the-proof", a_rule_about_the_proof_does_not_fail_it);
    ADD("proof-may-be-a-name-of-the-network", a_proof_may_be_a_name_of_the_network);
    return g_test_run();
}
