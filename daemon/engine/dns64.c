/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS64: what a client's AAAA question is told where a name has only IPv4 addresses and the network
 * has only IPv6, with a translator between the two.
 *
 *     AAAA ──► resolver: has some ─────────────────────────────────► as it is
 *              has none, or fails ──► A ──► has some ──► made AAAA
 *                                           has none, or fails ──► what AAAA was answered
 *
 * (the second question: second_leg.c). What is made is kept in the cache like an answer, but in a
 * scope that the prefix is part of (scope.h): a network without that translator never sees it.
 *
 * Answers of routes are left alone: a VPN's names mean addresses behind the VPN, and the network's
 * own DNS makes what its names need by itself. The resolvers validate, not we, so a made answer is
 * never said to be authenticated; who wants to validate sets CD and gets what is signed (§5.5).
 */
#include "dns64.h"

#include "edns.h"

#include <string.h>

#define NO_SOA_TTL_S  600 /* §5.1.7 */
#define KNOWN_TTL_S   60  /* of ipv4only.arpa: the network may be left at any time */
#define POINTER_QNAME (0xc000 | MESSAGE_HEADER_LENGTH)
#define NIBBLE_LABELS 32
#define ALL_ADDRESSES (sizeof nat64_known_addresses / sizeof *nat64_known_addresses)

enum { RRTYPE_DNAME = 39 };

static const char why_known[] = "This name tells of the network's translator for IPv4 addresses.";
static const char why_reverse[] =
    "This is the reverse of an IPv4 address that the network's translator made an IPv6 one.";

bool dns64_is_about(const Message *asked, int route)
{
    return asked->qtype == RRTYPE_AAAA && asked->qclass == CLASS_IN && route < 0 &&
           !(asked->dnssec_ok && asked->flags & MESSAGE_CD);
}

uint32_t dns64_scope(const Engine *engine, const Message *asked, int route)
{
    return nat64_prefix_is_set(&engine->pool.nat64) && dns64_is_about(asked, route)
               ? engine->nat64_scope
               : engine_scope(engine, route);
}

/* ---- the reply to AAAA ---- */

static bool is_mapped(const uint8_t *address)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

    return memcmp(address, mapped, sizeof mapped) == 0;
}

bool dns64_lacks(const Message *reply, unsigned rcode)
{
    RecordIterator iterator = record_iterator(reply);
    Record record;

    if (rcode == RCODE_NXDOMAIN)
        return false;
    while (rcode == RCODE_NOERROR && record_next(&iterator, &record) && record.section == 1) {
        if (record.type == RRTYPE_AAAA && record.rdata_length == NAT64_IPV6_LENGTH &&
            !is_mapped(reply->wire + record.rdata))
            return false;
    }
    return true;
}

uint32_t dns64_limit_s(const Message *reply)
{
    RecordIterator iterator = record_iterator(reply);
    Record record;

    while (record_next(&iterator, &record)) {
        if (record.section == 2 && record.type == RRTYPE_SOA)
            return record.ttl;
    }
    return NO_SOA_TTL_S;
}

/* ---- the question for A, and what is made of its answer ---- */

Status dns64_query(const Message *asked, uint8_t *out, Message *query)
{
    memcpy(out, asked->wire, asked->length);
    wire_put_u16(out + asked->records - 4, RRTYPE_A);
    return message_parse(query, out, asked->length);
}

static void write_name(WireWriter *writer, const Name *name, const Message *asked)
{
    if (name_equal(name, &asked->qname))
        wire_write_u16(writer, POINTER_QNAME);
    else
        wire_write_bytes(writer, name->wire, name->length);
}

/* False when the data breaks its type's format. */
static bool write_data(WireWriter *writer, const Nat64Prefix *prefix, const Message *message,
                       const Record *record)
{
    WireReader reader = wire_reader(message->wire, message->length);
    uint8_t address[NAT64_IPV6_LENGTH];
    Name target;

    if (record->type == RRTYPE_A) {
        nat64_embed(prefix, message->wire + record->rdata, address);
        wire_write_u16(writer, sizeof address);
        wire_write_bytes(writer, address, sizeof address);
        return true;
    }
    reader.position = record->rdata;
    name_read(&reader, &target);
    if (reader.failed || reader.position != record->rdata + record->rdata_length)
        return false;
    wire_write_u16(writer, target.length);
    wire_write_bytes(writer, target.wire, target.length);
    return true;
}

/* Records that have a place in what is made; `*addresses` counts those that are the point of it. */
static bool is_useful(const Nat64Prefix *prefix, const Message *message, const Record *record,
                      unsigned *addresses)
{
    if (record->rrclass != CLASS_IN)
        return false;
    if (record->type == RRTYPE_CNAME || record->type == RRTYPE_DNAME)
        return true;
    if (record->type != RRTYPE_A || record->rdata_length != NAT64_IPV4_LENGTH ||
        !nat64_may_embed(prefix, message->wire + record->rdata))
        return false;
    (*addresses)++;
    return true;
}

