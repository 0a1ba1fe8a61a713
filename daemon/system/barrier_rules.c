/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of the kernel's packet filter that belongs to a socket.
 *
 * NFT_TABLE_F_OWNER makes the kernel delete the table when the netlink socket that made it is
 * closed, so nothing can survive the process, however it ends. A routing rule for port 53 would do
 * without a filter, but a program that bound its socket to a link (as systemd-resolved does) is
 * sent on to that link where routing says "unreachable".
 *
 * What is sent, in one batch (linux/netfilter/nf_tables.h; the same as nft(8) makes of it):
 *
 *     table inet sotto { flags owner
 *         chain out { type filter hook output priority 0; policy accept;
 *             meta skuid != USER oif != 1 meta l4proto udp th dport 53 drop
 *             meta skuid != USER oif != 1 meta l4proto tcp th dport 53 drop } }
 *
 * Link 1 is always the loopback. Numbers of the protocol are big-endian; what "meta" loads is as
 * the kernel has it in memory.
 */
#include "barrier_rules.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef NFT_TABLE_F_OWNER
#define NFT_TABLE_F_OWNER 2
#endif

#define TABLE          "sotto"
#define CHAIN          "out"
#define LINK_LOOPBACK  1
#define PORT_OFFSET    2 /* of the destination port, in UDP's and TCP's header */
#define PORT_DNS       53
#define NFT(message)   (NFNL_SUBSYS_NFTABLES << 8 | (message))
#define REPLY_CAPACITY 4096

/* Grows by the fixed messages below, whose sizes are known: they fit. */
typedef struct Batch {
    size_t length, message; /* of all; where the current message begins */
    uint32_t sequence;
    _Alignas(4) uint8_t bytes[2048];
} Batch;

static void *extend(Batch *batch, size_t size)
{
    void *place = batch->bytes + batch->length;
    batch->length += NLMSG_ALIGN(size);
    return place;
}

static void begin(Batch *batch, int type, int flags, int family, int resource)
{
    batch->message = batch->length;
    struct nlmsghdr *header = extend(batch, sizeof *header);
    *header = (struct nlmsghdr){.nlmsg_type = (uint16_t)type,
                                .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
                                .nlmsg_seq = ++batch->sequence};
    struct nfgenmsg *general = extend(batch, sizeof *general);
    *general = (struct nfgenmsg){.nfgen_family = (uint8_t)family,
                                 .version = NFNETLINK_V0,
                                 .res_id = htons((uint16_t)resource)};
}

static void end(Batch *batch)
{
    struct nlmsghdr *header = (void *)(batch->bytes + batch->message);
    header->nlmsg_len = (uint32_t)(batch->length - batch->message);
}

static void put(Batch *batch, int type, const void *value, size_t length)
{
    struct nlattr *header = extend(batch, sizeof *header);
    *header =
        (struct nlattr){.nla_len = (uint16_t)(NLA_HDRLEN + length), .nla_type = (uint16_t)type};
    memcpy(extend(batch, length), value, length);
}

static void put_text(Batch *batch, int type, const char *text)
{
    put(batch, type, text, strlen(text) + 1);
}

static void put_number(Batch *batch, int type, uint32_t number)
{
    uint32_t big_endian = htonl(number);
    put(batch, type, &big_endian, sizeof big_endian);
}

/* An attribute that holds others, up to nest_end() of what this returns. */
static struct nlattr *nest(Batch *batch, int type)
{
    struct nlattr *header = extend(batch, sizeof *header);
    *header = (struct nlattr){.nla_type = (uint16_t)(NLA_F_NESTED | type)};
    return header;
}

static void nest_end(Batch *batch, struct nlattr *header)
{
    header->nla_len = (uint16_t)(batch->bytes + batch->length - (uint8_t *)header);
}

/* --- what a rule consists of --- */

typedef struct Expression {
    struct nlattr *element, *data;
} Expression;

static Expression expression(Batch *batch, const char *name)
{
    Expression begun = {.element = nest(batch, NFTA_LIST_ELEM)};
    put_text(batch, NFTA_EXPR_NAME, name);
    begun.data = nest(batch, NFTA_EXPR_DATA);
    return begun;
}

static void expression_end(Batch *batch, Expression *begun)
{
    nest_end(batch, begun->data);
    nest_end(batch, begun->element);
}

static void load_meta(Batch *batch, enum nft_meta_keys key)
{
    Expression load = expression(batch, "meta");
    put_number(batch, NFTA_META_KEY, key);
    put_number(batch, NFTA_META_DREG, NFT_REG_1);
    expression_end(batch, &load);
}

