/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MS 1000

static const Ask www = {.name = "www.example.com", .type = RRTYPE_A, .id = 7, .udp_size = 1232};

static void set_up(Harness *harness, gconstpointer resolver_count)
{
    harness_set_up(harness, resolver_count);
    engine_apply(harness->engine, harness->plan);
}

static void equal_questions_go_out_once(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    for (uint16_t id = 1; id <= 3; id++) {
        Ask ask = www;
        ask.id = id;
        ask.name = id == 2 ? "WWW.example.com" : www.name;
        harness_send(harness, &ask);
    }
    loop_advance(harness->loop, 15 * MS);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
    for (uint16_t id = 1; id <= 3; id++) {
        char text[NAME_MAX_TEXT];

        g_assert_true(harness_receive(harness, &answer));
        g_assert_cmpuint(answer.id, ==, id);
        g_assert_cmpuint(answer_server(&answer), ==, 1);
        g_assert_cmpstr(name_format(&answer.qname, text), ==,
                        id == 2 ? "WWW.example.com" : www.name);
    }
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.coalesced, ==, 2);
    g_assert_cmpuint(stats.in_flight, ==, 0);
}

static void different_bits_do_not_wait_together(Harness *harness, gconstpointer unused)
{
    Ask ask = www;

    harness_send(harness, &ask);
    ask.dnssec_ok = true;
    harness_send(harness, &ask);
    ask.flags = MESSAGE_CD;
    harness_send(harness, &ask);
    g_assert_cmpuint(fake_servers[1].asked, ==, 3);
}

/* One who joins late has his own patience, and keeps the question in flight. */
static void late_joiner_outwaits_the_first(Harness *harness, gconstpointer unused)
{
    Ask late = www;
    Message answer;

    late.id = 8;
    fake_servers[1].silent = true;
    harness_send(harness, &www);
    loop_advance(harness->loop, 4000 * MS);
    harness_send(harness, &late);
    loop_advance(harness->loop, 499 * MS);
    g_assert_false(harness_receive(harness, &answer));
    loop_advance(harness->loop, 1 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(answer.id, ==, 7);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_false(harness_receive(harness, &answer));
    fake_servers[1].silent = false;
    loop_advance(harness->loop, 1000 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(answer.id, ==, 8);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
}

static void above_the_limit_servfail(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;
    char text[256];

    harness->plan->max_queries = 2;
    harness_send(harness, &(Ask){.name = "a.example", .type = RRTYPE_A, .id = 1});
    harness_send(harness, &(Ask){.name = "b.example", .type = RRTYPE_A, .id = 2});
    harness_send(harness, &(Ask){.name = "c.example", .type = RRTYPE_A, .id = 3, .udp_size = 1232});
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(answer.id, ==, 3);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_SERVFAIL);
    g_assert_cmpint(answer_ede(&answer, text), ==, EDE_OTHER);
    g_assert_cmpstr(text, ==, status_sentence(STATUS_LIMIT));
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.over_limit, ==, 1);
    g_assert_cmpuint(stats.in_flight, ==, 2);
    loop_advance(harness->loop, 15 * MS);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_true(harness_receive(harness, &answer));
    harness_ask(harness, &(Ask){.name = "d.example", .type = RRTYPE_A}, 15 * MS, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
}

static void send_from(Harness *harness, int socket_fd, unsigned number)
{
    g_autofree char *name = g_strdup_printf("n%u.example", number);
    uint8_t bytes[512];
    size_t length = ask_build(&(Ask){.name = name, .type = RRTYPE_A}, bytes, sizeof bytes);

    g_assert_cmpint(send(socket_fd, bytes, length, 0), ==, (gssize)length);
    harness_turn(harness);
}

/* Three quarters are for who is alone; who comes next finds something free. */
static void one_client_cannot_take_every_place(Harness *harness, gconstpointer unused)
{
    int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    Stats stats;

    g_assert_cmpint(connect(other, &harness->address.socket.any, address_length(&harness->address)),
                    ==, 0);
    harness->plan->max_queries = 40;
    for (unsigned i = 0; i < 40; i++)
        send_from(harness, harness->client, i);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.in_flight, ==, 30);
    g_assert_cmpuint(stats.over_limit, ==, 10);
    for (unsigned i = 100; i < 105; i++)
        send_from(harness, other, i);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.in_flight, ==, 35);
    g_assert_cmpuint(stats.over_limit, ==, 10);
    loop_advance(harness->loop, 15 * MS); /* and all of it is given back */
    for (unsigned i = 200; i < 230; i++)
        send_from(harness, harness->client, i);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.in_flight, ==, 30);
    close(other);
}

