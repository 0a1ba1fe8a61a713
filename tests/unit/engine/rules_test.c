/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#include <string.h>
#include <sys/socket.h>

static void set_up(Harness *harness, gconstpointer resolver_count)
{
    harness_set_up(harness, resolver_count);
    engine_apply(harness->engine, harness->plan);
}

/* Asks; the answer must come at once and from nobody else. */
static void ask_here(Harness *harness, const char *name, uint16_t type, Message *answer)
{
    harness_ask(harness, &(Ask){.name = name, .type = type, .udp_size = 1232}, 0, answer);
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

static void expect(Harness *harness, const char *name, uint16_t type, unsigned rcode,
                   unsigned answers)
{
    Message answer;

    ask_here(harness, name, type, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, rcode);
    g_assert_cmpuint(answer.answer_count, ==, answers);
}

static void localhost_is_this_machine(Harness *harness, gconstpointer unused)
{
    static const uint8_t loopback6[16] = {[15] = 1};
    Message answer;

    ask_here(harness, "LocalHost", RRTYPE_A, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, 1); /* 127.0.0.1 */
    ask_here(harness, "app.localhost", RRTYPE_AAAA, &answer);
    g_assert_cmpmem(answer.wire + answer.records + 12, 16, loopback6, 16);
    expect(harness, "localhost", RRTYPE_TXT, RCODE_NOERROR, 0);
}

static void loopback_addresses_are_localhost(Harness *harness, gconstpointer unused)
{
    Message answer;

    expect(harness, "1.0.0.127.in-addr.arpa", RRTYPE_PTR, RCODE_NOERROR, 1);
    expect(harness, "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa",
           RRTYPE_PTR, RCODE_NOERROR, 1);
    expect(harness, "5.0.0.127.in-addr.arpa", RRTYPE_PTR, RCODE_NXDOMAIN, 0);
    expect(harness, "1.0.0.127.in-addr.arpa", RRTYPE_A, RCODE_NOERROR, 0);
    harness_ask(harness,
                &(Ask){.name = "1.0.0.127.in-addr.arpa", .type = RRTYPE_PTR, .flags = MESSAGE_CD},
                0, &answer);
    g_assert_cmphex(answer.flags, ==, MESSAGE_QR | MESSAGE_RD | MESSAGE_RA | MESSAGE_CD);
}

static void canary_domain_does_not_exist(Harness *harness, gconstpointer unused)
{
    expect(harness, "use-application-dns.net", RRTYPE_A, RCODE_NXDOMAIN, 0);
}

static void resolver_arpa_is_not_forwarded(Harness *harness, gconstpointer unused)
{
    expect(harness, "_dns.resolver.arpa", RRTYPE_SVCB, RCODE_NOERROR, 0);
    expect(harness, "resolver.arpa", RRTYPE_A, RCODE_NOERROR, 0);
    expect(harness, "x._dns.resolver.arpa", RRTYPE_SVCB, RCODE_NXDOMAIN, 0);
}

static void names_outside_dns_do_not_exist(Harness *harness, gconstpointer unused)
{
    expect(harness, "a.onion", RRTYPE_A, RCODE_NXDOMAIN, 0);
    expect(harness, "b.invalid", RRTYPE_A, RCODE_NXDOMAIN, 0);
}

static void suffixes_end_at_a_label(Harness *harness, gconstpointer unused)
{
    static const char *names[] = {"x.mylocalhost", "x.notonion", "x.a\\009localhost",
                                  "localhost.example"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        Message answer;

        harness_ask(harness, &(Ask){.name = names[i], .type = RRTYPE_A}, 15000, &answer);
        g_assert_cmpuint(fake_servers[1].asked, ==, i + 1);
    }
}

static void transfers_and_meta_types_are_refused(Harness *harness, gconstpointer unused)
{
    expect(harness, "example.com", RRTYPE_AXFR, RCODE_REFUSED, 0);
    expect(harness, "example.com", RRTYPE_ANY, RCODE_NOTIMP, 0);
    expect(harness, "example.com", RRTYPE_OPT, RCODE_FORMERR, 0);
    expect(harness, "example.com", 0, RCODE_FORMERR, 0);
}

static void other_classes_are_refused(Harness *harness, gconstpointer unused)
{
    uint8_t bytes[512];
    Message answer;
    size_t length = ask_build(&(Ask){.name = "id.server", .type = RRTYPE_TXT}, bytes, sizeof bytes);

    bytes[length - 1] = CLASS_CH;
    g_assert_cmpint(send(harness->client, bytes, length, 0), ==, (gssize)length);
    harness_turn(harness);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_REFUSED);
}

