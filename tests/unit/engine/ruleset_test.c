/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"
#include "ruleset.h"

#include <string.h>

typedef struct Seen {
    EngineObserver observer;
    RecordSource source;
    char rule[RULE_MAX_TEXT];
} Seen;

static Name parse(const char *text)
{
    Name name;

    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    return name;
}

static void add(NameSet **set, const char *text, bool below, uint32_t line)
{
    Name name = parse(text);
    NameKey key;

    if (!*set)
        *set = name_set_new();
    name_key_init(&key, &name);
    g_assert_cmpint(name_set_add(*set, &key, below, line), ==, STATUS_OK);
}

static void add_cloaks(Cloaks *cloaks)
{
    static const uint8_t v4[] = {192, 0, 2, 7}, second[] = {192, 0, 2, 8};
    Name nas = parse("nas.home"), search = parse("search.example"), safe = parse("safe.example");
    Name google = parse("google.example"), forced = parse("forced.google.example");
    Name to_nas = parse("files.example"), to_local = parse("away.example"), tv = parse("tv.lan");
    Name ring = parse("ring.example"), around = parse("around.example");

    g_assert_cmpint(cloaks_add_address(cloaks, &nas, false, v4, 4, "cloaks", 3), ==, STATUS_OK);
    g_assert_cmpint(cloaks_add_address(cloaks, &nas, false, second, 4, "cloaks", 4), ==, STATUS_OK);
    g_assert_cmpint(cloaks_add_alias(cloaks, &search, false, &safe, "cloaks", 5), ==, STATUS_OK);
    g_assert_cmpint(cloaks_add_alias(cloaks, &google, true, &forced, "cloaks", 6), ==, STATUS_OK);
    g_assert_cmpint(cloaks_add_alias(cloaks, &to_nas, false, &nas, "cloaks", 7), ==, STATUS_OK);
    g_assert_cmpint(cloaks_add_alias(cloaks, &to_local, false, &tv, "cloaks", 8), ==, STATUS_OK);
    g_assert_cmpint(cloaks_add_alias(cloaks, &ring, false, &around, "cloaks", 9), ==, STATUS_OK);
    g_assert_cmpint(cloaks_add_alias(cloaks, &around, false, &ring, "cloaks", 10), ==, STATUS_OK);
    g_assert_cmpint(cloaks_add_alias(cloaks, &nas, false, &ring, "cloaks", 11), ==, STATUS_INVALID);
}

static Ruleset *make_rules(BlockAnswer answer)
{
    Ruleset *rules = ruleset_new();
    RuleList *ads = rule_list_new("ads.txt"), *mine = rule_list_new("mine.txt");

    add(&ads->block, "ads.example", true, 12);
    add(&ads->block, "only.example", false, 13);
    add(&mine->allow, "good.ads.example", true, 1);
    g_ptr_array_add(rules->lists, ads);
    g_ptr_array_add(rules->lists, mine);
    rules->cloaks = cloaks_new();
    add_cloaks(rules->cloaks);
    add(&rules->local, "fritz.box", true, 0);
    rules->block_answer = answer;
    return rules;
}

static void set_up(Harness *harness, gconstpointer answer)
{
    Ruleset *rules = make_rules((BlockAnswer)GPOINTER_TO_UINT(answer));

    harness_set_up(harness, GUINT_TO_POINTER(1));
    engine_apply(harness->engine, harness->plan);
    engine_set_rules(harness->engine, rules);
    ruleset_unref(rules);
}

static void ask(Harness *harness, const char *name, uint16_t type, Message *answer)
{
    harness_ask(harness, &(Ask){.name = name, .type = type, .udp_size = 1232}, 15000, answer);
}

static void expect(Harness *harness, const char *name, uint16_t type, unsigned rcode,
                   unsigned answers)
{
    Message answer;

    ask(harness, name, type, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, rcode);
    g_assert_cmpuint(answer.answer_count, ==, answers);
    g_assert_cmpuint(fake_servers[1].asked, ==, 0);
}