Status dns64_make(const Nat64Prefix *prefix, const Message *asked, const Answer *ipv4,
                  uint32_t limit_s, uint8_t *out, size_t capacity, Message *made)
{
    WireWriter writer = wire_writer(out, capacity);
    unsigned count = 0, addresses = 0;
    Message message;
    Record record;
    Status status = message_parse(&message, ipv4->wire, ipv4->length);
    RecordIterator iterator = record_iterator(&message);

    if (status != STATUS_OK || ipv4->rcode != RCODE_NOERROR)
        return status != STATUS_OK ? status : STATUS_MISMATCH;
    wire_write_u16(&writer, asked->id);
    wire_write_u16(&writer, (uint16_t)(message.flags & ~(MESSAGE_AD | MESSAGE_TC)));
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 6);
    wire_write_bytes(&writer, asked->wire + MESSAGE_HEADER_LENGTH,
                     asked->records - MESSAGE_HEADER_LENGTH);
    while (record_next(&iterator, &record) && record.section == 1) {
        WireReader owner_reader = wire_reader(message.wire, message.length);
        Name owner;

        if (!is_useful(prefix, &message, &record, &addresses))
            continue;
        owner_reader.position = record.offset;
        name_read(&owner_reader, &owner);
        write_name(&writer, &owner, asked);
        wire_write_u16(&writer, record.type == RRTYPE_A ? RRTYPE_AAAA : record.type);
        wire_write_u16(&writer, CLASS_IN);
        wire_write_u32(&writer, MIN(answer_current_ttl(ipv4, &record), limit_s));
        if (!write_data(&writer, prefix, &message, &record))
            return STATUS_MALFORMED;
        count++;
    }
    if (writer.failed || addresses == 0)
        return writer.failed ? STATUS_NO_SPACE : STATUS_MISMATCH;
    wire_put_u16(out + 6, (uint16_t)count);
    return message_parse(made, out, writer.position);
}

/* ---- names that tell of the translator ---- */

static int nibble(const uint8_t *label)
{
    return label[0] == 1 ? g_ascii_xdigit_value((char)label[1]) : -1;
}

/* The address that exactly this name of ip6.arpa is the reverse of (RFC 3596 §2.5). */
static bool read_reverse(const Name *name, uint8_t address[NAT64_IPV6_LENGTH])
{
    static const uint8_t suffix[] = "\003ip6\004arpa";
    uint8_t lower[NAME_MAX_WIRE];

    if (name->length != 2 * NIBBLE_LABELS + sizeof suffix)
        return false;
    name_lower(name, lower);
    if (memcmp(lower + 2 * NIBBLE_LABELS, suffix, sizeof suffix) != 0)
        return false;
    for (size_t i = 0; i < NAT64_IPV6_LENGTH; i++) {
        const uint8_t *labels = lower + 2 * (NIBBLE_LABELS - 2 - 2 * i);
        int low = nibble(labels), high = nibble(labels + 2);

        if (low < 0 || high < 0)
            return false;
        address[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool write_reverse4(const uint8_t v4[NAT64_IPV4_LENGTH], Name *name)
{
    g_autofree char *text = g_strdup_printf("%u.%u.%u.%u.in-addr.arpa", v4[3], v4[2], v4[1], v4[0]);

    return name_parse(text, name) == STATUS_OK;
}

static void give(Verdict *verdict, uint16_t type, const void *data, size_t length, size_t count)
{
    verdict->answered = true;
    verdict->reason = VERDICT_SPECIAL;
    verdict->why = why_known;
    verdict->reply = (ReplyContent){.rcode = RCODE_NOERROR,
                                    .type = type,
                                    .data = data,
                                    .data_length = length,
                                    .count = count,
                                    .ttl_s = KNOWN_TTL_S,
                                    .ede = EDE_NONE};
}

/* ipv4only.arpa, and what is below it. */
static void judge_known(const Engine *engine, const Message *query, Verdict *verdict)
{
    uint8_t above = (uint8_t)(query->qname.length - nat64_known_name.length);

    if (above == 0 && query->qtype == RRTYPE_A) {
        give(verdict, RRTYPE_A, nat64_known_addresses, NAT64_IPV4_LENGTH, ALL_ADDRESSES);
    } else if (above == 0 && query->qtype == RRTYPE_AAAA) {
        give(verdict, RRTYPE_AAAA, engine->nat64_known, NAT64_IPV6_LENGTH, ALL_ADDRESSES);
    } else {
        give(verdict, query->qtype, NULL, 0, 0);
        verdict->reply.rcode = above == 0 ? RCODE_NOERROR : RCODE_NXDOMAIN;
        verdict->reply.negative = true;
        verdict->reply.zone = above;
    }
}

static bool is_known(const uint8_t v4[NAT64_IPV4_LENGTH])
{
    return memcmp(v4, nat64_known_addresses[0], NAT64_IPV4_LENGTH) == 0 ||
           memcmp(v4, nat64_known_addresses[1], NAT64_IPV4_LENGTH) == 0;
}

void dns64_judge(const Engine *engine, const Message *query, Verdict *verdict)
{
    uint8_t v6[NAT64_IPV6_LENGTH], v4[NAT64_IPV4_LENGTH];
    bool settled = verdict->route >= 0 || verdict->reason == VERDICT_KIND ||
                   verdict->reason == VERDICT_BLOCKED || verdict->reason == VERDICT_CLOAKED;

    if (settled)
        return;
    if (name_is_under(&query->qname, &nat64_known_name)) {
        judge_known(engine, query, verdict);
        return;
    }
    if (query->qtype != RRTYPE_PTR || !read_reverse(&query->qname, v6) ||
        !nat64_extract(&engine->pool.nat64, v6, v4))
        return;
    if (is_known(v4))
        give(verdict, RRTYPE_PTR, nat64_known_name.wire, nat64_known_name.length, 1);
    else if (write_reverse4(v4, &verdict->made_alias))
        rules_judge_alias(engine->plan, engine->rules, query, &verdict->made_alias, why_reverse,
                          verdict);
}
