/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "socket_owner.h"

#include "control_group.h"

#include <glib.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sockets of our own, on the loopback: whoever sends is found the same way there. */

static Address parse(const char *text)
{
    Address address;
    g_assert_cmpint(address_parse(text, 0, &address), ==, STATUS_OK);
    return address;
}

static int open_to(int type, const Address *peer, bool connected)
{
    int fd = socket(peer->socket.any.sa_family, type | SOCK_CLOEXEC, 0);
    if (connected)
        g_assert_cmpint(connect(fd, &peer->socket.any, address_length(peer)), ==, 0);
    else
        g_assert_cmpint(sendto(fd, "", 0, 0, &peer->socket.any, address_length(peer)), ==, 0);
    return fd;
}

/* What the packet of this socket's says of where it comes from. */
static LeakPacket packet_of(int fd, const Address *peer, const char *host, bool tcp)
{
    LeakPacket packet = {.source = parse(host), .destination = *peer, .interface = 1, .tcp = tcp};
    Address own = {0};
    socklen_t length = sizeof(own.socket);
    g_assert_cmpint(getsockname(fd, &own.socket.any, &length), ==, 0);
    address_set_port(&packet.source, address_port(&own));
    return packet;
}

static bool find(const LeakPacket *packet, SocketOwner *owner)
{
    int diag = -1;
    g_assert_cmpint(socket_owner_open(&diag), ==, STATUS_OK);
    bool found = socket_owner_find(diag, packet, owner);
    close(diag);
    return found;
}

static void expect_ours(int fd, const Address *peer, const char *host, bool tcp)
{
    const LeakPacket packet = packet_of(fd, peer, host, tcp);
    SocketOwner owner = {.uid = 12345};
    g_assert_true(find(&packet, &owner));
    g_assert_cmpuint(owner.uid, ==, getuid());
    close(fd);
    g_assert_false(find(&packet, &owner));
}

static void test_udp(void)
{
    const Address peer = parse("127.0.0.1:9");
    expect_ours(open_to(SOCK_DGRAM, &peer, true), &peer, "127.0.0.1", false);
}

static void test_udp_not_connected(void)
{
    const Address peer = parse("127.0.0.1:9");
    expect_ours(open_to(SOCK_DGRAM, &peer, false), &peer, "127.0.0.1", false);
}

static void test_udp_of_ipv6(void)
{
    const Address peer = parse("[::1]:9");
    expect_ours(open_to(SOCK_DGRAM, &peer, true), &peer, "::1", false);
}

static void test_ipv4_by_a_socket_of_ipv6(void)
{
    const Address peer = parse("127.0.0.1:9"), mapped = parse("[::ffff:127.0.0.1]:9");
    expect_ours(open_to(SOCK_DGRAM, &mapped, true), &peer, "127.0.0.1", false);
}

static void test_tcp(void)
{
    Address server = parse("127.0.0.1:0");
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t length = address_length(&server);
    g_assert_cmpint(bind(listener, &server.socket.any, length), ==, 0);
    g_assert_cmpint(listen(listener, 1), ==, 0);
    g_assert_cmpint(getsockname(listener, &server.socket.any, &length), ==, 0);
    int fd = open_to(SOCK_STREAM, &server, true);
    const LeakPacket packet = packet_of(fd, &server, "127.0.0.1", true);
    SocketOwner owner = {.uid = 12345};
    g_assert_true(find(&packet, &owner));
    g_assert_cmpuint(owner.uid, ==, getuid());
    close(fd);
    close(listener);
}

/* "0::/…" is our own group, where there is such a tree. */
static void test_control_group(void)
{
    g_autofree char *groups = NULL;
    g_assert_true(g_file_get_contents("/proc/self/cgroup", &groups, NULL, NULL));
    const char *own = strstr(groups, "0::");
    if (own == NULL) {
        g_test_skip("there are no control groups of the second kind here");
        return;
    }
    g_autofree char *path = g_strndup(own + 3, strcspn(own + 3, "\n"));
    const Address peer = parse("127.0.0.1:9");
    int fd = open_to(SOCK_DGRAM, &peer, true);
    const LeakPacket packet = packet_of(fd, &peer, "127.0.0.1", false);
    SocketOwner owner = {0};
    char *found = NULL;
    g_assert_true(find(&packet, &owner));
    close(fd);
    control_group_find(control_group_root(), &owner.cgroup, 1, &found);
    g_assert_cmpstr(found, ==, path);
    g_free(found);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/socket-owner/udp", test_udp);
    g_test_add_func("/socket-owner/udp-not-connected", test_udp_not_connected);
    g_test_add_func("/socket-owner/udp-of-ipv6", test_udp_of_ipv6);
    g_test_add_func("/socket-owner/ipv4-by-a-socket-of-ipv6", test_ipv4_by_a_socket_of_ipv6);
    g_test_add_func("/socket-owner/tcp", test_tcp);
    g_test_add_func("/socket-owner/control-group", test_control_group);
    return g_test_run();
}
