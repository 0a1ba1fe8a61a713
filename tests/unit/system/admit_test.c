/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admit.h"

#include "network_namespace.h"

#include <net/if.h>

static bool allows(Admission *admission, const char *name)
{
    return admission_allows(admission, (int)if_nametoindex(name));
}

static void test_links(void)
{
    if (!network_namespace_enter())
        return;
    g_autoptr(GString) commands = g_string_new("sh -c '");
    g_string_append(commands, "ip link add veth0 type veth peer name veth1;"
                              "ip link add inside0 type bridge; ip link set veth1 master inside0;"
                              "ip link add mixed0 type bridge;"
                              "ip link add veth2 type veth peer name veth3;"
                              "ip link set veth3 master mixed0'");
    g_assert_true(network_namespace_run(commands->str));
    Admission *admission = admission_new();
    g_assert_nonnull(admission);
    g_assert_true(allows(admission, "lo"));
    g_assert_true(allows(admission, "inside0"));
    g_assert_true(allows(admission, "mixed0"));
    g_assert_false(allows(admission, "veth0"));
    g_assert_false(admission_allows(admission, 0));
    g_assert_false(admission_allows(admission, 9999));

    /* a real port makes the whole bridge a real link; the change is noticed by itself */
    g_assert_true(network_namespace_run("ip link add link veth0 name port0 type macvlan"));
    g_assert_true(network_namespace_run("ip link set port0 master mixed0"));
    g_assert_false(allows(admission, "mixed0"));
    g_assert_true(allows(admission, "inside0"));
    g_assert_true(network_namespace_run("ip link del port0"));
    g_assert_true(allows(admission, "mixed0"));
    admission_free(admission);
}

static void test_without_netlink_only_loopback(void)
{
    g_assert_true(admission_allows(NULL, 1));
    g_assert_false(admission_allows(NULL, 2));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/admit/without-netlink-only-loopback", test_without_netlink_only_loopback);
    g_test_add_func("/admit/bridges-of-this-machine", test_links);
    return g_test_run();
}
