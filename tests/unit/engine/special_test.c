/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "special.h"

#include "message.h"

#include <glib.h>

#define IPV4_MAPPED "f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa"
#define ZEROS_28    "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."

static void expect(const char *text, SpecialKind kind, const char *zone)
{
    char found[NAME_MAX_TEXT];
    Name name, suffix = {0};
    Special special;

    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    special = special_find(&name, RRTYPE_PTR);
    g_test_message("%s", text);
    g_assert_cmpint(special.kind, ==, kind);
    if (kind == SPECIAL_NONE)
        return;
    g_assert_nonnull(special.why);
    suffix.length = (uint8_t)(name.length - special.zone);
    memcpy(suffix.wire, name.wire + special.zone, suffix.length);
    g_assert_cmpstr(name_format(&suffix, found), ==, zone);
}

static void private_ranges_are_local(void)
{
    expect("1.10.in-addr.arpa", SPECIAL_LOCAL, "10.in-addr.arpa");
    expect("9.8.31.172.in-addr.arpa", SPECIAL_LOCAL, "31.172.in-addr.arpa");
    expect("9.8.168.192.in-addr.arpa", SPECIAL_LOCAL, "168.192.in-addr.arpa");
    expect("9.8.127.100.in-addr.arpa", SPECIAL_LOCAL, "127.100.in-addr.arpa");
    expect("53.53.19.198.in-addr.arpa", SPECIAL_LOCAL, "19.198.in-addr.arpa");
    expect("1.254.169.in-addr.arpa", SPECIAL_LOCAL, "254.169.in-addr.arpa");
    expect("1.0.b.E.F.ip6.arpa", SPECIAL_LOCAL, "b.E.F.ip6.arpa");
    expect("1.0.c.f.ip6.arpa", SPECIAL_LOCAL, "c.f.ip6.arpa");
    expect("1.0.c.E.F.ip6.arpa", SPECIAL_LOCAL, "c.E.F.ip6.arpa");
    expect("1.0.0.0.1.0.0.0.b.9.f.f.4.6.0.0.ip6.arpa", SPECIAL_LOCAL,
           "1.0.0.0.b.9.f.f.4.6.0.0.ip6.arpa");
}

static void edges_of_ranges_are_exact(void)
{
    expect("9.8.32.172.in-addr.arpa", SPECIAL_NONE, NULL);
    expect("9.8.15.172.in-addr.arpa", SPECIAL_NONE, NULL);
    expect("9.8.128.100.in-addr.arpa", SPECIAL_NONE, NULL);
    expect("9.8.63.100.in-addr.arpa", SPECIAL_NONE, NULL);
    expect("1.20.198.in-addr.arpa", SPECIAL_NONE, NULL);
    expect("172.in-addr.arpa", SPECIAL_NONE, NULL);
    expect("8.8.8.8.in-addr.arpa", SPECIAL_NONE, NULL);
    expect("7.e.f.ip6.arpa", SPECIAL_NONE, NULL);
    expect("0.0.0.0.b.9.f.f.4.6.0.0.ip6.arpa", SPECIAL_NONE, NULL); /* NAT64 of public addresses */
    expect("f.ip6.arpa", SPECIAL_NONE, NULL);
    expect("in-addr.arpa", SPECIAL_NONE, NULL);
    expect("x10.in-addr.arpa", SPECIAL_NONE, NULL);
    expect("999.in-addr.arpa", SPECIAL_NONE, NULL);
}

static void services_below_reverse_names_are_local(void)
{
    expect("b._dns-sd._udp.0.1.168.192.in-addr.arpa", SPECIAL_LOCAL, "168.192.in-addr.arpa");
    expect("lb._dns-sd._udp.local", SPECIAL_LOCAL, "local");
}

static void loopback_is_one_address(void)
{
    expect("1.0.0.127.in-addr.arpa", SPECIAL_LOOPBACK, "1.0.0.127.in-addr.arpa");
    expect("x.1.0.0.127.in-addr.arpa", SPECIAL_NOWHERE, "1.0.0.127.in-addr.arpa");
    expect("2.0.0.127.in-addr.arpa", SPECIAL_NOWHERE, "127.in-addr.arpa");
    expect("1.0.0.0." ZEROS_28 "ip6.arpa", SPECIAL_LOOPBACK, "1.0.0.0." ZEROS_28 "ip6.arpa");
    expect("0.0.0.0." ZEROS_28 "ip6.arpa", SPECIAL_NOWHERE, "0.0.0.0." ZEROS_28 "ip6.arpa");
}

static void documentation_is_nowhere(void)
{
    expect("1.2.0.192.in-addr.arpa", SPECIAL_NOWHERE, "2.0.192.in-addr.arpa");
    expect("8.b.d.0.1.0.0.2.ip6.arpa", SPECIAL_NOWHERE, "8.b.d.0.1.0.0.2.ip6.arpa");
    /* ::ffff:192.168.0.1 */
    expect("1.0.0.0.8.a.0.c." IPV4_MAPPED, SPECIAL_NOWHERE, IPV4_MAPPED);
}

static void names_of_the_internet_are_not_special(void)
{
    static const char *const names[] = {"example.com",   "local.example",
                                        "www.test",      "a.example",
                                        "ipv4only.arpa", "170.0.0.192.in-addr.arpa",
                                        "e164.arpa",     "."};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        expect(names[i], SPECIAL_NONE, NULL);
}

static void names_nobody_delegates_are_local(void)
{
    static const char *const zones[] = {"local",        "lan",     "internal", "home.arpa",
                                        "service.arpa", "home",    "corp",     "mail",
                                        "intranet",     "private", "alt",      "localdomain"};

    for (size_t i = 0; i < G_N_ELEMENTS(zones); i++) {
        g_autofree char *name = g_strdup_printf("a.B.%s", zones[i]);

        expect(name, SPECIAL_LOCAL, zones[i]);
        expect(zones[i], SPECIAL_LOCAL, zones[i]);
    }
    expect("printer", SPECIAL_LOCAL, "printer");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/special/private-ranges-are-local", private_ranges_are_local);
    g_test_add_func("/special/edges-of-ranges-are-exact", edges_of_ranges_are_exact);
    g_test_add_func("/special/services-below-reverse-names-are-local",
                    services_below_reverse_names_are_local);
    g_test_add_func("/special/loopback-is-one-address", loopback_is_one_address);
    g_test_add_func("/special/documentation-is-nowhere", documentation_is_nowhere);
    g_test_add_func("/special/names-of-the-internet-are-not-special",
                    names_of_the_internet_are_not_special);
    g_test_add_func("/special/names-nobody-delegates-are-local", names_nobody_delegates_are_local);
    return g_test_run();
}
