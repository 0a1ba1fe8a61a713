/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of the query log, from whatever a helper may write. */
#include "lookup_item.h"

#define LINE                                                                                       \
    "{\"time\":1790000000,\"name\":\"www.example\",\"type\":\"AAAA\",\"source\":\"resolver\","     \
    "\"rcode\":\"NOERROR\",\"resolver\":\"Quad9\",\"protocol\":\"dot\",\"latency\":12300,"         \
    "\"rule\":\"\"}"

static void every_field_is_read(void)
{
    SottoLookup lookup;

    g_assert_true(sotto_lookup_parse(LINE, &lookup));
    g_assert_cmpint(lookup.time_s, ==, 1790000000);
    g_assert_cmpuint(lookup.latency_us, ==, 12300);
    g_assert_cmpint(lookup.kind, ==, SOTTO_LOOKUP_RESOLVED);
    g_assert_cmpstr(lookup.name, ==, "www.example");
    g_assert_cmpstr(lookup.type, ==, "AAAA");
    g_assert_cmpstr(lookup.rcode, ==, "NOERROR");
    g_assert_cmpstr(lookup.resolver, ==, "Quad9");
    g_assert_cmpstr(lookup.protocol, ==, "dot");
    g_assert_cmpstr(lookup.rule, ==, "");
    g_assert_false(sotto_lookup_is_gap(&lookup));
    sotto_lookup_clear(&lookup);
}

static void equal_texts_are_one(void)
{
    SottoLookup one, two;

    g_assert_true(sotto_lookup_parse(LINE, &one));
    g_assert_true(sotto_lookup_parse(LINE, &two));
    g_assert_true(one.name == two.name);
    sotto_lookup_clear(&one);
    g_assert_cmpstr(two.name, ==, "www.example");
    sotto_lookup_clear(&two);
}

static SottoLookupKind kind_of(const char *source)
{
    g_autofree char *line = g_strdup_printf("{\"name\":\"x\",\"source\":\"%s\"}", source);
    SottoLookup lookup;
    SottoLookupKind kind;

    g_assert_true(sotto_lookup_parse(line, &lookup));
    kind = lookup.kind;
    sotto_lookup_clear(&lookup);
    return kind;
}

static void every_source_has_its_kind(void)
{
    g_assert_cmpint(kind_of("rule"), ==, SOTTO_LOOKUP_BLOCKED);
    g_assert_cmpint(kind_of("cloak"), ==, SOTTO_LOOKUP_CLOAKED);
    g_assert_cmpint(kind_of("special"), ==, SOTTO_LOOKUP_SPECIAL);
    g_assert_cmpint(kind_of("cache"), ==, SOTTO_LOOKUP_CACHED);
    g_assert_cmpint(kind_of("stale"), ==, SOTTO_LOOKUP_STALE);
    g_assert_cmpint(kind_of("resolver"), ==, SOTTO_LOOKUP_RESOLVED);
    g_assert_cmpint(kind_of("coalesced"), ==, SOTTO_LOOKUP_RESOLVED);
    g_assert_cmpint(kind_of("route"), ==, SOTTO_LOOKUP_ROUTED);
    g_assert_cmpint(kind_of("failed"), ==, SOTTO_LOOKUP_FAILED);
    g_assert_cmpint(kind_of("limit"), ==, SOTTO_LOOKUP_REFUSED);
}

static void later_helpers_word_is_no_known_kind(void)
{
    g_assert_cmpint(kind_of("telepathy"), ==, SOTTO_LOOKUP_OTHER);
    g_assert_cmpint(kind_of("lost"), ==, SOTTO_LOOKUP_OTHER); /* ours, and no source */
}

static void lost_lines_are_a_gap(void)
{
    SottoLookup lookup;

    g_assert_true(sotto_lookup_parse("{\"lost\": 217}", &lookup));
    g_assert_true(sotto_lookup_is_gap(&lookup));
    g_assert_cmpint(lookup.kind, ==, SOTTO_LOOKUP_LOST);
    g_assert_cmpuint(lookup.count, ==, 217);
    g_assert_cmpstr(lookup.name, ==, "");
    sotto_lookup_clear(&lookup);
}

static void garbage_is_refused(gconstpointer line)
{
    SottoLookup lookup;

    g_assert_false(sotto_lookup_parse(line, &lookup));
}

static void odd_values_do_no_harm(void)
{
    SottoLookup lookup;

    g_assert_true(sotto_lookup_parse("{\"name\":\"x\",\"time\":\"noon\",\"latency\":-5,\"type\":7,"
                                     "\"rcode\":null,\"rule\":[],\"source\":{}}",
                                     &lookup));
    g_assert_cmpint(lookup.time_s, ==, 0);
    g_assert_cmpuint(lookup.latency_us, ==, 0);
    g_assert_cmpstr(lookup.type, ==, "");
    g_assert_cmpstr(lookup.rcode, ==, "");
    g_assert_cmpstr(lookup.rule, ==, "");
    g_assert_cmpint(lookup.kind, ==, SOTTO_LOOKUP_OTHER);
    sotto_lookup_clear(&lookup);
    g_assert_true(sotto_lookup_parse("{\"name\":\"x\",\"latency\":99999999999}", &lookup));
    g_assert_cmpuint(lookup.latency_us, ==, G_MAXUINT32);
    sotto_lookup_clear(&lookup);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lookup-item/every-field", every_field_is_read);
    g_test_add_func("/lookup-item/equal-texts-are-one", equal_texts_are_one);
    g_test_add_func("/lookup-item/every-source", every_source_has_its_kind);
    g_test_add_func("/lookup-item/later-helpers-word", later_helpers_word_is_no_known_kind);
    g_test_add_func("/lookup-item/lost-lines", lost_lines_are_a_gap);
    g_test_add_func("/lookup-item/odd-values", odd_values_do_no_harm);
    g_test_add_data_func("/lookup-item/garbage/empty", "", garbage_is_refused);
    g_test_add_data_func("/lookup-item/garbage/text", "Hello.", garbage_is_refused);
    g_test_add_data_func("/lookup-item/garbage/half", "{\"name\":\"www.exam", garbage_is_refused);
    g_test_add_data_func("/lookup-item/garbage/array", "[\"name\"]", garbage_is_refused);
    g_test_add_data_func("/lookup-item/garbage/nameless", "{\"time\":5}", garbage_is_refused);
    g_test_add_data_func("/lookup-item/garbage/no-utf-8", "{\"name\":\"\xff\xfe\"}",
                         garbage_is_refused);
    g_test_add_data_func("/lookup-item/garbage/none-lost", "{\"lost\":0}", garbage_is_refused);
    g_test_add_data_func("/lookup-item/garbage/fewer-lost", "{\"lost\":-3}", garbage_is_refused);
    return g_test_run();
}
