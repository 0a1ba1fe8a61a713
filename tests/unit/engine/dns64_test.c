/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 6147 and RFC 8880 §7.1: what clients are told on a network that translates IPv4. */
#include "explain.h"
#include "harness.h"
#include "record_address.h"

#include <string.h>

#define MS 1000
#define S  G_USEC_PER_SEC

/* 192.0.2.1, which is the address of server 1 and of all that it answers, in the reverse tree. */
#define REVERSE_PREFIX "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.b.9.f.f.4.6.0.0.ip6.arpa"
#define REVERSE        "1.0.2.0.0.0.0.c." REVERSE_PREFIX
#define REVERSE_KNOWN  "a.a.0.0.0.0.0.c." REVERSE_PREFIX
#define REVERSE_HOME   "1.0.1.0.8.a.0.c." REVERSE_PREFIX

static const Ask www6 = {.name = "www.example.com", .type = RRTYPE_AAAA, .id = 7, .udp_size = 1232};
static const Ask www4 = {.name = "www.example.com", .type = RRTYPE_A, .id = 8, .udp_size = 1232};

static void set_up(Harness *harness, gconstpointer resolver_count)
{
    harness_set_up(harness, resolver_count);
    engine_apply(harness->engine, harness->plan);
    engine_set_nat64(harness->engine, &nat64_well_known);
    fake_servers[1].only_ipv4 = true;
}

/* The addresses and aliases of the answer section, in words. */
static const char *contents(const Message *answer)
{
    static char text[1024];
    RecordIterator iterator = record_iterator(answer);
    Record record;

    g_snprintf(text, sizeof text, "%u", message_rcode(answer));
    while (record_next(&iterator, &record) && record.section == 1) {
        char word[NAME_MAX_TEXT] = "other";
        Address address;

        if (record_address(answer, &record, &address)) {
            address_format_host(&address, word);
        } else if (record.type == RRTYPE_CNAME || record.type == RRTYPE_PTR) {
            WireReader reader = wire_reader(answer->wire, answer->length);
            Name name;

            reader.position = record.rdata;
            name_read(&reader, &name);
            name_format(&name, word);
        }
        g_strlcat(text, " ", sizeof text);
        g_strlcat(text, word, sizeof text);
    }
    return text;
}

static void address_is_made(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
    g_assert_cmpuint(answer.qtype, ==, RRTYPE_AAAA);
    g_assert_cmpuint(answer.flags & MESSAGE_RA, !=, 0);
}

static void own_addresses_stay(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].only_ipv4 = false;
    fake_servers[1].says_ipv6 = 9;
    harness_ask(harness, &www6, 15 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 2001:db8::9");
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

static void without_a_prefix_nothing_is_made(Harness *harness, gconstpointer unused)
{
    Message answer;

    engine_set_nat64(harness->engine, NULL);
    harness_ask(harness, &www6, 15 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0");
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

/* §5.1.2 */
static void no_such_name_stays(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].rcode = RCODE_NXDOMAIN;
    harness_ask(harness, &www6, 15 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "3");
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

static void failure_of_aaaa_is_as_no_data(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].ipv6_rcode = RCODE_SERVFAIL;
    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
}

static void what_is_blocked_stays_blocked(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].ipv6_rcode = RCODE_REFUSED;
    fake_servers[1].ede = EDE_BLOCKED;
    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "5");
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

/* §5.1.4 */
static void mapped_addresses_are_none(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].only_ipv4 = false;
    fake_servers[1].says_mapped = true;
    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
}

/* §5.1.5 */
static void aliases_are_kept(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].alias = "edge.example.net";
    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 edge.example.net 64:ff9b::c000:201");
}

static void several_addresses_are_made(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].copies = 2;
    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==,
                    "0 64:ff9b::c000:201 64:ff9b::c000:201 64:ff9b::c000:201");
}

/* §5.1.6 */
static void name_without_any_address_has_none(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].no_data = true;
    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0");
    g_assert_cmpuint(answer.authority_count, ==, 1);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

