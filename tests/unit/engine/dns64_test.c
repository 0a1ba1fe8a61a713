/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 6147: which addresses are made on a network that translates IPv4, and which are not. */
#include "dns64_scene.h"

#define MS 1000
#define S  G_USEC_PER_SEC

static void address_is_made(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
    g_assert_cmpuint(answer.qtype, ==, RRTYPE_AAAA);
    g_assert_cmpuint(answer.flags & MESSAGE_RA, !=, 0);
}

static void own_addresses_stay(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].only_ipv4 = false;
    fake_servers[1].says_ipv6 = 9;
    harness_ask(harness, &dns64_www6, 15 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 2001:db8::9");
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

static void without_a_prefix_nothing_is_made(Harness *harness, gconstpointer unused)
{
    Message answer;

    engine_set_nat64(harness->engine, NULL);
    harness_ask(harness, &dns64_www6, 15 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0");
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

/* §5.1.2 */
static void no_such_name_stays(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].rcode = RCODE_NXDOMAIN;
    harness_ask(harness, &dns64_www6, 15 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "3");
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

static void failure_of_aaaa_is_as_no_data(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].ipv6_rcode = RCODE_SERVFAIL;
    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
}

static void what_is_blocked_stays_blocked(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].ipv6_rcode = RCODE_REFUSED;
    fake_servers[1].ede = EDE_BLOCKED;
    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "5");
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

/* §5.1.4 */
static void mapped_addresses_are_none(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].only_ipv4 = false;
    fake_servers[1].says_mapped = true;
    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
}

/* §5.1.5 */
static void aliases_are_kept(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].alias = "edge.example.net";
    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 edge.example.net 64:ff9b::c000:201");
}

static void several_addresses_are_made(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].copies = 2;
    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==,
                    "0 64:ff9b::c000:201 64:ff9b::c000:201 64:ff9b::c000:201");
}

/* §5.1.6 */
static void name_without_any_address_has_none(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].no_data = true;
    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0");
    g_assert_cmpuint(answer.authority_count, ==, 1);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

static void failure_of_a_is_no_no_data(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_send(harness, &dns64_www6);
    loop_advance(harness->loop, 12 * MS);
    fake_servers[1].rcode = RCODE_SERVFAIL;
    loop_advance(harness->loop, 15 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(dns64_contents(&answer), ==, "2");
    fake_servers[1].rcode = RCODE_NOERROR;
    loop_advance(harness->loop, 61 * S);
    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
}

/* §5.1.7: 300 s of the address, and as much of the SOA. */
static void lives_as_long_as_both(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].ttl_s = 40;
    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpuint(answer_ttl(&answer), ==, 40);
}

static void lives_ten_minutes_without_a_soa(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].no_soa = true;
    fake_servers[1].ttl_s = 3600;
    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpuint(answer_ttl(&answer), ==, 600);
}

/* §5.5 */
static void validators_are_given_what_is_signed(Harness *harness, gconstpointer unused)
{
    Ask ask = dns64_www6;
    Message answer;

    ask.dnssec_ok = true;
    ask.flags = MESSAGE_CD;
    harness_ask(harness, &ask, 15 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0");
    ask.flags = 0;
    harness_ask(harness, &ask, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
}

static void made_answer_is_not_authenticated(Harness *harness, gconstpointer unused)
{
    Ask ask = dns64_www6;
    Message answer;

    ask.flags = MESSAGE_AD;
    fake_servers[1].flags = MESSAGE_AD;
    harness_ask(harness, &ask, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0 64:ff9b::c000:201");
    g_assert_cmpuint(answer.flags & MESSAGE_AD, ==, 0);
}

/* A VPN's names lead behind the VPN, not to the network's translator. */
static void names_of_routes_are_left_alone(Harness *harness, gconstpointer unused)
{
    g_autoptr(Plan) plan = plan_new();
    g_autoptr(Resolver) one = fake_resolver(1), two = fake_resolver(2);
    Message answer;
    Name suffix;

    g_assert_cmpint(name_parse("example.com", &suffix), ==, STATUS_OK);
    plan_add_resolver(plan, one);
    plan_add_route(plan, &suffix, ROUTE_VPN, two);
    fake_servers[2].only_ipv4 = true;
    engine_apply(harness->engine, plan);
    harness_ask(harness, &dns64_www6, 15 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0");
    g_assert_cmpuint(fake_servers[2].asked, ==, 1);
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

/* What stands for "blocked" must not become a host behind the translator. */
static void addresses_of_this_machine_are_not_made(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].says_null = true;
    harness_ask(harness, &dns64_www6, 25 * MS, &answer);
    g_assert_cmpstr(dns64_contents(&answer), ==, "0");
}

#define ADD(name, function)                                                                        \
    g_test_add("/dns64/" name, Harness, GUINT_TO_POINTER(1), dns64_set_up, function,               \
               harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("address-is-made", address_is_made);
    ADD("own-addresses-stay", own_addresses_stay);
    ADD("without-a-prefix-nothing-is-made", without_a_prefix_nothing_is_made);
    ADD("no-such-name-stays", no_such_name_stays);
    ADD("failure-of-aaaa-is-as-no-data", failure_of_aaaa_is_as_no_data);
    ADD("what-is-blocked-stays-blocked", what_is_blocked_stays_blocked);
    ADD("mapped-addresses-are-none", mapped_addresses_are_none);
    ADD("aliases-are-kept", aliases_are_kept);
    ADD("several-addresses-are-made", several_addresses_are_made);
    ADD("name-without-any-address-has-none", name_without_any_address_has_none);
    ADD("failure-of-a-is-no-no-data", failure_of_a_is_no_no_data);
    ADD("lives-as-long-as-both", lives_as_long_as_both);
    ADD("lives-ten-minutes-without-a-soa", lives_ten_minutes_without_a_soa);
    ADD("validators-are-given-what-is-signed", validators_are_given_what_is_signed);
    ADD("made-answer-is-not-authenticated", made_answer_is_not_authenticated);
    ADD("names-of-routes-are-left-alone", names_of_routes_are_left_alone);
    ADD("addresses-of-this-machine-are-not-made", addresses_of_this_machine_are_not_made);
    return g_test_run();
}
