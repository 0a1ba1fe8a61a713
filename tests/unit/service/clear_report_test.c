/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clear_report.h"

static void expect_sentence(const uint64_t *counts, const char *sentence)
{
    g_autofree char *text = clear_report_sentence(counts, NULL);
    g_assert_cmpstr(text, ==, sentence);
}

static void test_nobody_counts(void)
{
    expect_sentence(NULL, "Packets that leave cannot be watched on this machine.");
}

static void test_nothing_left(void)
{
    const uint64_t counts[CLEAR_FLOWS] = {[CLEAR_NONE] = 7};
    expect_sentence(counts, "None was seen.");
}

static void test_one_went_around(void)
{
    const uint64_t counts[CLEAR_FLOWS] = {[CLEAR_LEAK] = 1};
    expect_sentence(counts, "1 lookup of a program went around Sotto.");
}

static void test_one_left_as_it_may(void)
{
    const uint64_t counts[CLEAR_FLOWS] = {[CLEAR_NAT64] = 1};
    expect_sentence(counts, "1 question for this network's IPv6 prefix left in clear, as it may. "
                            "No lookup of a program went around Sotto.");
}

static void test_all_is_told(void)
{
    const uint64_t counts[CLEAR_FLOWS] = {
        [CLEAR_LEAK] = 12, [CLEAR_CERTIFICATE] = 2, [CLEAR_NETWORK] = 1, [CLEAR_TIME] = 3};
    expect_sentence(counts, "2 certificate requests, 1 name of this network and 3 lookups of time "
                            "servers left in clear, as they may. 12 lookups of programs went "
                            "around Sotto.");
}

static void expect_programs(const char *const *programs, const char *sentence)
{
    const uint64_t counts[CLEAR_FLOWS] = {[CLEAR_LEAK] = 9};
    g_autoptr(GPtrArray) around = g_ptr_array_new_with_free_func(g_free);
    for (; *programs != NULL; programs++) {
        AroundEntry *entry = g_new0(AroundEntry, 1);
        entry->program = (char *)*programs;
        entry->user = (char *)(g_str_equal(*programs, "?") ? "" : "alice");
        if (g_str_equal(*programs, "?"))
            entry->program = (char *)"";
        g_ptr_array_add(around, entry);
    }
    g_autofree char *text = clear_report_sentence(counts, around);
    g_assert_cmpstr(text, ==, sentence);
}

static void test_programs_are_named(void)
{
    expect_programs((const char *const[]){"firefox", "", "?", "firefox", NULL},
                    "9 lookups of programs went around Sotto (firefox, a program of alice).");
    expect_programs((const char *const[]){"?", NULL}, "9 lookups of programs went around Sotto.");
    expect_programs((const char *const[]){"a", "b", "c", "d", NULL},
                    "9 lookups of programs went around Sotto (a, b, c and others).");
}

static void test_flows_by_kind(void)
{
    const uint64_t counts[CLEAR_FLOWS] = {
        [CLEAR_LEAK] = 12, [CLEAR_NONE] = 4, [CLEAR_CERTIFICATE] = 2, [CLEAR_CONSENT] = 1};
    g_autoptr(GVariant) flows = g_variant_ref_sink(clear_report_flows(counts));
    g_autofree char *text = g_variant_print(flows, FALSE);
    g_assert_cmpstr(text, ==, "{'certificate': 2, 'consent': 1}");
}

static void test_flows_nobody_counts(void)
{
    g_autoptr(GVariant) flows = g_variant_ref_sink(clear_report_flows(NULL));
    g_assert_cmpuint(g_variant_n_children(flows), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clear-report/nobody-counts", test_nobody_counts);
    g_test_add_func("/clear-report/nothing-left", test_nothing_left);
    g_test_add_func("/clear-report/one-went-around", test_one_went_around);
    g_test_add_func("/clear-report/one-left-as-it-may", test_one_left_as_it_may);
    g_test_add_func("/clear-report/all-is-told", test_all_is_told);
    g_test_add_func("/clear-report/programs-are-named", test_programs_are_named);
    g_test_add_func("/clear-report/flows-by-kind", test_flows_by_kind);
    g_test_add_func("/clear-report/flows-nobody-counts", test_flows_nobody_counts);
    return g_test_run();
}
