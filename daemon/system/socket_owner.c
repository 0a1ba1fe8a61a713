/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel's table of sockets, asked for a single one (sock_diag(7)).
 *
 * An exact request is answered within the send itself, so that reading after it never waits. The
 * kernel looks a UDP socket up as if the packet had just arrived, and has taken "source" and
 * "destination" of the request the other way round ever since (udp_dump_one in
 * net/ipv4/udp_diag.c); for TCP they are what they say. The answer is a struct inet_diag_msg,
 * attributes behind it.
 */
#include "socket_owner.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ATTRIBUTE_CGROUP_ID 21 /* INET_DIAG_CGROUP_ID, in the kernel's headers since 5.8 */
#define ANSWER_LENGTH       4096

typedef struct Request {
    struct nlmsghdr header;
    struct inet_diag_req_v2 socket;
} Request;

typedef union Answer {
    struct nlmsghdr header;
    uint8_t bytes[ANSWER_LENGTH];
} Answer;

Status socket_owner_open(int *fd)
{
    int opened = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
    if (opened < 0)
        return errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT ? STATUS_UNSUPPORTED
                                                                 : status_from_errno(errno);
    *fd = opened;
    return STATUS_OK;
}

static void copy_host(const Address *address, __be32 host[4])
{
    if (address->socket.any.sa_family == AF_INET6)
        memcpy(host, &address->socket.v6.sin6_addr, 16);
    else
        memcpy(host, &address->socket.v4.sin_addr, 4);
}

static Request make_request(const LeakPacket *packet)
{
    const Address *first = packet->tcp ? &packet->source : &packet->destination;
    const Address *second = packet->tcp ? &packet->destination : &packet->source;
    Request request = {
        .header = {.nlmsg_len = sizeof(request),
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST},
        .socket = {.sdiag_family = (uint8_t)packet->source.socket.any.sa_family,
                   .sdiag_protocol = packet->tcp ? IPPROTO_TCP : IPPROTO_UDP,
                   .idiag_states = UINT32_MAX},
    };
    struct inet_diag_sockid *id = &request.socket.id;
    copy_host(first, id->idiag_src);
    copy_host(second, id->idiag_dst);
    id->idiag_sport = htons(address_port(first));
    id->idiag_dport = htons(address_port(second));
    id->idiag_if = (uint32_t)packet->interface;
    id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return request;
}

static uint64_t read_cgroup(const Answer *answer)
{
    size_t offset = NLMSG_SPACE(sizeof(struct inet_diag_msg));
    while (offset + sizeof(struct nlattr) <= answer->header.nlmsg_len) {
        struct nlattr attribute;
        uint64_t id;
        memcpy(&attribute, answer->bytes + offset, sizeof(attribute));
        size_t end = offset + attribute.nla_len;
        if (attribute.nla_len < sizeof(attribute) || end > answer->header.nlmsg_len)
            return 0;
        if (attribute.nla_type == ATTRIBUTE_CGROUP_ID &&
            attribute.nla_len == NLA_HDRLEN + sizeof(id)) {
            memcpy(&id, answer->bytes + offset + NLA_HDRLEN, sizeof(id));
            return id;
        }
        offset += NLA_ALIGN(attribute.nla_len);
    }
    return 0;
}

bool socket_owner_find(int fd, const LeakPacket *packet, SocketOwner *owner)
{
    const Request request = make_request(packet);
    Answer answer;
    if (send(fd, &request, sizeof(request), MSG_DONTWAIT) != sizeof(request))
        return false;
    ssize_t length = recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);
    if (length < (ssize_t)NLMSG_SPACE(sizeof(struct inet_diag_msg)) ||
        answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY || answer.header.nlmsg_len > (size_t)length)
        return false;
    struct inet_diag_msg socket;
    memcpy(&socket, NLMSG_DATA(&answer.header), sizeof(socket));
    if (socket.idiag_inode == 0) /* closed; what is left of it belongs to nobody */
        return false;
    *owner = (SocketOwner){.cgroup = read_cgroup(&answer), .uid = socket.idiag_uid};
    return true;
}
