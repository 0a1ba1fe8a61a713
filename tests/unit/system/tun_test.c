/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device's address, where nobody else gives it one. */
#include "tun.h"

#include "network_namespace.h"

#include <unistd.h>

static int open_tun(void)
{
    int fd = -1;

    if (!network_namespace_enter())
        return -1;
    if (tun_open(&fd) != STATUS_OK)
        g_test_skip("no TUN device can be made here");
    return fd;
}

static void test_assign(gconstpointer text)
{
    Address address;
    int tun = open_tun();

    if (tun < 0)
        return;
    g_assert_cmpint(address_parse(text, 53, &address), ==, STATUS_OK);
    if (address.socket.any.sa_family == AF_INET6 &&
        !g_file_test("/proc/net/if_inet6", G_FILE_TEST_EXISTS)) {
        g_test_skip("this kernel has no IPv6");
    } else {
        g_assert_false(tun_carries(&address));
        g_assert_cmpint(tun_assign(&address), ==, STATUS_OK);
        g_assert_true(tun_carries(&address));
        g_assert_cmpint(tun_assign(&address), ==, STATUS_OK); /* again is no error */
    }
    close(tun);
    g_assert_false(tun_carries(&address));
}

static void test_host_alone(void)
{
    Address address;
    int tun = open_tun();

    if (tun < 0)
        return;
    g_assert_cmpint(address_parse("198.19.53.53", 53, &address), ==, STATUS_OK);
    g_assert_cmpint(tun_assign(&address), ==, STATUS_OK);
    g_assert_true(network_namespace_run("sh -c 'ip -4 -o address show dev " TUN_NAME
                                        " | grep -qF 198.19.53.53/32'"));
    close(tun);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/tun/assign-4", "198.19.53.53", test_assign);
    g_test_add_data_func("/tun/assign-6", "fd53:6f74:746f::53", test_assign);
    g_test_add_func("/tun/host-alone", test_host_alone);
    return g_test_run();
}
