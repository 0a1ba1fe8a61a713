/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules in a network of the test's own, with the real packet filter. */
#include "barrier_rules.h"

#include "network_namespace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#define SOMEBODY 12345 /* not who runs the test */
#define FAR4     "192.0.2.9"
#define FAR6     "2001:db8::9"

typedef struct Destination {
    const char *host;
    uint16_t port;
    const char *link; /* the socket is bound to it; NULL not */
} Destination;

static int enter(uid_t except)
{
    int rules = -1;
    if (!network_namespace_enter())
        return -1;
    if (!network_namespace_run("ip link add far0 type veth peer name far1") ||
        !network_namespace_run("ip address add 192.0.2.1/24 dev far0") ||
        !network_namespace_run("ip address add 2001:db8::1/64 dev far0 nodad") ||
        !network_namespace_run("ip link set lo up") ||
        !network_namespace_run("ip link set far0 up") ||
        !network_namespace_run("ip link set far1 up")) {
        g_test_skip("no link can be made here");
        return -1;
    }
    Status status = barrier_rules_open(except, &rules);
    if (status == STATUS_UNSUPPORTED)
        g_test_skip("this kernel has no tables with an owner");
    else
        g_assert_cmpint(status, ==, STATUS_OK);
    return rules;
}

/* Whether the packet filter lets a datagram go. */
static bool leaves(const Destination *to)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(to->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(to->port)};
    bool is_v4 = inet_pton(AF_INET, to->host, &v4.sin_addr) == 1;
    if (!is_v4)
        g_assert_cmpint(inet_pton(AF_INET6, to->host, &v6.sin6_addr), ==, 1);
    int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (to->link != NULL)
        g_assert_cmpint(
            setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, to->link, (socklen_t)strlen(to->link)), ==,
            0);
    errno = 0;
    ssize_t sent = is_v4 ? sendto(fd, "?", 1, 0, (struct sockaddr *)&v4, sizeof v4)
                         : sendto(fd, "?", 1, 0, (struct sockaddr *)&v6, sizeof v6);
    g_assert_true(sent == 1 || errno == EPERM);
    close(fd);
    return sent == 1;
}

static void test_held_back(gconstpointer data)
{
    const Destination *to = data;
    int rules = enter(SOMEBODY);
    if (rules < 0)
        return;
    g_assert_false(leaves(to));
    close(rules);
    g_assert_true(leaves(to)); /* with the socket the rules are gone */
}

static void test_let_through(gconstpointer data)
{
    int rules = enter(SOMEBODY);
    if (rules < 0)
        return;
    g_assert_true(leaves(data));
    close(rules);
}

/* Whether the first packet of a connection reaches the other end of the link. */
static bool connects(void)
{
    struct sockaddr_in far = {.sin_family = AF_INET, .sin_port = htons(53)};
    struct sockaddr_ll end = {.sll_family = AF_PACKET,
                              .sll_protocol = htons(ETH_P_IP),
                              .sll_ifindex = (int)if_nametoindex("far1")};
    struct timeval patience = {.tv_usec = 200000};
    uint8_t frame[128];
    int wire = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(wire, (struct sockaddr *)&end, sizeof end), ==, 0);
    g_assert_cmpint(setsockopt(wire, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), ==, 0);
    g_assert_cmpint(inet_pton(AF_INET, FAR4, &far.sin_addr), ==, 1);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&far, sizeof far), ==, -1);
    bool arrived = recv(wire, frame, sizeof frame, 0) > 0;
    close(fd);
    close(wire);
    return arrived;
}

static void test_tcp(void)
{
    int rules = enter(SOMEBODY);
    if (rules < 0)
        return;
    g_assert_true(
        network_namespace_run("ip neighbour add " FAR4 " lladdr 02:00:00:00:00:09 dev far0"));
    g_assert_false(connects());
    close(rules);
    g_assert_true(connects());
}

static void test_excepted_user(void)
{
    int rules = enter(getuid());
    if (rules < 0)
        return;
    g_assert_true(leaves(&(Destination){FAR4, 53, NULL}));
    close(rules);
}

static void test_one_at_a_time(void)
{
    int rules = enter(SOMEBODY), second = -1;
    if (rules < 0)
        return;
    g_assert_cmpint(barrier_rules_open(SOMEBODY, &second), !=, STATUS_OK);
    g_assert_cmpint(second, ==, -1);
    close(rules);
    g_assert_cmpint(barrier_rules_open(SOMEBODY, &second), ==, STATUS_OK);
    close(second);
}

int main(int argc, char **argv)
{
    static const Destination dns4 = {FAR4, 53, NULL}, dns6 = {FAR6, 53, NULL},
                             bound = {FAR4, 53, "far0"}, other_port = {FAR4, 853, NULL},
                             stub = {"127.0.0.53", 53, NULL}, here6 = {"::1", 53, NULL},
                             own = {"192.0.2.1", 53, NULL};
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/barrier-rules/ipv4-is-held-back", &dns4, test_held_back);
    g_test_add_data_func("/barrier-rules/ipv6-is-held-back", &dns6, test_held_back);
    g_test_add_data_func("/barrier-rules/socket-bound-to-a-link-is-held-back", &bound,
                         test_held_back);
    g_test_add_data_func("/barrier-rules/other-ports-are-not", &other_port, test_let_through);
    g_test_add_data_func("/barrier-rules/local-stub-is-not", &stub, test_let_through);
    g_test_add_data_func("/barrier-rules/local-ipv6-is-not", &here6, test_let_through);
    g_test_add_data_func("/barrier-rules/own-address-is-not", &own, test_let_through);
    g_test_add_func("/barrier-rules/tcp-does-not-connect", test_tcp);
    g_test_add_func("/barrier-rules/excepted-user-is-let-through", test_excepted_user);
    g_test_add_func("/barrier-rules/there-is-one-at-a-time", test_one_at_a_time);
    return g_test_run();
}
