/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cache.h"
#include "edns.h"
#include "harness.h"

#include <string.h>

#define S G_USEC_PER_SEC

static const Ask www = {.name = "www.example.com", .type = RRTYPE_A, .id = 7};

static void set_up(Harness *harness, gconstpointer resolver_count)
{
    harness_set_up(harness, resolver_count);
    engine_apply(harness->engine, harness->plan);
}

/* Asks at once and returns whether upstream was asked. */
static bool goes_out(Harness *harness, const Ask *ask, Message *answer)
{
    unsigned before = fake_servers[1].asked;

    harness_ask(harness, ask, 15000, answer);
    return fake_servers[1].asked > before;
}

static void hit_is_not_asked_again(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    g_assert_true(goes_out(harness, &www, &answer));
    g_assert_false(goes_out(harness, &www, &answer));
    g_assert_cmpuint(answer_server(&answer), ==, 1);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.cache_hits, ==, 1);
    g_assert_cmpuint(stats.cache_entries, ==, 1);
}

static void ttl_counts_down(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www, 15000, &answer);
    g_assert_cmpuint(answer_ttl(&answer), ==, 300);
    loop_advance(harness->loop, 100 * S);
    harness_ask(harness, &www, 0, &answer);
    g_assert_cmpuint(answer_ttl(&answer), ==, 200);
}

static void expires_with_its_ttl(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www, 15000, &answer);
    loop_advance(harness->loop, 298 * S);
    g_assert_false(goes_out(harness, &www, &answer));
    loop_advance(harness->loop, 2 * S);
    g_assert_true(goes_out(harness, &www, &answer));
}

static void life_is_not_cut_at_the_clocks_seconds(Harness *harness, gconstpointer unused)
{
    Message answer;

    loop_advance(harness->loop, S - loop_now_us(harness->loop) % S + S * 9 / 10);
    harness_ask(harness, &www, 15000, &answer);
    loop_advance(harness->loop, 299 * S + S / 2);
    g_assert_false(goes_out(harness, &www, &answer));
    g_assert_cmpuint(answer_ttl(&answer), ==, 1);
}

static void letter_case_is_the_clients(Harness *harness, gconstpointer unused)
{
    Ask other = {.name = "wWw.ExAmple.com", .type = RRTYPE_A, .id = 9};
    char text[NAME_MAX_TEXT];
    Message answer;

    harness_ask(harness, &www, 15000, &answer);
    g_assert_false(goes_out(harness, &other, &answer));
    g_assert_cmpstr(name_format(&answer.qname, text), ==, "wWw.ExAmple.com");
}

static void bits_and_types_are_kept_apart(Harness *harness, gconstpointer unused)
{
    Message answer;
    Ask ask = {.name = "www.example.com", .type = RRTYPE_A, .udp_size = 1232};

    harness_ask(harness, &www, 15000, &answer);
    g_assert_false(goes_out(harness, &ask, &answer)); /* EDNS alone changes no answer */
    ask.dnssec_ok = true;
    g_assert_true(goes_out(harness, &ask, &answer));
    ask.flags = MESSAGE_CD;
    g_assert_true(goes_out(harness, &ask, &answer));
    ask.type = RRTYPE_TXT;
    g_assert_true(goes_out(harness, &ask, &answer));
}

/* What was not checked must not reach those who rely on the check. */
static void cd_answers_serve_no_one_else(Harness *harness, gconstpointer unused)
{
    Ask unchecked = {.name = www.name, .type = RRTYPE_A, .flags = MESSAGE_CD};
    Message answer;

    g_assert_true(goes_out(harness, &unchecked, &answer));
    g_assert_true(answer.flags & MESSAGE_CD);
    g_assert_true(goes_out(harness, &www, &answer));
    g_assert_false(answer.flags & MESSAGE_CD);
    g_assert_false(goes_out(harness, &unchecked, &answer));
}

