/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our address, before NetworkManager gives it to our device.
 *
 * Programs may ask our address earlier: after a boot resolv.conf still names it. Were it nobody's
 * then, those lookups would leave by the default route, in clear. A route of type "local" on our
 * device leads them into our sockets, where they wait. An address would do the same, but
 * NetworkManager takes a device with an address for somebody else's connection.
 *
 * The route is one message to the kernel (rtnetlink(7)) and vanishes with the device.
 */
#include "claim.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Request {
    struct nlmsghdr header;
    struct rtmsg route;
    struct rtattr interface_header;
    uint32_t interface;
    struct rtattr host_header;
    uint8_t host[16]; /* the first 4 for IPv4 */
} Request;

typedef struct Reply {
    struct nlmsghdr header;
    struct nlmsgerr verdict;
} Reply;

static void request_init(Request *request, const Address *address, int interface)
{
    bool v4 = address->socket.any.sa_family == AF_INET;
    unsigned short length = v4 ? 4 : 16;

    *request = (Request){
        .header = {.nlmsg_type = RTM_NEWROUTE,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK,
                   .nlmsg_len = (uint32_t)(offsetof(Request, host) + length)},
        .route = {.rtm_family = (unsigned char)address->socket.any.sa_family,
                  .rtm_dst_len = (unsigned char)(length * 8),
                  .rtm_table = RT_TABLE_LOCAL,
                  .rtm_protocol = RTPROT_STATIC,
                  .rtm_scope = RT_SCOPE_HOST,
                  .rtm_type = RTN_LOCAL},
        .interface_header = {.rta_type = RTA_OIF, .rta_len = RTA_LENGTH(sizeof(uint32_t))},
        .interface = (uint32_t)interface,
        .host_header = {.rta_type = RTA_DST, .rta_len = (unsigned short)RTA_LENGTH(length)},
    };
    if (v4)
        memcpy(request->host, &address->socket.v4.sin_addr, length);
    else
        memcpy(request->host, &address->socket.v6.sin6_addr, length);
}

/* The kernel answers before send(2) returns. */
static Status ask_kernel(int fd, const Request *request)
{
    Reply reply = {0};

    if (send(fd, request, request->header.nlmsg_len, 0) < 0)
        return status_from_errno(errno);
    if (recv(fd, &reply, sizeof reply, MSG_DONTWAIT) < (ssize_t)sizeof reply ||
        reply.header.nlmsg_type != NLMSG_ERROR)
        return STATUS_IO;
    if (reply.verdict.error == 0 || reply.verdict.error == -EEXIST)
        return STATUS_OK;
    return status_from_errno(-reply.verdict.error);
}

Status claim_address(const Address *address, int interface)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    Request request;
    Status status;

    if (fd < 0)
        return status_from_errno(errno);
    request_init(&request, address, interface);
    status = ask_kernel(fd, &request);
    close(fd);
    return status;
}