static void blocked_names_do_not_exist(Harness *harness, gconstpointer unused)
{
    char text[256];
    Message answer;
    Stats stats;

    expect(harness, "ads.example", RRTYPE_A, RCODE_NXDOMAIN, 0);
    expect(harness, "only.example", RRTYPE_HTTPS, RCODE_NXDOMAIN, 0);
    ask(harness, "X.Ads.Example", RRTYPE_AAAA, &answer);
    g_assert_cmpint(answer_ede(&answer, text), ==, EDE_FILTERED);
    g_assert_cmpstr(text, ==, "ads.txt line 12");
    g_assert_cmpuint(answer.authority_count, ==, 1);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.blocked, ==, 3);
    g_assert_cmpuint(stats.special, ==, 0);
    ask(harness, "x.only.example", RRTYPE_A, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, 1);
}

static void allowed_wins(Harness *harness, gconstpointer unused)
{
    Message answer;

    ask(harness, "x.good.ads.example", RRTYPE_A, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, 1);
}

static void blocked_names_have_zero_addresses(Harness *harness, gconstpointer unused)
{
    static const uint8_t zeros[16];
    Message answer;

    ask(harness, "ads.example", RRTYPE_A, &answer);
    g_assert_cmpuint(answer.answer_count, ==, 1);
    g_assert_cmpmem(answer.wire + answer.records + 12, 4, zeros, 4);
    g_assert_cmpint(answer_ede(&answer, NULL), ==, EDE_FILTERED);
    ask(harness, "ads.example", RRTYPE_AAAA, &answer);
    g_assert_cmpmem(answer.wire + answer.records + 12, 16, zeros, 16);
    expect(harness, "ads.example", RRTYPE_TXT, RCODE_NOERROR, 0);
}

static void blocked_names_are_refused(Harness *harness, gconstpointer unused)
{
    expect(harness, "ads.example", RRTYPE_A, RCODE_REFUSED, 0);
}

static void cached_names_are_blocked_from_now_on(Harness *harness, gconstpointer unused)
{
    Ruleset *rules = make_rules(BLOCK_ANSWER_NXDOMAIN);
    Message answer;

    engine_set_rules(harness->engine, NULL);
    ask(harness, "ads.example", RRTYPE_A, &answer);
    g_assert_cmpuint(answer_server(&answer), ==, 1);
    engine_set_rules(harness->engine, rules);
    ruleset_unref(rules);
    ask(harness, "ads.example", RRTYPE_A, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NXDOMAIN);
}

static void cloaked_names_have_their_addresses(Harness *harness, gconstpointer unused)
{
    Message answer;

    ask(harness, "NAS.home", RRTYPE_A, &answer);
    g_assert_cmpuint(answer.answer_count, ==, 2);
    g_assert_cmpuint(answer_server(&answer), ==, 7);
    expect(harness, "nas.home", RRTYPE_AAAA, RCODE_NOERROR, 0);
    expect(harness, "nas.home", RRTYPE_TXT, RCODE_NOERROR, 0);
    expect(harness, "files.example", RRTYPE_A, RCODE_NOERROR, 3); /* CNAME and both addresses */
}

/* One CNAME to `target`, then the address of server 1 that belongs to it. */
static void expect_alias(const Message *answer, const char *target)
{
    RecordIterator iterator = record_iterator(answer);
    WireReader reader = wire_reader(answer->wire, answer->length);
    char text[NAME_MAX_TEXT];
    Record record;
    Name name;

    g_assert_cmpuint(answer->answer_count, ==, 2);
    g_assert_true(record_next(&iterator, &record));
    g_assert_cmpuint(record.type, ==, RRTYPE_CNAME);
    reader.position = record.rdata;
    name_read(&reader, &name);
    g_assert_cmpstr(name_format(&name, text), ==, target);
    g_assert_true(record_next(&iterator, &record));
    g_assert_cmpuint(record.type, ==, RRTYPE_A);
    g_assert_cmpuint(answer->wire[record.rdata + 3], ==, 1);
    reader.position = record.offset;
    name_read(&reader, &name);
    g_assert_cmpstr(name_format(&name, text), ==, target);
}

static void aliases_are_looked_up(Harness *harness, gconstpointer unused)
{
    Message answer;
    Stats stats;

    ask(harness, "search.example", RRTYPE_A, &answer);
    expect_alias(&answer, "safe.example");
    ask(harness, "Search.example", RRTYPE_A, &answer); /* from the cache */
    expect_alias(&answer, "safe.example");
    ask(harness, "safe.example", RRTYPE_A, &answer); /* the alias itself is in the same place */
    g_assert_cmpuint(answer_server(&answer), ==, 1);
    g_assert_cmpuint(fake_servers[1].asked, ==, 1);
    engine_stats(harness->engine, &stats);
    g_assert_cmpuint(stats.cache_hits, ==, 2);
}

