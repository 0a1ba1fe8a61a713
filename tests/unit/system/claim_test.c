/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claim.h"

#include "network_namespace.h"
#include "tun.h"

#include <string.h>
#include <sys/socket.h>

/* Whether a datagram to `text` arrives at a socket that is bound to it. */
static bool arrives(const char *text)
{
    Address address;
    char word[8] = "";
    int on = 1;
    int server, client;

    g_assert_cmpint(address_parse(text, 53535, &address), ==, STATUS_OK);
    server = socket(address.socket.any.sa_family, SOCK_DGRAM, 0);
    client = socket(address.socket.any.sa_family, SOCK_DGRAM, 0);
    g_assert_cmpint(setsockopt(server, IPPROTO_IP, IP_FREEBIND, &on, sizeof on), ==, 0);
    g_assert_cmpint(bind(server, &address.socket.any, address_length(&address)), ==, 0);
    (void)sendto(client, "word", 4, 0, &address.socket.any, address_length(&address));
    (void)recv(server, word, sizeof word - 1, MSG_DONTWAIT);
    close(server);
    close(client);
    return strcmp(word, "word") == 0;
}

static void claim(const char *text)
{
    Address address;

    g_assert_cmpint(address_parse(text, 53, &address), ==, STATUS_OK);
    g_assert_cmpint(claim_address(&address, tun_interface()), ==, STATUS_OK);
}

static int open_tun(void)
{
    int fd = -1;

    if (!network_namespace_enter())
        return -1;
    if (!network_namespace_run("ip link set lo up") || tun_open(&fd) != STATUS_OK)
        g_test_skip("no TUN device can be made here");
    return fd;
}

static void test_claimed_is_local(gconstpointer text)
{
    int tun = open_tun();

    if (tun < 0)
        return;
    g_assert_false(arrives(text));
    claim(text);
    g_assert_true(arrives(text));
    close(tun);
    g_assert_false(arrives(text));
}

static void test_claim_twice(void)
{
    int tun = open_tun();

    if (tun < 0)
        return;
    claim("198.19.53.53");
    claim("198.19.53.53");
    close(tun);
}

static void test_no_such_link(void)
{
    int tun = open_tun();
    Address address;

    if (tun < 0)
        return;
    g_assert_cmpint(address_parse("198.19.53.53", 53, &address), ==, STATUS_OK);
    g_assert_cmpint(claim_address(&address, 9999), ==, STATUS_UNREACHABLE);
    close(tun);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/claim/ipv4-is-local-while-device-lives", "198.19.53.53",
                         test_claimed_is_local);
    g_test_add_data_func("/claim/ipv6-is-local-while-device-lives", "fd53:6f74:746f::53",
                         test_claimed_is_local);
    g_test_add_func("/claim/twice-is-no-error", test_claim_twice);
    g_test_add_func("/claim/no-such-link-is-an-error", test_no_such_link);
    return g_test_run();
}
