/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The leak counter.
 *
 * An AF_PACKET socket bound to every link sees packets on their way out. The classic BPF program
 * below lets only those to port 53 through, and DNSCrypt certificate requests, which go in clear to
 * whatever port a resolver has: an idle or well protected machine costs no wake-up. It names no
 * link, links may come and go; the loopback and our own TUN are left out.
 *
 * Offsets in the program are those of SOCK_DGRAM: 0 is the first byte of the IP header.
 *   IPv4 (RFC 791): 6 flags and fragment offset, 9 protocol, 16 destination, X = header length
 *   IPv6 (RFC 8200): 6 next header, 24 destination, 40 what follows; extension headers are not
 *   walked, no resolver library sends them
 *   UDP (RFC 768) and TCP (RFC 9293): 0 source port, 2 destination port; TCP 12 data offset, 13
 *   flags, of which SYN without ACK
 *   DNS (RFC 1035): 2 flags, 12 the name asked; by TCP two bytes of length come first. A load
 *   beyond the packet's end drops it.
 */
#include "leak.h"

#include "message.h"

#include <glib.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DNS_PORT     53
#define SNAP_LENGTH  512 /* headers and a question; a longer one is counted without its name */
#define BATCH        64  /* packets a turn, so that a flood does not hold up lookups */
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define TCP_SYN      0x02
#define TCP_ACK      0x10

struct Leak {
    LoopIo io;
    LeakJudge judge;
    void *owner;
    LeakSeen seen; /* may be NULL */
    void *seen_owner;
    uint64_t counts[CLEAR_FLOWS];
};

const char *clear_flow_name(ClearFlow flow)
{
    static const char *const names[CLEAR_FLOWS] = {
        [CLEAR_LEAK] = "leak",
        [CLEAR_NONE] = "none",
        [CLEAR_CERTIFICATE] = "certificate",
        [CLEAR_DISCOVERY] = "discovery",
        [CLEAR_NETWORK] = "network",
        [CLEAR_VPN] = "vpn",
        [CLEAR_PORTAL_CHECK] = "portal-check",
        [CLEAR_SIGN_IN] = "sign-in",
        [CLEAR_NAT64] = "nat64",
        [CLEAR_TIME] = "time",
        [CLEAR_CONSENT] = "consent",
    };
    return names[flow];
}

/* Places in the program, for its jumps: `TO(here, there)` is the number of instructions between. */
enum {
    IPV4 = 9,
    IPV6 = 13,
    IPV4_END = 16,
    TRANSPORT = 17,
    TCP_DATA = 24,
    UDP_PORT = 32,
    MESSAGE = 36,
    ACCEPT = 47,
    DROP,
    PROGRAM_LENGTH
};
#define TO(here, there) ((there) - (here)-1)
#define AUXILIARY(what) ((uint32_t)(SKF_AD_OFF + (what)))