static void aliases_age_with_their_answer(Harness *harness, gconstpointer unused)
{
    RecordIterator iterator;
    Message answer;
    Record record;

    ask(harness, "search.example", RRTYPE_A, &answer);
    loop_advance(harness->loop, 100 * INT64_C(1000000));
    ask(harness, "search.example", RRTYPE_A, &answer);
    iterator = record_iterator(&answer);
    g_assert_true(record_next(&iterator, &record));
    g_assert_true(record_next(&iterator, &record));
    g_assert_cmpuint(record.ttl, ==, 200);
}

static void alias_below_itself_ends_there(Harness *harness, gconstpointer unused)
{
    Message answer;

    ask(harness, "www.google.example", RRTYPE_A, &answer);
    expect_alias(&answer, "forced.google.example");
    ask(harness, "forced.google.example", RRTYPE_A, &answer);
    g_assert_cmpuint(answer.answer_count, ==, 1);
}

static void circles_of_aliases_end(Harness *harness, gconstpointer unused)
{
    Message answer;

    ask(harness, "ring.example", RRTYPE_A, &answer);
    g_assert_cmpuint(message_rcode(&answer), ==, RCODE_NOERROR);
    g_assert_cmpuint(answer.answer_count, ==, 1); /* it is no alias of itself */
}

static void alias_to_a_local_name_stays_here(Harness *harness, gconstpointer unused)
{
    expect(harness, "away.example", RRTYPE_A, RCODE_NXDOMAIN, 1);
}

static void own_local_names_stay_here(Harness *harness, gconstpointer unused)
{
    expect(harness, "nas.fritz.box", RRTYPE_A, RCODE_NXDOMAIN, 0);
}

static void observed(void *owner, const QueryRecord *record)
{
    Seen *seen = owner;

    seen->source = record->source;
    g_strlcpy(seen->rule, record->rule ? record->rule : "", sizeof seen->rule);
}

static void records_name_the_rule(Harness *harness, gconstpointer unused)
{
    Seen seen = {.observer = {.interest = RECORD_ANY, .observed = observed, .owner = &seen}};
    Message answer;

    engine_observe(harness->engine, &seen.observer);
    ask(harness, "ads.example", RRTYPE_A, &answer);
    g_assert_cmpint(seen.source, ==, RECORD_RULE);
    g_assert_cmpstr(seen.rule, ==, "ads.txt line 12");
    ask(harness, "nas.home", RRTYPE_A, &answer);
    g_assert_cmpint(seen.source, ==, RECORD_CLOAK);
    g_assert_cmpstr(seen.rule, ==, "cloaks line 3");
    ask(harness, "search.example", RRTYPE_A, &answer);
    g_assert_cmpint(seen.source, ==, RECORD_RESOLVER);
    g_assert_cmpstr(seen.rule, ==, "cloaks line 5");
    ask(harness, "www.example", RRTYPE_A, &answer);
    g_assert_cmpstr(seen.rule, ==, "");
    engine_unobserve(harness->engine, &seen.observer);
}

/* A reply with every kind of name in it, compressed against its question. */
static const uint8_t reply[] =
    "\0\1\x81\x80\0\1\0\3\0\1\0\1"                     /* header */
    "\4safe\7example\0\0\17\0\1"                       /* safe.example MX */
    "\300\14\0\5\0\1\0\0\1\0\0\4\1m\300\14"            /* CNAME m.safe.example */
    "\300\14\0\17\0\1\0\0\1\0\0\6\0\12\1m\300\21"      /* MX 10 m.example */
    "\300\14\0\41\0\1\0\0\1\0\0\10\0\1\0\2\0\3\300\21" /* SRV 1 2 3 example */
    "\300\21\0\6\0\1\0\0\1\0\0\30\300\21\300\14\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"
    "\300\21\0\1\0\1\0\0\1\0\0\4\1\2\3\4";