static void flags_are_the_clients(Harness *harness, gconstpointer unused)
{
    Ask ask = {.name = "a.example", .type = RRTYPE_A, .flags = MESSAGE_CD};
    Message answer;

    fake_servers[1].flags = MESSAGE_AD | MESSAGE_AA;
    harness_ask(harness, &ask, 15 * MS, &answer);
    g_assert_cmphex(answer.flags, ==, MESSAGE_QR | MESSAGE_RD | MESSAGE_RA | MESSAGE_CD);
}

/* Also when the answer was fetched for one who did not ask. */
static void ad_for_those_who_ask(Harness *harness, gconstpointer unused)
{
    Message answer, query;

    fake_servers[1].flags = MESSAGE_AD;
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_false(answer.flags & MESSAGE_AD);
    g_assert_cmpint(message_parse(&query, fake_servers[1].query, fake_servers[1].query_length), ==,
                    STATUS_OK);
    g_assert_true(query.flags & MESSAGE_AD);
    harness_ask(harness, &(Ask){.name = www.name, .type = RRTYPE_A, .flags = MESSAGE_AD}, 0,
                &answer);
    g_assert_true(answer.flags & MESSAGE_AD);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
}

static void opt_only_for_those_who_sent_one(Harness *harness, gconstpointer unused)
{
    Ask plain = www;
    Message answer;

    fake_servers[1].ede = EDE_BLOCKED; /* with OPT in the reply */
    harness_ask(harness, &www, 15 * MS, &answer);
    g_assert_true(answer.has_edns);
    g_assert_cmpint(answer_ede(&answer, NULL), ==, EDE_BLOCKED);
    plain.udp_size = 0;
    harness_ask(harness, &plain, 15 * MS, &answer);
    g_assert_false(answer.has_edns);
    harness_ask(harness, &www, 0, &answer); /* from the cache */
    g_assert_cmpint(answer_ede(&answer, NULL), ==, EDE_BLOCKED);
}

static void long_answers_are_cut_to_the_clients_size(Harness *harness, gconstpointer unused)
{
    Ask ask = www;
    Message answer;

    fake_servers[1].copies = 80; /* 81 records of 16 bytes */
    harness_ask(harness, &ask, 15 * MS, &answer);
    g_assert_true(answer.flags & MESSAGE_TC);
    g_assert_cmpuint(answer.answer_count, ==, 0);
    g_assert_cmpuint(answer.length, <=, 512);
    g_assert_true(answer.has_edns);
    ask.udp_size = 4096;
    harness_ask(harness, &ask, 0, &answer);
    g_assert_false(answer.flags & MESSAGE_TC);
    g_assert_cmpuint(answer.answer_count, ==, 81);
    ask.udp_size = 0;
    harness_ask(harness, &ask, 0, &answer);
    g_assert_true(answer.flags & MESSAGE_TC);
    fake_servers[1].copies = 300; /* longer than any UDP answer */
    harness_ask(harness, &(Ask){.name = "b.example", .type = RRTYPE_A, .udp_size = 65535}, 15 * MS,
                &answer);
    g_assert_true(answer.flags & MESSAGE_TC);
}

static void upstream_sees_no_option_of_the_clients_hop(Harness *harness, gconstpointer unused)
{
    Ask ask = www;
    Message answer, query;
    size_t length;

    ask.option = EDNS_COOKIE;
    harness_ask(harness, &ask, 15 * MS, &answer);
    g_assert_cmpint(message_parse(&query, fake_servers[1].query, fake_servers[1].query_length), ==,
                    STATUS_OK);
    g_assert_true(query.has_edns);
    g_assert_null(edns_option(&query, EDNS_COOKIE, &length));
}

/* A plan with server 3, in clear. */
static Plan *plain_plan(void)
{
    Plan *plan = plan_new();
    g_autoptr(Resolver) resolver = resolver_new("plain", "Plain");

    resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_PLAIN, 3));
    plan_add_resolver(plan, resolver);
    return plan;
}

/* RFC 4035 §4.9.3: AD is worth what the path is worth. */
static void ad_that_came_in_clear_is_not_passed_on(Harness *harness, gconstpointer unused)
{
    g_autoptr(Plan) plan = plain_plan();
    Ask ask = {.name = www.name, .type = RRTYPE_A, .flags = MESSAGE_AD};
    Message answer;

    fake_servers[3].flags = MESSAGE_AD;
    engine_apply(harness->engine, plan);
    harness_ask(harness, &ask, 15 * MS, &answer);
    g_assert_false(answer.flags & MESSAGE_AD);
    harness_ask(harness, &ask, 0, &answer); /* from the cache */
    g_assert_false(answer.flags & MESSAGE_AD);
}

