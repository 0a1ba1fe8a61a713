/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a sign-in page may be connected with. */
#include "reach.h"

static void assert_reach(const char *text, gboolean refused)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);

    g_assert_nonnull(address);
    if (reach_is_refused(address) != refused)
        g_error("%s is %s", text, refused ? "not refused" : "refused");
}

static void loopback_is_refused(void)
{
    assert_reach("127.0.0.1", TRUE);
    assert_reach("127.53.0.9", TRUE);
    assert_reach("::1", TRUE);
}

static void any_is_refused(void)
{
    assert_reach("0.0.0.0", TRUE);
    assert_reach("0.1.2.3", TRUE);
    assert_reach("::", TRUE);
}

static void link_local_is_refused(void)
{
    assert_reach("169.254.169.254", TRUE);
    assert_reach("fe80::1", TRUE);
}

static void groups_are_refused(void)
{
    assert_reach("224.0.0.251", TRUE);
    assert_reach("255.255.255.255", TRUE);
    assert_reach("ff02::1", TRUE);
}

static void a_mapped_address_is_what_it_maps(void)
{
    assert_reach("::ffff:127.0.0.1", TRUE);
    assert_reach("::ffff:169.254.1.1", TRUE);
    assert_reach("::ffff:192.0.2.1", FALSE);
    assert_reach("::127.0.0.1", TRUE);
}

static void others_are_reached(void)
{
    assert_reach("192.0.2.1", FALSE);
    assert_reach("10.255.255.1", FALSE);
    assert_reach("2001:db8::1", FALSE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reach/loopback-is-refused", loopback_is_refused);
    g_test_add_func("/reach/any-is-refused", any_is_refused);
    g_test_add_func("/reach/link-local-is-refused", link_local_is_refused);
    g_test_add_func("/reach/groups-are-refused", groups_are_refused);
    g_test_add_func("/reach/mapped-address-is-what-it-maps", a_mapped_address_is_what_it_maps);
    g_test_add_func("/reach/others-are-reached", others_are_reached);
    return g_test_run();
}
