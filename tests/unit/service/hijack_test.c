/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hijack.h"

static Identity identity_of(const char *own, const char *programs)
{
    Identity identity = {0};
    if (own != NULL) {
        g_assert_cmpint(address_parse(own, 0, &identity.asks_from[0]), ==, STATUS_OK);
        identity.asks_from_count = 1;
    }
    if (programs != NULL)
        g_assert_cmpint(address_parse(programs, 0, &identity.system), ==, STATUS_OK);
    return identity;
}

static void expect(const char *own, const char *programs, bool reaches_here, const char *code,
                   const char *detail)
{
    const Identity identity = identity_of(own, programs);
    const HijackFinding finding = hijack_judge(&identity, "Quad9", reaches_here);
    g_assert_cmpstr(finding.code, ==, code);
    g_assert_cmpstr(finding.detail, ==, detail);
    g_free(finding.detail);
}

static void test_same_network(void)
{
    expect("203.0.113.1", "203.0.113.9", false, "",
           "The same resolver as Sotto's: its name servers are asked from 203.0.113.9.");
}

static void test_another_network_of_the_same(void)
{
    expect("203.0.113.1", "198.51.100.9", true, "",
           "The same resolver as Sotto's, which asks from more than one network: 198.51.100.9 and "
           "203.0.113.1.");
}

static void test_somebody_else(void)
{
    expect("203.0.113.1", "198.51.100.9", false, "answered-elsewhere",
           "Somebody else than Quad9: name servers are asked from 198.51.100.9, not from "
           "203.0.113.1.");
}

static void test_not_known(void)
{
    static const char sentence[] =
        "The names that would tell did not answer, so this is not known.";
    expect(NULL, "198.51.100.9", false, "unknown", sentence);
    expect("203.0.113.1", NULL, true, "unknown", sentence);
}

static void expect_report(const HijackMemory *memory, const char *text)
{
    g_autoptr(GVariant) report = g_variant_ref_sink(hijack_memory_report(memory));
    GVariantDict entries;
    g_variant_dict_init(&entries, report);
    const char *network, *code, *detail;
    gint64 time_s;
    g_assert_true(g_variant_dict_lookup(&entries, "network", "&s", &network));
    g_assert_true(g_variant_dict_lookup(&entries, "code", "&s", &code));
    g_assert_true(g_variant_dict_lookup(&entries, "detail", "&s", &detail));
    g_assert_true(g_variant_dict_lookup(&entries, "time", "x", &time_s));
    g_autofree char *all =
        g_strdup_printf("%" G_GINT64_FORMAT " %s [%s] %s", time_s, network, code, detail);
    g_assert_cmpstr(all, ==, text);
    g_variant_dict_clear(&entries);
}

static void test_memory_keeps_the_last(void)
{
    HijackMemory *memory = hijack_memory_new();
    g_assert_null(hijack_memory_report(memory));
    hijack_memory_keep(memory, &(HijackFinding){"", (char *)"The same."}, "Home", 100);
    hijack_memory_keep(memory, &(HijackFinding){"answered-elsewhere", (char *)"Another."}, "Hotel",
                       200);
    expect_report(memory, "200 Hotel [answered-elsewhere] Another.");
    hijack_memory_keep(memory, &(HijackFinding){HIJACK_UNKNOWN, (char *)"?"}, "Hotel", 300);
    expect_report(memory, "200 Hotel [answered-elsewhere] Another.");
    hijack_memory_free(memory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hijack/same-network", test_same_network);
    g_test_add_func("/hijack/another-network-of-the-same", test_another_network_of_the_same);
    g_test_add_func("/hijack/somebody-else", test_somebody_else);
    g_test_add_func("/hijack/not-known", test_not_known);
    g_test_add_func("/hijack/memory-keeps-the-last", test_memory_keeps_the_last);
    return g_test_run();
}