static Status filter_attach(int fd, int own_interface)
{
    struct sock_filter program[PROGRAM_LENGTH] = {
        [0] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AUXILIARY(SKF_AD_PKTTYPE)),
        [1] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, TO(1, DROP)),
        [2] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AUXILIARY(SKF_AD_HATYPE)),
        [3] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARPHRD_LOOPBACK, TO(3, DROP), 0),
        [4] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AUXILIARY(SKF_AD_IFINDEX)),
        [5] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)own_interface, TO(5, DROP), 0),
        [6] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AUXILIARY(SKF_AD_PROTOCOL)),
        [7] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, TO(7, IPV6), 0),
        [8] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, TO(8, IPV4), TO(8, DROP)),

        /* the first fragment or the only one; A = protocol, X = header length */
        [IPV4] = BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
        [10] = BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, TO(10, DROP), 0),
        [11] = BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
        [12] = BPF_STMT(BPF_JMP | BPF_JA, TO(12, IPV4_END)),
        [IPV6] = BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, 40),
        [14] = BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
        [15] = BPF_STMT(BPF_JMP | BPF_JA, TO(15, TRANSPORT)),
        [IPV4_END] = BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),

        [TRANSPORT] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTOCOL_UDP, TO(TRANSPORT, UDP_PORT), 0),
        [18] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTOCOL_TCP, 0, TO(18, DROP)),
        [19] = BPF_STMT(BPF_LD | BPF_B | BPF_IND, 13),
        [20] = BPF_STMT(BPF_ALU | BPF_AND | BPF_K, TCP_SYN | TCP_ACK),
        [21] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TCP_SYN, 0, TO(21, TCP_DATA)),

        /* TCP to port 53: the first packet of a connection */
        [22] = BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
        [23] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DNS_PORT, TO(23, ACCEPT), TO(23, DROP)),
        /* to another port: A = where the message in a segment begins */
        [TCP_DATA] = BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
        [25] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DNS_PORT, TO(25, DROP), 0),
        [26] = BPF_STMT(BPF_LD | BPF_B | BPF_IND, 12),
        [27] = BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 2),
        [28] = BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x3c),
        [29] = BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
        [30] = BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 2),
        [31] = BPF_STMT(BPF_JMP | BPF_JA, TO(31, MESSAGE)),
        /* UDP to port 53: every packet; else A = where the message begins */
        [UDP_PORT] = BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
        [33] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DNS_PORT, TO(33, ACCEPT), 0),
        [34] = BPF_STMT(BPF_MISC | BPF_TXA, 0),
        [35] = BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 8),
        [MESSAGE] = BPF_STMT(BPF_MISC | BPF_TAX, 0),
        /* a question, not an answer, for "\0012\015dnscrypt-cert" */
        [37] = BPF_STMT(BPF_LD | BPF_B | BPF_IND, 2),
        [38] = BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x80, TO(38, DROP), 0),
        [39] = BPF_STMT(BPF_LD | BPF_W | BPF_IND, 12),
        [40] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x01320d64, 0, TO(40, DROP)),
        [41] = BPF_STMT(BPF_LD | BPF_W | BPF_IND, 16),
        [42] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x6e736372, 0, TO(42, DROP)),
        [43] = BPF_STMT(BPF_LD | BPF_W | BPF_IND, 20),
        [44] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x7970742d, 0, TO(44, DROP)),
        [45] = BPF_STMT(BPF_LD | BPF_W | BPF_IND, 24),
        [46] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x63657274, 0, TO(46, DROP)),
        [ACCEPT] = BPF_STMT(BPF_RET | BPF_K, SNAP_LENGTH),
        [DROP] = BPF_STMT(BPF_RET | BPF_K, 0),
    };
    const struct sock_fprog filter = {.len = PROGRAM_LENGTH, .filter = program};
    int set = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
    return set < 0 ? status_from_errno(errno) : STATUS_OK;
}

Status leak_open(int own_interface, int *fd)
{
    /* Protocol 0 receives nothing: the filter is in place before the first packet comes. */
    int packets = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (packets < 0)
        return errno == EAFNOSUPPORT ? STATUS_UNSUPPORTED : status_from_errno(errno);
    Status status = filter_attach(packets, own_interface);
    const struct sockaddr_ll every_link = {.sll_family = AF_PACKET,
                                           .sll_protocol = htons(ETH_P_ALL)};
    if (status == STATUS_OK &&
        bind(packets, (const struct sockaddr *)&every_link, sizeof(every_link)) < 0)
        status = status_from_errno(errno);
    if (status != STATUS_OK) {
        close(packets);
        return status;
    }
    *fd = packets;
    return STATUS_OK;
}

static void set_ipv4(Address *address, const uint8_t bytes[4])
{
    address->socket.v4.sin_family = AF_INET;
    memcpy(&address->socket.v4.sin_addr, bytes, 4);
}

static void set_ipv6(Address *address, const uint8_t bytes[16])
{
    address->socket.v6.sin6_family = AF_INET6;
    memcpy(&address->socket.v6.sin6_addr, bytes, 16);
}

static bool read_ipv4(WireReader *reader, uint8_t first, LeakPacket *packet)
{
    size_t header_length = (size_t)(first & 0x0f) * 4;
    wire_skip(reader, 8);
    packet->tcp = wire_read_u8(reader) == PROTOCOL_TCP;
    wire_skip(reader, 2);
    const uint8_t *addresses = wire_read_bytes(reader, 8);
    if (addresses == NULL || header_length < 20)
        return false;
    wire_skip(reader, header_length - 20);
    set_ipv4(&packet->source, addresses);
    set_ipv4(&packet->destination, addresses + 4);
    return true;
}

