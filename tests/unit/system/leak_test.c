/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "leak.h"

#include "network_namespace.h"
#include "tun.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

typedef struct Fixture {
    Loop *loop;
    Leak *leak;
    LeakPacket last;
    bool allow;
} Fixture;

static const uint8_t question[] = {0x12, 0x34, 1,   0, 0,   1,   0,   0,   0, 0, 0, 0, 3,
                                   'w',  'w',  'w', 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1};

static ClearFlow on_packet(void *owner, const LeakPacket *packet)
{
    Fixture *fixture = owner;
    fixture->last = *packet;
    return fixture->allow ? CLEAR_NETWORK : CLEAR_LEAK;
}

static void fixture_open(Fixture *fixture, int own_interface)
{
    int fd = -1;
    fixture->loop = loop_new();
    g_assert_cmpint(leak_open(own_interface, &fd), ==, STATUS_OK);
    fixture->leak = leak_new(fixture->loop, fd, on_packet, fixture);
    g_assert_nonnull(fixture->leak);
}

static void fixture_close(Fixture *fixture)
{
    leak_free(fixture->leak);
    loop_free(fixture->loop);
}

static uint64_t count(Fixture *fixture)
{
    loop_turn(fixture->loop, 20000);
    return leak_count(fixture->leak, CLEAR_LEAK);
}

static const uint8_t certificate_request[] = {
    0,   7,   1,   0,   0,   1,   0,   0,   0,   0, 0,   0,   1,   '2', 13, 'd', 'n', 's', 'c',
    'r', 'y', 'p', 't', '-', 'c', 'e', 'r', 't', 4, 't', 'e', 's', 't', 0,  0,   16,  0,   1};