static void later_edns_versions_are_named(Harness *harness, gconstpointer unused)
{
    uint8_t bytes[512];
    Message answer;
    size_t length = ask_build(&(Ask){.name = "example.com", .type = RRTYPE_A, .udp_size = 1232},
                              bytes, sizeof bytes);

    bytes[length - 5] = 1; /* the version, in the OPT's TTL */
    g_assert_cmpint(send(harness->client, bytes, length, 0), ==, (gssize)length);
    harness_turn(harness);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_BADVERS);
}

static void add_route(Plan *plan, const char *suffix, unsigned server)
{
    g_autofree char *id = g_strdup_printf("route%u", server);
    g_autoptr(Resolver) resolver = resolver_new(id, id);
    Name name;

    resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_PLAIN, server));
    g_assert_cmpint(name_parse(suffix, &name), ==, STATUS_OK);
    plan_add_route(plan, &name, ROUTE_SETTINGS, resolver);
}

static void expect_from(Harness *harness, const char *name, unsigned server)
{
    Message answer;

    harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A}, 15000, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, server);
}

static void longest_route_wins(Harness *harness, gconstpointer unused)
{
    Stats stats;

    add_route(harness->plan, "corp.example", 3);
    add_route(harness->plan, "lab.corp.example", 4);
    engine_apply(harness->engine, harness->plan);
    expect_from(harness, "www.example", 1);
    expect_from(harness, "corp.example", 3);
    expect_from(harness, "a.b.Corp.example", 3);
    expect_from(harness, "x.lab.corp.example", 4);
    expect_from(harness, "notcorp.example", 1);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.routed_clear, ==, 3);
    g_assert_cmpuint(stats.encrypted, ==, 2);
}