static bool read_ipv6(WireReader *reader, LeakPacket *packet)
{
    wire_skip(reader, 5);
    packet->tcp = wire_read_u8(reader) == PROTOCOL_TCP;
    wire_skip(reader, 1);
    const uint8_t *addresses = wire_read_bytes(reader, 32);
    if (addresses == NULL)
        return false;
    set_ipv6(&packet->source, addresses);
    set_ipv6(&packet->destination, addresses + 16);
    return true;
}

/* Behind the ports: what is left of the header, and the message. */
static void read_name(WireReader *reader, LeakPacket *packet)
{
    if (packet->tcp) {
        wire_skip(reader, 8);
        size_t header_length = (size_t)(wire_read_u8(reader) >> 4) * 4;
        wire_skip(reader, header_length < 20 ? SNAP_LENGTH : header_length - 13 + 2);
    } else {
        wire_skip(reader, 4);
    }
    wire_skip(reader, MESSAGE_HEADER_LENGTH);
    name_read(reader, &packet->name);
    if (reader->failed)
        packet->name.length = 0;
}

bool leak_packet_parse(const uint8_t *bytes, size_t length, LeakPacket *packet)
{
    LeakPacket read = {0};
    WireReader reader = wire_reader(bytes, length);
    uint8_t first = wire_read_u8(&reader);
    unsigned version = first >> 4;
    if (version == 4 ? !read_ipv4(&reader, first, &read) : !read_ipv6(&reader, &read))
        return false;
    address_set_port(&read.source, wire_read_u16(&reader));
    address_set_port(&read.destination, wire_read_u16(&reader));
    if (reader.failed || (version != 4 && version != 6))
        return false;
    read_name(&reader, &read);
    *packet = read;
    return true;
}

static void on_packets(void *owner, uint32_t events)
{
    Leak *leak = owner;
    for (unsigned i = 0; i < BATCH; i++) {
        uint8_t bytes[SNAP_LENGTH];
        struct sockaddr_ll link = {0};
        socklen_t link_length = sizeof(link);
        ssize_t length = recvfrom(leak->io.fd, bytes, sizeof(bytes), MSG_DONTWAIT,
                                  (struct sockaddr *)&link, &link_length);
        if (length < 0 && errno == ENETDOWN)
            continue; /* a link went down; the socket goes on with the others */
        if (length < 0)
            return;
        LeakPacket packet;
        if (!leak_packet_parse(bytes, (size_t)length, &packet))
            continue;
        packet.interface = link.sll_ifindex;
        address_set_link(&packet.source, (unsigned)link.sll_ifindex);
        address_set_link(&packet.destination, (unsigned)link.sll_ifindex);
        ClearFlow flow = leak->judge(leak->owner, &packet);
        leak->counts[flow]++;
        if (flow == CLEAR_LEAK && leak->seen != NULL)
            leak->seen(leak->seen_owner, &packet);
    }
}

Leak *leak_new(Loop *loop, int fd, LeakJudge judge, void *owner)
{
    Leak *leak = g_new0(Leak, 1);
    leak->judge = judge;
    leak->owner = owner;
    if (loop_io_open(&leak->io, loop, fd, LOOP_READ, on_packets, leak) != STATUS_OK) {
        close(fd);
        g_free(leak);
        return NULL;
    }
    return leak;
}

void leak_tell(Leak *leak, LeakSeen seen, void *owner)
{
    leak->seen = seen;
    leak->seen_owner = owner;
}

void leak_free(Leak *leak)
{
    if (leak == NULL)
        return;
    int fd = leak->io.fd;
    loop_io_clear(&leak->io);
    close(fd);
    g_free(leak);
}

uint64_t leak_count(const Leak *leak, ClearFlow flow)
{
    return leak->counts[flow];
}

const uint64_t *leak_counts(const Leak *leak)
{
    return leak != NULL ? leak->counts : NULL;
}