static void do_is_echoed_and_ad_kept(Harness *harness, gconstpointer unused)
{
    Ask secure = {.name = www.name, .type = RRTYPE_A, .udp_size = 1232, .dnssec_ok = true};
    Ask plain = {.name = www.name, .type = RRTYPE_A, .udp_size = 1232};
    Message answer;

    fake_servers[1].flags = MESSAGE_AD;
    for (int i = 0; i < 2; i++) { /* from upstream, then from the cache */
        harness_ask(harness, &secure, 15000, &answer);
        g_assert_true(answer.dnssec_ok);
        g_assert_true(answer.flags & MESSAGE_AD);
        harness_ask(harness, &plain, 15000, &answer);
        g_assert_false(answer.dnssec_ok);
        g_assert_false(answer.flags & MESSAGE_AD);
    }
    g_assert_cmpuint(fake_servers[1].asked, ==, 2);
}

static void limits_hold_for_answers_straight_from_upstream(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness->plan->cache_min_ttl_s = 60;
    harness->plan->cache_max_ttl_s = 120;
    engine_apply(harness->engine, harness->plan);
    fake_servers[1].ttl_s = 1;
    harness_ask(harness, &www, 15000, &answer);
    g_assert_cmpuint(answer_ttl(&answer), ==, 60);
    fake_servers[1].ttl_s = 86400;
    harness_ask(harness, &(Ask){.name = "b.example", .type = RRTYPE_A}, 15000, &answer);
    g_assert_cmpuint(answer_ttl(&answer), ==, 120);
}

/* What comes of a question without RD is what the server happens to know. */
static void answers_without_rd_are_neither_given_nor_kept(Harness *harness, gconstpointer unused)
{
    Ask ask = {.name = www.name, .type = RRTYPE_A, .flags = MESSAGE_RD};
    Message answer;

    harness_ask(harness, &www, 15000, &answer);
    g_assert_true(goes_out(harness, &ask, &answer));
    g_assert_false(answer.flags & MESSAGE_RD);
    g_assert_true(goes_out(harness, &ask, &answer));
}

static void nodata_by_the_soas_minimum(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].no_data = true;
    harness_ask(harness, &www, 15000, &answer);
    loop_advance(harness->loop, 28 * S);
    g_assert_false(goes_out(harness, &www, &answer));
    loop_advance(harness->loop, 2 * S);
    g_assert_true(goes_out(harness, &www, &answer));
}

static void negative_is_kept_three_hours_at_most(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].rcode = RCODE_NXDOMAIN;
    fake_servers[1].ttl_s = fake_servers[1].minimum_s = 86400;
    harness_ask(harness, &www, 15000, &answer);
    loop_advance(harness->loop, 10799 * (int64_t)S);
    g_assert_false(goes_out(harness, &www, &answer));
    loop_advance(harness->loop, 1 * S);
    g_assert_true(goes_out(harness, &www, &answer));
}

/* RFC 2181 §8: the upper bit set means 0. */
static void negative_ttl_is_none(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].ttl_s = 0x80000001;
    harness_ask(harness, &www, 15000, &answer);
    g_assert_true(goes_out(harness, &www, &answer));
}

static void nxdomain_by_the_soas_ttl(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].rcode = RCODE_NXDOMAIN;
    fake_servers[1].ttl_s = 5;
    harness_ask(harness, &www, 15000, &answer);
    loop_advance(harness->loop, 3 * S);
    g_assert_false(goes_out(harness, &www, &answer));
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NXDOMAIN);
    loop_advance(harness->loop, 2 * S);
    g_assert_true(goes_out(harness, &www, &answer));
}

static void negative_without_soa_is_not_kept(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].no_data = fake_servers[1].no_soa = true;
    harness_ask(harness, &www, 15000, &answer);
    g_assert_true(goes_out(harness, &www, &answer));
}

static void truncated_is_not_kept(Harness *harness, gconstpointer unused)
{
    Message answer;

    fake_servers[1].flags = MESSAGE_TC;
    harness_ask(harness, &www, 15000, &answer);
    g_assert_true(answer.flags & MESSAGE_TC);
    g_assert_true(goes_out(harness, &www, &answer));
}