static void failure_of_a_is_no_no_data(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_send(harness, &www6);
    loop_advance(harness->loop, 12 * MS);
    fake_servers[1].rcode = RCODE_SERVFAIL;
    loop_advance(harness->loop, 15 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(contents(&answer), ==, "2");
    fake_servers[1].rcode = RCODE_NOERROR;
    loop_advance(harness->loop, 61 * S);
    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
}

/* §5.1.7: 300 s of the address, and as much of the SOA. */
static void lives_as_long_as_both(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].ttl_s = 40;
    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpuint(answer_ttl(&answer), ==, 40);
}

static void lives_ten_minutes_without_a_soa(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].no_soa = true;
    fake_servers[1].ttl_s = 3600;
    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpuint(answer_ttl(&answer), ==, 600);
}

/* §5.5 */
static void validators_are_given_what_is_signed(Harness *harness, gconstpointer unused)
{
    Ask ask = www6;
    Message answer;

    ask.dnssec_ok = true;
    ask.flags = MESSAGE_CD;
    harness_ask(harness, &ask, 15 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0");
    ask.flags = 0;
    harness_ask(harness, &ask, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
}

static void made_answer_is_not_authenticated(Harness *harness, gconstpointer unused)
{
    Ask ask = www6;
    Message answer;

    ask.flags = MESSAGE_AD;
    fake_servers[1].flags = MESSAGE_AD;
    harness_ask(harness, &ask, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
    g_assert_cmpuint(answer.flags & MESSAGE_AD, ==, 0);
}

static void a_is_asked_once_for_both(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_send(harness, &www6);
    loop_advance(harness->loop, 5 * MS);
    harness_send(harness, &www4);
    loop_advance(harness->loop, 25 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

static void known_addresses_are_used_at_once(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www4, 15 * MS, &answer);
    harness_ask(harness, &www6, 15 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

static void made_answer_is_kept(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www6, 25 * MS, &answer);
    loop_advance(harness->loop, 10 * S);
    harness_ask(harness, &www6, 0, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
    g_assert_cmpuint(answer_ttl(&answer), ==, 290);
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

/* From an IPv6-only network to another, and back. */
static void other_networks_never_see_it(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www6, 25 * MS, &answer);
    engine_set_nat64(harness->engine, NULL);
    engine_network_changed(harness->engine, "home");
    harness_ask(harness, &www6, 15 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0");
    engine_network_changed(harness->engine, "hotel");
    engine_set_nat64(harness->engine, &nat64_well_known);
    harness_ask(harness, &www6, 0, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
}

static void question_under_way_follows_the_network(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_send(harness, &www6);
    loop_advance(harness->loop, 15 * MS); /* A is being asked */
    engine_set_nat64(harness->engine, NULL);
    loop_advance(harness->loop, 15 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(contents(&answer), ==, "0");
    engine_set_nat64(harness->engine, &nat64_well_known); /* that was not for this one */
    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
}

/* Both legs begin anew, and nothing of the old network's is left in the cache of the new one. */
static void network_changes_on_the_second_leg(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    harness_send(harness, &www6);
    loop_advance(harness->loop, 15 * MS);
    engine_network_changed(harness->engine, "another");
    loop_advance(harness->loop, 5 * MS);
    g_assert_false(harness_receive(harness, &answer));
    loop_advance(harness->loop, 25 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.in_flight, ==, 0);
}

static void who_joins_on_the_second_leg_is_answered_too(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_send(harness, &www6);
    loop_advance(harness->loop, 15 * MS);
    harness_send(harness, &www6);
    loop_advance(harness->loop, 10 * MS);
    for (unsigned i = 0; i < 2; i++) {
        g_assert_true(harness_receive(harness, &answer));
        g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
    }
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

/* Torn down in mid-flight. */
static void engine_ends_on_the_second_leg(Harness *harness, gconstpointer unused)
{
    harness_send(harness, &www6);
    harness_send(harness, &www4);
    loop_advance(harness->loop, 5 * MS);
    fake_servers[1].delay_us = 60 * S;
    loop_advance(harness->loop, 10 * MS);
    g_assert_cmpuint(fake_servers[1].live, <=, 1);
}

static void prefix_found_meanwhile_is_used(Harness *harness, gconstpointer unused)
{
    Message answer;

    engine_set_nat64(harness->engine, NULL);
    harness_send(harness, &www6);
    engine_set_nat64(harness->engine, &nat64_well_known);
    loop_advance(harness->loop, 25 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
}

static void silence_on_the_second_leg_is_told(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    harness_send(harness, &www6);
    loop_advance(harness->loop, 5 * MS);
    fake_servers[1].silent = true;
    fake_servers[1].delay_us = 60 * S;
    loop_advance(harness->loop, 1 * MS);
    fake_servers[1].silent = false;
    loop_advance(harness->loop, 5 * S);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(contents(&answer), ==, "2");
    g_assert_cmpint(answer_ede(&answer, NULL), ==, EDE_NO_REACHABLE_AUTHORITY);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.in_flight, ==, 0);
}

/* The expired address of A: what is made of it says so by its TTL, and is not kept. */
static void made_of_an_expired_answer(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www4, 15 * MS, &answer);
    loop_advance(harness->loop, 301 * S);
    harness_send(harness, &www6);
    loop_advance(harness->loop, 12 * MS);
    fake_servers[1].status = STATUS_CERT_NAME;
    loop_advance(harness->loop, 15 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:201");
    g_assert_cmpuint(answer_ttl(&answer), ==, 30);
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
    harness_ask(harness, &www6, 15 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0");
    g_assert_cmpuint(fake_servers[2].asked, ==, 1);
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

/* What stands for "blocked" must not become a host behind the translator. */
static void addresses_of_this_machine_are_not_made(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].says_null = true;
    harness_ask(harness, &www6, 25 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0");
}

/* ---- names that tell of the translator ---- */

static void known_name_is_answered_from_the_prefix(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &(Ask){.name = "ipv4only.arpa", .type = RRTYPE_AAAA}, 0, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 64:ff9b::c000:aa 64:ff9b::c000:ab");
    harness_ask(harness, &(Ask){.name = "IPv4only.arpa", .type = RRTYPE_A}, 0, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 192.0.0.170 192.0.0.171");
    harness_ask(harness, &(Ask){.name = "ipv4only.arpa", .type = RRTYPE_TXT}, 0, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0");
    harness_ask(harness, &(Ask){.name = "www.ipv4only.arpa", .type = RRTYPE_A}, 0, &answer);
    g_assert_cmpstr(contents(&answer), ==, "3");
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

static void known_name_is_asked_elsewhere_without_a_prefix(Harness *harness, gconstpointer unused)
{
    Message answer;

    engine_set_nat64(harness->engine, NULL);
    harness_ask(harness, &(Ask){.name = "ipv4only.arpa", .type = RRTYPE_AAAA}, 15 * MS, &answer);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

static void reverse_leads_to_the_ipv4_address(Harness *harness, gconstpointer unused)
{
    char text[NAME_MAX_TEXT];
    Message answer, asked;

    fake_servers[1].no_data = true;
    harness_ask(harness, &(Ask){.name = REVERSE, .type = RRTYPE_PTR}, 0, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 1.2.0.192.in-addr.arpa"); /* nowhere, by RFC 6303 */
    harness_ask(harness, &(Ask){.name = "1.0.1.0.8.0.8.0." REVERSE_PREFIX, .type = RRTYPE_PTR},
                15 * MS, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 1.1.8.8.in-addr.arpa");
    g_assert_cmpint(message_parse(&asked, fake_servers[1].query, fake_servers[1].query_length), ==,
                    STATUS_OK);
    g_assert_cmpstr(name_format(&asked.qname, text), ==, "1.1.8.8.in-addr.arpa");
}

static void reverse_of_a_private_address_stays_here(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &(Ask){.name = REVERSE_HOME, .type = RRTYPE_PTR}, 0, &answer);
    g_assert_cmpstr(contents(&answer), ==, "3 1.1.168.192.in-addr.arpa");
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

static void reverse_of_the_known_address(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &(Ask){.name = REVERSE_KNOWN, .type = RRTYPE_PTR}, 0, &answer);
    g_assert_cmpstr(contents(&answer), ==, "0 ipv4only.arpa");
}

static void other_reverse_names_are_asked(Harness *harness, gconstpointer unused)
{
    static const char *const names[] = {
        "2." REVERSE, "b.9.f.f.4.6.0.0.ip6.arpa",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.4.1.0.1.0.0.2.ip6.arpa"};

    fake_servers[1].no_data = true;
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        Message answer;

        harness_ask(harness, &(Ask){.name = names[i], .type = RRTYPE_PTR}, 15 * MS, &answer);
        g_assert_cmpstr(contents(&answer), ==, "0");
        g_assert_cmpuint(fake_servers[1].asked, ==, i + 1);
    }
}

static void explained(Harness *harness, gconstpointer unused)
{
    Explanation explanation;
    Name name;

    g_assert_cmpint(name_parse("www.example.com", &name), ==, STATUS_OK);
    engine_explain(harness->engine, &name, RRTYPE_AAAA, &explanation);
    g_assert_nonnull(strstr(g_ptr_array_index(explanation.steps, 1), "translates IPv4"));
    explanation_clear(&explanation);
    g_assert_cmpint(name_parse(REVERSE, &name), ==, STATUS_OK);
    engine_explain(harness->engine, &name, RRTYPE_PTR, &explanation);
    g_assert_cmpint(explanation.source, ==, EXPLANATION_SPECIAL);
    explanation_clear(&explanation);
}

#define ADD(name, function)                                                                        \
    g_test_add("/dns64/" name, Harness, GUINT_TO_POINTER(1), set_up, function, harness_tear_down)

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
    ADD("a-is-asked-once-for-both", a_is_asked_once_for_both);
    ADD("known-addresses-are-used-at-once", known_addresses_are_used_at_once);
    ADD("made-answer-is-kept", made_answer_is_kept);
    ADD("other-networks-never-see-it", other_networks_never_see_it);
    ADD("question-under-way-follows-the-network", question_under_way_follows_the_network);
    ADD("network-changes-on-the-second-leg", network_changes_on_the_second_leg);
    ADD("who-joins-on-the-second-leg-is-answered-too", who_joins_on_the_second_leg_is_answered_too);
    ADD("engine-ends-on-the-second-leg", engine_ends_on_the_second_leg);
    ADD("prefix-found-meanwhile-is-used", prefix_found_meanwhile_is_used);
    ADD("silence-on-the-second-leg-is-told", silence_on_the_second_leg_is_told);
    ADD("made-of-an-expired-answer", made_of_an_expired_answer);
    ADD("names-of-routes-are-left-alone", names_of_routes_are_left_alone);
    ADD("addresses-of-this-machine-are-not-made", addresses_of_this_machine_are_not_made);
    ADD("known-name-is-answered-from-the-prefix", known_name_is_answered_from_the_prefix);
    ADD("known-name-is-asked-elsewhere-without-a-prefix",
        known_name_is_asked_elsewhere_without_a_prefix);
    ADD("reverse-leads-to-the-ipv4-address", reverse_leads_to_the_ipv4_address);
    ADD("reverse-of-a-private-address-stays-here", reverse_of_a_private_address_stays_here);
    ADD("reverse-of-the-known-address", reverse_of_the_known_address);
    ADD("other-reverse-names-are-asked", other_reverse_names_are_asked);
    ADD("explained", explained);
    return g_test_run();
}