static void routed_names_go_nowhere_else(Harness *harness, gconstpointer unused)
{
    Message answer;

    add_route(harness->plan, "corp.example", 3);
    engine_apply(harness->engine, harness->plan);
    fake_servers[3].status = STATUS_REFUSED;
    harness_ask(harness, &(Ask){.name = "www.corp.example", .type = RRTYPE_A}, 15000, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

static void local_names_stay_here(Harness *harness, gconstpointer unused)
{
    static const char *const names[] = {
        "printer",        "nas.local",
        "tv.lan",         "db.internal",
        "x.corp",         "router.home.arpa",
        "wpad.home",      "7.1.168.192.in-addr.arpa",
        "a.d.f.ip6.arpa", "b._dns-sd._udp.0.1.168.192.in-addr.arpa"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        expect(harness, names[i], RRTYPE_A, RCODE_NXDOMAIN, 0);
}

static void no_is_said_with_a_soa(Harness *harness, gconstpointer unused)
{
    RecordIterator iterator;
    Message answer;
    Record record;
    Name owner;
    WireReader reader;
    char text[NAME_MAX_TEXT];

    ask_here(harness, "5.4.20.172.in-addr.arpa", RRTYPE_PTR, &answer);
    g_assert_cmpint(answer_ede(&answer, text), ==, EDE_OTHER);
    g_assert_cmpuint(answer.authority_count, ==, 1);
    iterator = record_iterator(&answer);
    g_assert_true(record_next(&iterator, &record));
    g_assert_cmpuint(record.type, ==, RRTYPE_SOA);
    g_assert_cmpuint(record.ttl, ==, 60);
    reader = wire_reader(answer.wire, answer.length);
    reader.position = record.offset;
    name_read(&reader, &owner);
    g_assert_cmpstr(name_format(&owner, text), ==, "20.172.in-addr.arpa");
}

static void heads_of_local_zones_have_no_data(Harness *harness, gconstpointer unused)
{
    expect(harness, "home.arpa", RRTYPE_A, RCODE_NOERROR, 0);
    expect(harness, "10.in-addr.arpa", RRTYPE_NS, RCODE_NOERROR, 0);
}

static void questions_of_validators_pass(Harness *harness, gconstpointer unused)
{
    static const struct {
        const char *name;
        uint16_t type;
    } asks[] = {{".", RRTYPE_NS},       {".", RRTYPE_DNSKEY}, {"com", RRTYPE_DS},
                {"com", RRTYPE_DNSKEY}, {"com", RRTYPE_NS},   {"home.arpa", RRTYPE_DS}};

    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++) {
        Message answer;

        harness_ask(harness, &(Ask){.name = asks[i].name, .type = asks[i].type}, 15000, &answer);
        g_assert_cmpuint(fake_servers[1].asked, ==, i + 1);
    }
}

static void routes_win_over_local_names(Harness *harness, gconstpointer unused)
{
    add_route(harness->plan, "lan", 3);
    add_route(harness->plan, "168.192.in-addr.arpa", 3);
    add_route(harness->plan, "onion", 3);
    engine_apply(harness->engine, harness->plan);
    expect_from(harness, "tv.lan", 3);
    expect_from(harness, "7.1.168.192.in-addr.arpa", 3);
    ask_here(harness, "a.onion", RRTYPE_A, &(Message){0});
    g_assert_cmpuint(fake_servers[3].asked, ==, 2);
}

static void client_subnet_is_not_passed_on(Harness *harness, gconstpointer unused)
{
    Message answer, query;
    size_t length;

    harness_ask(harness,
                &(Ask){.name = "www.example",
                       .type = RRTYPE_A,
                       .udp_size = 1232,
                       .option = EDNS_CLIENT_SUBNET},
                15000, &answer);
    g_assert_cmpint(message_parse(&query, fake_servers[1].query, fake_servers[1].query_length), ==,
                    STATUS_OK);
    g_assert_null(edns_option(&query, EDNS_CLIENT_SUBNET, &length));
}

#define TEST(path, fn)                                                                             \
    g_test_add("/rules/" path, Harness, GUINT_TO_POINTER(1), set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("localhost-is-this-machine", localhost_is_this_machine);
    TEST("loopback-addresses-are-localhost", loopback_addresses_are_localhost);
    TEST("canary-domain-does-not-exist", canary_domain_does_not_exist);
    TEST("resolver-arpa-is-not-forwarded", resolver_arpa_is_not_forwarded);
    TEST("names-outside-dns-do-not-exist", names_outside_dns_do_not_exist);
    TEST("suffixes-end-at-a-label", suffixes_end_at_a_label);
    TEST("transfers-and-meta-types-are-refused", transfers_and_meta_types_are_refused);
    TEST("other-classes-are-refused", other_classes_are_refused);
    TEST("later-edns-versions-are-named", later_edns_versions_are_named);
    TEST("longest-route-wins", longest_route_wins);
    TEST("routed-names-go-nowhere-else", routed_names_go_nowhere_else);
    TEST("local-names-stay-here", local_names_stay_here);
    TEST("no-is-said-with-a-soa", no_is_said_with_a_soa);
    TEST("heads-of-local-zones-have-no-data", heads_of_local_zones_have_no_data);
    TEST("questions-of-validators-pass", questions_of_validators_pass);
    TEST("routes-win-over-local-names", routes_win_over_local_names);
    TEST("client-subnet-is-not-passed-on", client_subnet_is_not_passed_on);
    return g_test_run();
}