static void ttls_stay_within_the_plans_limits(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness->plan->cache_min_ttl_s = 60;
    harness->plan->cache_max_ttl_s = 120;
    engine_apply(harness->engine, harness->plan);
    fake_servers[1].ttl_s = 0;
    harness_ask(harness, &www, 15000, &answer);
    g_assert_false(goes_out(harness, &www, &answer));
    g_assert_cmpuint(answer_ttl(&answer), ==, 60);
    fake_servers[1].ttl_s = 86400;
    harness_ask(harness, &(Ask){.name = "b.example", .type = RRTYPE_A}, 15000, &answer);
    harness_ask(harness, &(Ask){.name = "b.example", .type = RRTYPE_A}, 0, &answer);
    g_assert_cmpuint(answer_ttl(&answer), ==, 120);
    loop_advance(harness->loop, 120 * S);
    g_assert_true(goes_out(harness, &(Ask){.name = "b.example", .type = RRTYPE_A}, &answer));
}

static void least_recently_used_goes_first(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    harness->plan->cache_bytes = 8192;
    engine_apply(harness->engine, harness->plan);
    harness_ask(harness, &www, 15000, &answer);
    for (int i = 0; i < 200; i++) {
        g_autofree char *name = g_strdup_printf("n%d.example", i);

        harness_ask(harness, &(Ask){.name = name, .type = RRTYPE_A}, 15000, &answer);
        g_assert_false(goes_out(harness, &www, &answer)); /* in use all the time */
    }
    g_assert_true(goes_out(harness, &(Ask){.name = "n0.example", .type = RRTYPE_A}, &answer));
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.cache_bytes, <=, 8192);
    g_assert_cmpuint(stats.cache_bytes, >, 4096);
}

/* One address of fill-N.bench-names.net, as a resolver answers it; the name compressed. */
static size_t write_typical_reply(unsigned number, uint8_t *wire, size_t capacity)
{
    static const uint8_t record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1};
    g_autofree char *text = g_strdup_printf("fill-%u.bench-names.net", number);
    WireWriter writer = wire_writer(wire, capacity);
    Name name;

    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    wire_write_u16(&writer, (uint16_t)number);
    wire_write_u16(&writer, MESSAGE_QR | MESSAGE_RD | MESSAGE_RA);
    wire_write_u16(&writer, 1);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 4);
    wire_write_bytes(&writer, name.wire, name.length);
    wire_write_u16(&writer, RRTYPE_A);
    wire_write_u16(&writer, CLASS_IN);
    wire_write_bytes(&writer, record, sizeof record);
    g_assert_false(writer.failed);
    return writer.position;
}

/* Everything that it takes, its table too; whatever it costs beyond its message of 60 bytes. */
static void name_costs_at_most_120_bytes(void)
{
    const unsigned count = 100000;
    const uint8_t secret[QUESTION_SECRET_LENGTH] = {0};
    g_autoptr(Plan) plan = plan_new();
    Cache *cache = cache_new();

    plan->cache_bytes = 64 << 20;
    cache_configure(cache, plan);
    for (unsigned i = 0; i < count; i++) {
        uint8_t wire[512];
        size_t length = write_typical_reply(i, wire, sizeof wire);
        QuestionKey key;
        Message reply;
        Shelf shelf;

        g_assert_cmpint(message_parse(&reply, wire, length), ==, STATUS_OK);
        g_assert_true(shelf_read(&shelf, &reply, plan));
        question_key_init(&key, &reply, 1, secret);
        cache_store(cache, &key, &reply, &shelf, EDE_NONE, S);
    }
    g_assert_cmpuint(cache_entries(cache), ==, count);
    g_assert_cmpuint(cache_bytes(cache) / count, <=, 120);
    cache_free(cache);
}

static void off_when_it_has_no_bytes(Harness *harness, gconstpointer unused)
{
    Message answer;

    harness_ask(harness, &www, 15000, &answer);
    harness->plan->cache_bytes = 0;
    engine_apply(harness->engine, harness->plan);
    g_assert_true(goes_out(harness, &www, &answer));
    g_assert_true(goes_out(harness, &www, &answer));
}

