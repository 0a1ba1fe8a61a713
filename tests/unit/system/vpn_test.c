/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a VPN gets to see of lookups: its own names, or all of them. */
#include "protection_scene.h"

#include "routes.h"

#include <string.h>

static NetworkLink *add_vpn(Fixture *fixture, const char *domains, bool takes_all)
{
    NetworkLink *link = fake_network_add_link(&fixture->fake, "10.8.0.1", domains);
    set_text(&link->name, "Office");
    link->vpn = true;
    link->takes_all = takes_all;
    g_strfreev(link->reverse);
    link->reverse = g_strsplit("0.8.10.in-addr.arpa", ",", 0);
    return link;
}

static void tell(Fixture *fixture)
{
    network_tell(&fixture->fake.network);
}

/* The one who is asked for `text`; NULL for the plan's resolvers. */
static const char *who_is_asked(Fixture *fixture, const char *text)
{
    const Plan *plan = protection_plan(fixture->protection);
    const Route *best = NULL;
    Name name;

    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    for (size_t i = 0; i < plan->route_count; i++) {
        const Route *route = &plan->routes[i];
        if (name_is_under(&name, &route->suffix) &&
            (best == NULL || route->suffix.length > best->suffix.length))
            best = route;
    }
    return best != NULL ? best->resolver->name : NULL;
}

static void test_names_of_its_own(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    add_vpn(fixture, "corp.example,~internal.example", false);
    tell(fixture);
    expect(fixture, PROTECTION_ON, "");
    g_assert_cmpstr(who_is_asked(fixture, "wiki.corp.example"), ==, "Office");
    g_assert_cmpstr(who_is_asked(fixture, "internal.example"), ==, "Office");
    g_assert_cmpstr(who_is_asked(fixture, "7.0.8.10.in-addr.arpa"), ==, "Office");
    g_assert_null(who_is_asked(fixture, "www.example"));
}

static void test_before_the_network(Fixture *fixture, gconstpointer unused)
{
    give_domains(fixture, "192.0.2.7", "corp.example,lan");
    add_vpn(fixture, "corp.example", false);
    fixture_start(fixture);
    g_assert_cmpstr(who_is_asked(fixture, "corp.example"), ==, "Office");
    g_assert_cmpstr(who_is_asked(fixture, "printer.lan"), ==, "This network");
}

static void test_all_names(Fixture *fixture, gconstpointer unused)
{
    ProtectionView view;

    start_on(fixture);
    add_vpn(fixture, "", true);
    tell(fixture);
    expect(fixture, PROTECTION_VPN, "");
    g_assert_cmpstr(who_is_asked(fixture, "www.example"), ==, "Office");
    protection_view(fixture->protection, &view);
    g_assert_cmpstr(view.resolver_in_use, ==, "Office");
    g_assert_cmpuint(fixture->fake.restores, ==, 0); /* held: when it goes, nothing leaks */
}

static void test_it_goes(Fixture *fixture, gconstpointer unused)
{
    start_on(fixture);
    add_vpn(fixture, "", true);
    tell(fixture);
    g_ptr_array_set_size(fixture->fake.network.facts.links, 0);
    tell(fixture);
    expect(fixture, PROTECTION_ON, "");
    g_assert_null(who_is_asked(fixture, "www.example"));
}

static void test_turning_on_under_it(Fixture *fixture, gconstpointer unused)
{
    fixture_start(fixture);
    add_vpn(fixture, "", true);
    tell(fixture);
    turn_on(fixture);
    expect(fixture, PROTECTION_VPN, "");
}

static void test_by_consent(Fixture *fixture, gconstpointer unused)
{
    fixture->settings->vpn_lookups = fixture->settings->local_domains = false;
    start_on(fixture);
    add_vpn(fixture, "corp.example", true);
    tell(fixture);
    expect(fixture, PROTECTION_ON, "");
    g_assert_cmpstr(who_is_asked(fixture, "corp.example"), ==, "Office");
    g_assert_null(who_is_asked(fixture, "www.example"));
}

static void test_no_pause_until_left(Fixture *fixture, gconstpointer unused)
{
    give_domains(fixture, "192.0.2.7", "");
    start_on(fixture);
    add_vpn(fixture, "", true);
    tell(fixture);
    expect(fixture, PROTECTION_VPN, "");
    protection_pause(fixture->protection, "alice", 0, on_done, fixture);
    g_assert_cmpint(fixture->error, ==, G_IO_ERROR_FAILED);
}

#define ADD(path, test) g_test_add("/vpn/" path, Fixture, NULL, scene_set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("gets-names-of-its-own", test_names_of_its_own);
    ADD("comes-before-the-network", test_before_the_network);
    ADD("that-takes-all-gets-all-names", test_all_names);
    ADD("that-goes-leaves-protection-on", test_it_goes);
    ADD("may-be-there-before-protection", test_turning_on_under_it);
    ADD("gets-all-names-by-consent", test_by_consent);
    ADD("no-pause-until-left", test_no_pause_until_left);
    return g_test_run();
}