static void load_port(Batch *batch)
{
    Expression load = expression(batch, "payload");
    put_number(batch, NFTA_PAYLOAD_DREG, NFT_REG_1);
    put_number(batch, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
    put_number(batch, NFTA_PAYLOAD_OFFSET, PORT_OFFSET);
    put_number(batch, NFTA_PAYLOAD_LEN, sizeof(uint16_t));
    expression_end(batch, &load);
}

/* The rule ends here unless what was loaded compares like this. */
static void compare(Batch *batch, enum nft_cmp_ops how, const void *value, size_t length)
{
    Expression comparison = expression(batch, "cmp");
    put_number(batch, NFTA_CMP_SREG, NFT_REG_1);
    put_number(batch, NFTA_CMP_OP, how);
    struct nlattr *data = nest(batch, NFTA_CMP_DATA);
    put(batch, NFTA_DATA_VALUE, value, length);
    nest_end(batch, data);
    expression_end(batch, &comparison);
}

static void drop(Batch *batch)
{
    Expression verdict = expression(batch, "immediate");
    put_number(batch, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
    struct nlattr *data = nest(batch, NFTA_IMMEDIATE_DATA);
    struct nlattr *what = nest(batch, NFTA_DATA_VERDICT);
    put_number(batch, NFTA_VERDICT_CODE, NF_DROP);
    nest_end(batch, what);
    nest_end(batch, data);
    expression_end(batch, &verdict);
}

/* --- the messages --- */

static void add_table(Batch *batch)
{
    begin(batch, NFT(NFT_MSG_NEWTABLE), NLM_F_CREATE | NLM_F_ACK, NFPROTO_INET, 0);
    put_text(batch, NFTA_TABLE_NAME, TABLE);
    put_number(batch, NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
    end(batch);
}

static void add_chain(Batch *batch)
{
    begin(batch, NFT(NFT_MSG_NEWCHAIN), NLM_F_CREATE | NLM_F_ACK, NFPROTO_INET, 0);
    put_text(batch, NFTA_CHAIN_TABLE, TABLE);
    put_text(batch, NFTA_CHAIN_NAME, CHAIN);
    struct nlattr *hook = nest(batch, NFTA_CHAIN_HOOK);
    put_number(batch, NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_OUT);
    put_number(batch, NFTA_HOOK_PRIORITY, 0);
    nest_end(batch, hook);
    put_number(batch, NFTA_CHAIN_POLICY, NF_ACCEPT);
    put_text(batch, NFTA_CHAIN_TYPE, "filter");
    end(batch);
}

static void add_rule(Batch *batch, uid_t except, uint8_t protocol)
{
    uint32_t user = except, loopback = LINK_LOOPBACK;
    uint16_t port = htons(PORT_DNS);
    begin(batch, NFT(NFT_MSG_NEWRULE), NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, NFPROTO_INET, 0);
    put_text(batch, NFTA_RULE_TABLE, TABLE);
    put_text(batch, NFTA_RULE_CHAIN, CHAIN);
    struct nlattr *expressions = nest(batch, NFTA_RULE_EXPRESSIONS);
    load_meta(batch, NFT_META_SKUID);
    compare(batch, NFT_CMP_NEQ, &user, sizeof user);
    load_meta(batch, NFT_META_OIF);
    compare(batch, NFT_CMP_NEQ, &loopback, sizeof loopback);
    load_meta(batch, NFT_META_L4PROTO);
    compare(batch, NFT_CMP_EQ, &protocol, sizeof protocol);
    load_port(batch);
    compare(batch, NFT_CMP_EQ, &port, sizeof port);
    drop(batch);
    nest_end(batch, expressions);
    end(batch);
}

static void fill(Batch *batch, uid_t except)
{
    *batch = (Batch){0};
    begin(batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    end(batch);
    add_table(batch);
    add_chain(batch);
    add_rule(batch, except, IPPROTO_UDP);
    add_rule(batch, except, IPPROTO_TCP);
    begin(batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    end(batch);
}

static Status status_from_refusal(int error)
{
    /* EINVAL: a flag it does not know. */
    bool unknown = error == EOPNOTSUPP || error == EINVAL || error == EPROTONOSUPPORT ||
                   error == ENOENT || error == EAFNOSUPPORT;
    return unknown ? STATUS_UNSUPPORTED : status_from_errno(error);
}

/* All verdicts are there when send(2) returns, one or more in a datagram; no verdict is none. */
static Status read_verdicts(int fd)
{
    _Alignas(4) uint8_t bytes[REPLY_CAPACITY];
    bool heard = false;
    ssize_t length;
    while ((length = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
        for (size_t at = 0; at + NLMSG_LENGTH(sizeof(struct nlmsgerr)) <= (size_t)length;) {
            const struct nlmsghdr *header = (const void *)(bytes + at);
            const struct nlmsgerr *verdict = (const void *)(bytes + at + NLMSG_HDRLEN);
            if (header->nlmsg_type != NLMSG_ERROR || header->nlmsg_len < NLMSG_HDRLEN)
                return STATUS_IO;
            if (verdict->error != 0)
                return status_from_refusal(-verdict->error);
            heard = true;
            at += NLMSG_ALIGN(header->nlmsg_len);
        }
    }
    return heard ? STATUS_OK : STATUS_IO;
}

Status barrier_rules_open(uid_t except, int *socket_out)
{
    Batch batch;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (fd < 0)
        return status_from_refusal(errno);
    fill(&batch, except);
    Status status =
        send(fd, batch.bytes, batch.length, 0) < 0 ? status_from_refusal(errno) : read_verdicts(fd);
    if (status != STATUS_OK) {
        close(fd);
        return status;
    }
    *socket_out = fd;
    return STATUS_OK;
}