static void kept_over_a_reload_that_changes_no_resolver(Harness *harness, gconstpointer unused)
{
    g_autoptr(Plan) same = plan_new();
    g_autoptr(Resolver) resolver = fake_resolver(1);
    Message answer;

    harness_ask(harness, &www, 15000, &answer);
    plan_add_resolver(same, resolver);
    engine_apply(harness->engine, same);
    g_assert_false(goes_out(harness, &www, &answer));
    g_assert_cmpuint(fake_servers[1].opened, ==, 1); /* and so is the connection */
}

static void not_used_when_the_resolvers_change(Harness *harness, gconstpointer unused)
{
    g_autoptr(Plan) other = plan_new();
    g_autoptr(Resolver) resolver = fake_resolver(2);
    Message answer;

    harness_ask(harness, &www, 15000, &answer);
    plan_add_resolver(other, resolver);
    engine_apply(harness->engine, other);
    harness_ask(harness, &www, 15000, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, 2);
    g_assert_cmpuint(fake_servers[1].closed, ==, 1);
}

static void answer_of_an_older_plan_is_not_used(Harness *harness, gconstpointer unused)
{
    g_autoptr(Plan) other = plan_new();
    g_autoptr(Resolver) resolver = fake_resolver(2);
    Message answer;

    plan_add_resolver(other, resolver);
    harness_send(harness, &www);
    engine_apply(harness->engine, other); /* the query under way keeps its plan */
    loop_advance(harness->loop, 15000);
    g_assert_true(harness_receive(harness, &answer));
    g_assert_cmpuint(answer_server(&answer), ==, 1);
    harness_ask(harness, &www, 15000, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, 2);
}

#define TEST(path, fn)                                                                             \
    g_test_add("/cache/" path, Harness, GUINT_TO_POINTER(1), set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("hit-is-not-asked-again", hit_is_not_asked_again);
    TEST("ttl-counts-down", ttl_counts_down);
    TEST("expires-with-its-ttl", expires_with_its_ttl);
    TEST("life-is-not-cut-at-the-clocks-seconds", life_is_not_cut_at_the_clocks_seconds);
    TEST("letter-case-is-the-clients", letter_case_is_the_clients);
    TEST("bits-and-types-are-kept-apart", bits_and_types_are_kept_apart);
    TEST("cd-answers-serve-no-one-else", cd_answers_serve_no_one_else);
    TEST("do-is-echoed-and-ad-kept", do_is_echoed_and_ad_kept);
    TEST("limits-hold-for-answers-straight-from-upstream",
         limits_hold_for_answers_straight_from_upstream);
    TEST("answers-without-rd-are-neither-given-nor-kept",
         answers_without_rd_are_neither_given_nor_kept);
    TEST("nodata-by-the-soas-minimum", nodata_by_the_soas_minimum);
    TEST("negative-is-kept-three-hours-at-most", negative_is_kept_three_hours_at_most);
    TEST("negative-ttl-is-none", negative_ttl_is_none);
    TEST("nxdomain-by-the-soas-ttl", nxdomain_by_the_soas_ttl);
    TEST("negative-without-soa-is-not-kept", negative_without_soa_is_not_kept);
    TEST("truncated-is-not-kept", truncated_is_not_kept);
    TEST("ttls-stay-within-the-plans-limits", ttls_stay_within_the_plans_limits);
    TEST("least-recently-used-goes-first", least_recently_used_goes_first);
    g_test_add_func("/cache/name-costs-at-most-120-bytes", name_costs_at_most_120_bytes);
    TEST("off-when-it-has-no-bytes", off_when_it_has_no_bytes);
    TEST("kept-over-a-reload-that-changes-no-resolver",
         kept_over_a_reload_that_changes_no_resolver);
    TEST("not-used-when-the-resolvers-change", not_used_when_the_resolvers_change);
    TEST("answer-of-an-older-plan-is-not-used", answer_of_an_older_plan_is_not_used);
    return g_test_run();
}