static void send_bytes_to(const char *host, uint16_t port, const uint8_t *bytes, size_t length)
{
    Address peer;
    g_assert_cmpint(address_parse(host, port, &peer), ==, STATUS_OK);
    int fd = socket(peer.socket.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(sendto(fd, bytes, length, 0, &peer.socket.any, address_length(&peer)), ==,
                    length);
    close(fd);
}

static void send_to(int type, const char *host, uint16_t port)
{
    Address peer;
    g_assert_cmpint(address_parse(host, port, &peer), ==, STATUS_OK);
    int fd = socket(peer.socket.any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connect(fd, &peer.socket.any, address_length(&peer)) == 0)
        g_assert_cmpint(send(fd, question, sizeof(question), 0), ==, sizeof(question));
    close(fd);
}

/* Two ends in the one namespace; the far one's addresses are never answered, only the packet's
 * leaving matters. */
static void add_link(const char *name)
{
    g_autofree char *add =
        g_strdup_printf("sh -c 'ip link add %s type veth peer name %s-far && ip link set %s up && "
                        "ip link set %s-far up && ip addr add 203.0.113.1/24 dev %s && "
                        "ip -6 addr add 2001:db8::1/64 dev %s nodad && "
                        "ip neigh add 203.0.113.9 lladdr 02:00:00:00:00:09 dev %s && "
                        "ip neigh add 2001:db8::9 lladdr 02:00:00:00:00:09 dev %s'",
                        name, name, name, name, name, name, name, name);
    g_assert_true(network_namespace_run(add));
}

static void test_wire(void)
{
    if (!network_namespace_enter())
        return;
    g_assert_true(network_namespace_run("ip link set lo up"));
    Fixture fixture = {0};
    fixture_open(&fixture, 0);

    /* a link that appears after the counter began */
    add_link("up0");
    send_to(SOCK_DGRAM, "203.0.113.9", 53);
    g_assert_cmpuint(count(&fixture), ==, 1);
    g_assert_cmpint(fixture.last.interface, ==, if_nametoindex("up0"));
    char text[ADDRESS_MAX_TEXT], name[NAME_MAX_TEXT];
    g_assert_cmpstr(address_format(&fixture.last.destination, text), ==, "203.0.113.9:53");
    g_assert_cmpstr(name_format(&fixture.last.name, name), ==, "www.test");

    send_to(SOCK_DGRAM, "2001:db8::9", 53);
    g_assert_cmpuint(count(&fixture), ==, 2);
    send_to(SOCK_STREAM, "203.0.113.9", 53);
    g_assert_cmpuint(count(&fixture), ==, 3);
    g_assert_true(fixture.last.tcp);
    send_to(SOCK_STREAM, "2001:db8::9", 53);
    g_assert_cmpuint(count(&fixture), ==, 4);

    /* other ports, and the loopback */
    send_to(SOCK_DGRAM, "203.0.113.9", 853);
    send_to(SOCK_STREAM, "203.0.113.9", 853);
    send_to(SOCK_DGRAM, "127.0.0.1", 53);
    g_assert_cmpuint(count(&fixture), ==, 4);

    fixture.allow = true;
    send_to(SOCK_DGRAM, "203.0.113.9", 53);
    g_assert_cmpuint(count(&fixture), ==, 4);
    fixture.allow = false;

    send_bytes_to("203.0.113.9", 8443, certificate_request, sizeof(certificate_request));
    send_bytes_to("2001:db8::9", 8443, certificate_request, sizeof(certificate_request));
    g_assert_cmpuint(count(&fixture), ==, 6);
    g_assert_cmpstr(name_format(&fixture.last.name, name), ==, "2.dnscrypt-cert.test");
    uint8_t answer[sizeof(certificate_request)];
    memcpy(answer, certificate_request, sizeof(answer));
    answer[2] = 0x81;
    send_bytes_to("203.0.113.9", 8443, answer, sizeof(answer));
    send_bytes_to("203.0.113.9", 8443, certificate_request, 26); /* "2.dnscrypt-ce" */
    g_assert_cmpuint(count(&fixture), ==, 6);

    /* the link goes and comes back under another index */
    g_assert_true(network_namespace_run("ip link del up0"));
    g_assert_cmpuint(count(&fixture), ==, 6);
    add_link("up1");
    send_to(SOCK_DGRAM, "203.0.113.9", 53);
    g_assert_cmpuint(count(&fixture), ==, 7);
    fixture_close(&fixture);

    fixture_open(&fixture, (int)if_nametoindex("up1"));
    send_to(SOCK_DGRAM, "203.0.113.9", 53);
    g_assert_cmpuint(count(&fixture), ==, 0);
    fixture_close(&fixture);
}

static void test_packet_is_read(void)
{
    uint8_t bytes[28 + sizeof(question)] = {0x45, 0, 0, 0, 0,   0,  0,   0, 64,   17, 0, 0,
                                            192,  0, 2, 1, 198, 51, 100, 7, 0x80, 0,  0, 53};
    memcpy(bytes + 28, question, sizeof(question));
    LeakPacket packet;
    char text[ADDRESS_MAX_TEXT];
    g_assert_true(leak_packet_parse(bytes, sizeof(bytes), &packet));
    g_assert_cmpstr(address_format(&packet.destination, text), ==, "198.51.100.7:53");
    g_assert_cmpstr(address_format(&packet.source, text), ==, "192.0.2.1:32768");
    g_assert_false(packet.tcp);
    g_assert_cmpuint(packet.name.length, ==, 10);
}

/* By TCP: behind a header with options and the message's length. */
static void test_name_in_a_segment_is_read(void)
{
    uint8_t bytes[20 + 32 + 2 + sizeof(certificate_request)] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6};
    char name[NAME_MAX_TEXT];
    bytes[20 + 12] = 8 << 4;
    memcpy(bytes + 20 + 32 + 2, certificate_request, sizeof(certificate_request));
    LeakPacket packet;
    g_assert_true(leak_packet_parse(bytes, sizeof(bytes), &packet));
    g_assert_true(packet.tcp);
    g_assert_cmpstr(name_format(&packet.name, name), ==, "2.dnscrypt-cert.test");
}

static void test_first_packet_of_a_connection_has_no_name(void)
{
    uint8_t bytes[20 + 20] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6};
    bytes[20 + 12] = 5 << 4;
    LeakPacket packet;
    g_assert_true(leak_packet_parse(bytes, sizeof(bytes), &packet));
    g_assert_cmpuint(packet.name.length, ==, 0);
}

static void test_short_packets_are_refused(void)
{
    uint8_t bytes[28] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17};
    LeakPacket packet;
    for (size_t length = 0; length < 24; length++)
        g_assert_false(leak_packet_parse(bytes, length, &packet));
}

static void test_name_beyond_the_packet_is_left_out(void)
{
    uint8_t bytes[28 + 14] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17};
    memcpy(bytes + 28, question, 14);
    LeakPacket packet;
    g_assert_true(leak_packet_parse(bytes, sizeof(bytes), &packet));
    g_assert_cmpuint(packet.name.length, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/leak/packet-is-read", test_packet_is_read);
    g_test_add_func("/leak/name-in-a-segment-is-read", test_name_in_a_segment_is_read);
    g_test_add_func("/leak/first-packet-of-a-connection-has-no-name",
                    test_first_packet_of_a_connection_has_no_name);
    g_test_add_func("/leak/short-packets-are-refused", test_short_packets_are_refused);
    g_test_add_func("/leak/name-beyond-the-packet-is-left-out",
                    test_name_beyond_the_packet_is_left_out);
    g_test_add_func("/leak/counts-what-leaves-by-a-link", test_wire);
    return g_test_run();
}