static void payload_size_is_for_transports_in_clear(Harness *harness, gconstpointer unused)
{
    g_autoptr(Plan) plan = plain_plan();
    Message answer, query;

    plan->edns_payload = 512; /* off */
    engine_apply(harness->engine, plan);
    harness_ask(harness, &(Ask){.name = "a.example", .type = RRTYPE_A}, 15 * MS, &answer);
    g_assert_cmpint(message_parse(&query, fake_servers[3].query, fake_servers[3].query_length), ==,
                    STATUS_OK);
    g_assert_false(query.has_edns);
    plan->edns_payload = 1400;
    harness_ask(harness, &(Ask){.name = "b.example", .type = RRTYPE_A}, 15 * MS, &answer);
    g_assert_cmpint(message_parse(&query, fake_servers[3].query, fake_servers[3].query_length), ==,
                    STATUS_OK);
    g_assert_cmpuint(query.udp_size, ==, 1400);
}

static void send_raw(Harness *harness, const void *bytes, size_t length)
{
    g_assert_cmpint(send(harness->client, bytes, length, 0), ==, (gssize)length);
    harness_turn(harness);
}

static gssize receive_raw(Harness *harness, uint8_t bytes[512])
{
    return recv(harness->client, bytes, 512, 0);
}

static void garbage_gets_formerr_or_nothing(Harness *harness, gconstpointer unused)
{
    uint8_t bytes[512];
    Stats stats;

    send_raw(harness, "short", 5);
    g_assert_cmpint(receive_raw(harness, bytes), <, 0);
    send_raw(harness, "\1\2\1\0\0\1\0\0\0\0\0\0\77x", 14);
    g_assert_cmpint(receive_raw(harness, bytes), ==, 12);
    g_assert_cmphex(bytes[0] << 8 | bytes[1], ==, 0x0102);
    g_assert_cmpuint(bytes[3] & 15, ==, RCODE_FORMERR);
    send_raw(harness, "\1\2\201\0\0\1\0\0\0\0\0\0\1x\0\0\1\0\1", 19); /* a reply */
    g_assert_cmpint(receive_raw(harness, bytes), <, 0);
    send_raw(harness, "\1\2\50\0\0\0\0\0\0\0\0\0", 12); /* UPDATE */
    g_assert_cmpint(receive_raw(harness, bytes), ==, 12);
    g_assert_cmpuint(bytes[3] & 15, ==, RCODE_NOTIMP);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.malformed, ==, 4);
    g_assert_cmpuint(stats.queries, ==, 0);
}

static void engine_may_go_with_queries_under_way(Harness *harness, gconstpointer unused)
{
    harness_send(harness, &www);
    harness_send(harness, &www);
    g_assert_cmpuint(fake_servers[1].live, ==, 1); /* the tear-down checks that it is withdrawn */
}

static void latencies_and_kinds_are_counted(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    harness_ask(harness, &www, 15 * MS, &answer);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.queries, ==, 1);
    g_assert_cmpuint(stats.encrypted, ==, 1);
    g_assert_cmpuint(stats.routed_clear, ==, 0);
    g_assert_cmpuint(histogram_percentile_us(&stats.latency, 50), ==,
                     16384); /* 10 ms: in [8192, 16384) */
}

#define TEST(path, fn)                                                                             \
    g_test_add("/query/" path, Harness, GUINT_TO_POINTER(1), set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("equal-questions-go-out-once", equal_questions_go_out_once);
    TEST("different-bits-do-not-wait-together", different_bits_do_not_wait_together);
    TEST("late-joiner-outwaits-the-first", late_joiner_outwaits_the_first);
    TEST("above-the-limit-servfail", above_the_limit_servfail);
    TEST("one-client-cannot-take-every-place", one_client_cannot_take_every_place);
    TEST("flags-are-the-clients", flags_are_the_clients);
    TEST("ad-for-those-who-ask", ad_for_those_who_ask);
    TEST("opt-only-for-those-who-sent-one", opt_only_for_those_who_sent_one);
    TEST("long-answers-are-cut-to-the-clients-size", long_answers_are_cut_to_the_clients_size);
    TEST("upstream-sees-no-option-of-the-clients-hop", upstream_sees_no_option_of_the_clients_hop);
    TEST("ad-that-came-in-clear-is-not-passed-on", ad_that_came_in_clear_is_not_passed_on);
    TEST("payload-size-is-for-transports-in-clear", payload_size_is_for_transports_in_clear);
    TEST("garbage-gets-formerr-or-nothing", garbage_gets_formerr_or_nothing);
    TEST("engine-may-go-with-queries-under-way", engine_may_go_with_queries_under_way);
    TEST("latencies-and-kinds-are-counted", latencies_and_kinds_are_counted);
    return g_test_run();
}
