/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a sign-in page may be connected with. */
#include "off_limits.h"

static void assert_off_limits(const char *text, gboolean refused)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);

    g_assert_nonnull(address);
    if (off_limits_include(address) != refused)
        g_error("%s is %s", text, refused ? "not refused" : "refused");
}

static void loopback_is_refused(void)
{
    assert_off_limits("127.0.0.1", TRUE);
    assert_off_limits("127.53.0.9", TRUE);
    assert_off_limits("::1", TRUE);
}

static void any_is_refused(void)
{
    assert_off_limits("0.0.0.0", TRUE);
    assert_off_limits("0.1.2.3", TRUE);
    assert_off_limits("::", TRUE);
}

static void link_local_is_refused(void)
{
    assert_off_limits("169.254.169.254", TRUE);
    assert_off_limits("fe80::1", TRUE);
}

static void groups_are_refused(void)
{
    assert_off_limits("224.0.0.251", TRUE);
    assert_off_limits("255.255.255.255", TRUE);
    assert_off_limits("ff02::1", TRUE);
}

static void a_mapped_address_is_what_it_maps(void)
{
    assert_off_limits("::ffff:127.0.0.1", TRUE);
    assert_off_limits("::ffff:169.254.1.1", TRUE);
    assert_off_limits("::ffff:192.0.2.1", FALSE);
    assert_off_limits("::127.0.0.1", TRUE);
}

static void others_are_reached(void)
{
    assert_off_limits("192.0.2.1", FALSE);
    assert_off_limits("10.255.255.1", FALSE);
    assert_off_limits("2001:db8::1", FALSE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/off-limits/loopback-is-refused", loopback_is_refused);
    g_test_add_func("/off-limits/any-is-refused", any_is_refused);
    g_test_add_func("/off-limits/link-local-is-refused", link_local_is_refused);
    g_test_add_func("/off-limits/groups-are-refused", groups_are_refused);
    g_test_add_func("/off-limits/mapped-address-is-what-it-maps", a_mapped_address_is_what_it_maps);
    g_test_add_func("/off-limits/others-are-reached", others_are_reached);
    return g_test_run();
}