static void aliased_answers_keep_their_records(void)
{
    static const uint8_t question[] = "\0\2\1\0\0\1\0\0\0\0\0\0\1x\0\0\17\0\1";
    Answer answer = {.wire = reply, .length = sizeof reply - 1, .rcode = 0, .ede = EDE_NONE}, out;
    Name alias = parse("safe.example"), name;
    uint8_t scratch[512];
    Message query, message;
    RecordIterator iterator;
    Record record;
    WireReader reader;
    char text[NAME_MAX_TEXT];

    g_assert_cmpint(message_parse(&query, question, sizeof question - 1), ==, STATUS_OK);
    g_assert_cmpint(cloak_answer(&answer, &query, &alias, scratch, sizeof scratch, &out), ==,
                    STATUS_OK);
    g_assert_cmpint(message_parse(&message, out.wire, out.length), ==, STATUS_OK);
    g_assert_cmpuint(message.answer_count, ==, 4);
    g_assert_cmpuint(message.authority_count, ==, 1);
    iterator = record_iterator(&message);
    reader = wire_reader(out.wire, out.length);
    for (int i = 0; i < 5; i++) {
        static const char *const names[] = {"safe.example", "m.safe.example", "m.example",
                                            "example", "example"};
        static const size_t before[] = {0, 0, 2, 6, 0};

        g_assert_true(record_next(&iterator, &record));
        reader.position = record.rdata + before[i];
        name_read(&reader, &name);
        g_assert_cmpstr(name_format(&name, text), ==, names[i]);
    }
    name_read(&reader, &name);
    g_assert_cmpstr(name_format(&name, text), ==, "safe.example");
    g_assert_cmpuint(wire_read_u32(&reader), ==, 1);
    g_assert_cmpint(cloak_answer(&answer, &query, &alias, scratch, 60, &out), ==, STATUS_NO_SPACE);
}

/* Whatever parses as a message is rewritten or refused; the sanitizers watch. */
static void aliased_answers_of_any_bytes_are_survived(void)
{
    static const uint8_t question[] = "\0\2\1\0\0\1\0\0\0\0\0\0\1x\0\0\17\0\1";
    Name alias = parse("safe.example");
    unsigned rewritten = 0;
    Message query;

    g_assert_cmpint(message_parse(&query, question, sizeof question - 1), ==, STATUS_OK);
    for (int i = 0; i < 100000; i++) {
        uint8_t bytes[sizeof reply], scratch[512];
        Answer answer = {.wire = bytes, .length = sizeof reply - 1, .ede = EDE_NONE}, out;

        memcpy(bytes, reply, sizeof reply);
        for (int change = 0; change < 3; change++)
            bytes[g_test_rand_int_range(12, sizeof reply - 1)] = (uint8_t)g_test_rand_int();
        rewritten +=
            cloak_answer(&answer, &query, &alias, scratch,
                         (size_t)g_test_rand_int_range(0, sizeof scratch), &out) == STATUS_OK;
    }
    g_assert_cmpuint(rewritten, >, 100);
}

#define TEST(path, answer, fn)                                                                     \
    g_test_add("/ruleset/" path, Harness, GUINT_TO_POINTER(answer), set_up, fn, harness_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("blocked-names-do-not-exist", BLOCK_ANSWER_NXDOMAIN, blocked_names_do_not_exist);
    TEST("allowed-wins", BLOCK_ANSWER_NXDOMAIN, allowed_wins);
    TEST("blocked-names-have-zero-addresses", BLOCK_ANSWER_ZERO, blocked_names_have_zero_addresses);
    TEST("blocked-names-are-refused", BLOCK_ANSWER_REFUSED, blocked_names_are_refused);
    TEST("cached-names-are-blocked-from-now-on", BLOCK_ANSWER_NXDOMAIN,
         cached_names_are_blocked_from_now_on);
    TEST("cloaked-names-have-their-addresses", 0, cloaked_names_have_their_addresses);
    TEST("aliases-are-looked-up", 0, aliases_are_looked_up);
    TEST("aliases-age-with-their-answer", 0, aliases_age_with_their_answer);
    TEST("alias-below-itself-ends-there", 0, alias_below_itself_ends_there);
    TEST("circles-of-aliases-end", 0, circles_of_aliases_end);
    TEST("alias-to-a-local-name-stays-here", 0, alias_to_a_local_name_stays_here);
    TEST("own-local-names-stay-here", 0, own_local_names_stay_here);
    TEST("records-name-the-rule", 0, records_name_the_rule);
    g_test_add_func("/ruleset/aliased-answers-keep-their-records",
                    aliased_answers_keep_their_records);
    g_test_add_func("/ruleset/aliased-answers-of-any-bytes-are-survived",
                    aliased_answers_of_any_bytes_are_survived);
    return g_test_run();
}
