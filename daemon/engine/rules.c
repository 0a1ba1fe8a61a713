/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions that are decided before the cache: by what they are, or by their name.
 *
 * Special names are those whose meaning is this machine or this resolver, so that nobody else can
 * answer them rightly, and asking would tell others something:
 *   localhost, *.localhost          127.0.0.1 and ::1 (RFC 6761 §6.3), and back again
 *   127.in-addr.arpa, ::1's ip6     nothing else is there (RFC 6303 §4.2, §4.3)
 *   invalid, onion                  do not exist in DNS (RFC 6761 §6.4, RFC 7686 §2)
 *   resolver.arpa                   is about us, and we offer no encrypted access (RFC 9462 §6.4)
 *   use-application-dns.net         NXDOMAIN keeps Firefox from bypassing us
 */
#include "rules.h"

#include "edns.h"
#include "reply.h"

#include <string.h>

#define LOCALHOST_TTL_S 604800

enum { RRTYPE_IXFR = 251, RRTYPE_FIRST_META = 128, RRTYPE_LAST_META = 255 };

/* A name in wire form: a length octet in octal, then the label; the string's NUL is the root. */
#define WIRE_NAME(text)                                                                            \
    {                                                                                              \
        .length = sizeof(text), .wire = text                                                       \
    }
#define EIGHT_ZEROS "\0010\0010\0010\0010\0010\0010\0010\0010"

typedef enum Meaning { MEANS_LOCALHOST, MEANS_LOCALHOST_PTR, MEANS_US, MEANS_NOTHING } Meaning;

/* A name and what is below it; the first that fits decides. */
static const struct {
    Name suffix;
    Meaning meaning;
} special_names[] = {
    {WIRE_NAME("\011localhost"), MEANS_LOCALHOST},
    {WIRE_NAME("\0011\0010\0010\003127\007in-addr\004arpa"), MEANS_LOCALHOST_PTR},
    {WIRE_NAME("\003127\007in-addr\004arpa"), MEANS_NOTHING},
    {WIRE_NAME("\0011\0010\0010\0010\0010\0010\0010\0010" EIGHT_ZEROS EIGHT_ZEROS EIGHT_ZEROS
               "\003ip6\004arpa"),
     MEANS_LOCALHOST_PTR},
    {WIRE_NAME("\010resolver\004arpa"), MEANS_US},
    {WIRE_NAME("\007invalid"), MEANS_NOTHING},
    {WIRE_NAME("\005onion"), MEANS_NOTHING},
    {WIRE_NAME("\023use-application-dns\003net"), MEANS_NOTHING},
};

static void deny(Verdict *verdict, unsigned rcode, int ede, const char *text)
{
    verdict->kind = VERDICT_ERROR;
    verdict->rcode = rcode;
    verdict->ede = ede;
    verdict->ede_text = text;
}

static void give_address(Verdict *verdict, const uint8_t *address, size_t length)
{
    verdict->kind = VERDICT_ADDRESS;
    memcpy(verdict->address, address, length);
    verdict->address_length = length;
}

static void judge_special(Verdict *verdict, const Message *query, Meaning meaning, bool is_same)
{
    static const uint8_t loopback4[4] = {127, 0, 0, 1};
    static const uint8_t loopback6[16] = {[15] = 1};

    verdict->kind = VERDICT_NODATA;
    switch (meaning) {
    case MEANS_LOCALHOST:
        if (query->qtype == RRTYPE_A)
            give_address(verdict, loopback4, sizeof loopback4);
        else if (query->qtype == RRTYPE_AAAA)
            give_address(verdict, loopback6, sizeof loopback6);
        break;
    case MEANS_LOCALHOST_PTR:
        if (!is_same)
            deny(verdict, RCODE_NXDOMAIN, EDE_NONE, NULL);
        else if (query->qtype == RRTYPE_PTR)
            verdict->kind = VERDICT_LOCALHOST_NAME;
        break;
    case MEANS_US: /* it exists, and _dns below it, without the data asked for */
        if (!is_same && name_label_count(&query->qname) > 3)
            deny(verdict, RCODE_NXDOMAIN, EDE_NONE, NULL);
        break;
    case MEANS_NOTHING:
        deny(verdict, RCODE_NXDOMAIN, EDE_NONE, NULL);
        break;
    }
}

/* Kinds of question that a forwarder for one machine has no use for. */
static bool judge_kind(Verdict *verdict, const Message *query)
{
    if (query->has_edns && query->edns_version > 0) {
        deny(verdict, RCODE_BADVERS, EDE_NONE, NULL); /* RFC 6891 §6.1.3 */
        return true;
    }
    if (query->qclass != CLASS_IN) {
        deny(verdict, RCODE_REFUSED, EDE_PROHIBITED, "Only the Internet class is served.");
        return true;
    }
    if (query->qtype == RRTYPE_AXFR || query->qtype == RRTYPE_IXFR) {
        deny(verdict, RCODE_REFUSED, EDE_PROHIBITED, "Zone transfers are not served.");
        return true;
    }
    if (query->qtype == 0 || query->qtype == RRTYPE_OPT) {
        deny(verdict, RCODE_FORMERR, EDE_NONE, NULL);
        return true;
    }
    if (query->qtype >= RRTYPE_FIRST_META && query->qtype <= RRTYPE_LAST_META) {
        deny(verdict, RCODE_NOTIMP, EDE_NONE, NULL); /* ANY too: RFC 8482 lets us */
        return true;
    }
    return false;
}

static int find_route(const Plan *plan, const Name *name)
{
    int best = -1;

    for (size_t i = 0; i < plan->route_count; i++) {
        const Name *suffix = &plan->routes[i].suffix;

        if (name_is_under(name, suffix) &&
            (best < 0 || suffix->length > plan->routes[best].suffix.length))
            best = (int)i;
    }
    return best;
}

void rules_judge(const Plan *plan, const Message *query, Verdict *verdict)
{
    *verdict = (Verdict){.kind = VERDICT_RESOLVE, .route = -1, .ede = EDE_NONE};
    if (judge_kind(verdict, query))
        return;
    for (size_t i = 0; i < sizeof special_names / sizeof special_names[0]; i++) {
        const Name *suffix = &special_names[i].suffix;

        if (name_is_under(&query->qname, suffix)) {
            judge_special(verdict, query, special_names[i].meaning,
                          query->qname.length == suffix->length);
            return;
        }
    }
    verdict->route = find_route(plan, &query->qname);
}

/* One PTR record: owner a pointer to the question, type, class, TTL, length, name. */
static Status answer_localhost_name(const Message *query, uint8_t *out, size_t capacity,
                                    size_t *length)
{
    static const uint8_t localhost[] = "\011localhost";
    WireWriter writer = wire_writer(out, capacity);

    wire_write_bytes(&writer, query->wire, query->records); /* header and question */
    wire_write_u16(&writer, 0xc000 | MESSAGE_HEADER_LENGTH);
    wire_write_u16(&writer, RRTYPE_PTR);
    wire_write_u16(&writer, CLASS_IN);
    wire_write_u32(&writer, LOCALHOST_TTL_S);
    wire_write_u16(&writer, sizeof localhost);
    wire_write_bytes(&writer, localhost, sizeof localhost);
    if (writer.failed)
        return STATUS_NO_SPACE;
    wire_put_u16(out + 2,
                 (uint16_t)(MESSAGE_QR | MESSAGE_RA | (query->flags & (MESSAGE_RD | MESSAGE_CD))));
    wire_put_u16(out + 6, 1); /* one answer, nothing else */
    wire_put_u32(out + 8, 0);
    *length = writer.position;
    if (!query->has_edns)
        return STATUS_OK;
    return edns_append_opt(out, capacity, length, 1232, RCODE_NOERROR, query->dnssec_ok, EDE_NONE,
                           NULL);
}

Status rules_answer(const Verdict *verdict, const Message *query, uint8_t *out, size_t capacity,
                    size_t *length)
{
    switch (verdict->kind) {
    case VERDICT_ERROR:
        return reply_error(query, verdict->rcode, verdict->ede, verdict->ede_text, out, capacity,
                           length);
    case VERDICT_ADDRESS:
        return reply_address(query, verdict->address, verdict->address_length, LOCALHOST_TTL_S, out,
                             capacity, length);
    case VERDICT_LOCALHOST_NAME:
        return answer_localhost_name(query, out, capacity, length);
    case VERDICT_NODATA:
        return reply_address(query, NULL, 0, 0, out, capacity, length);
    case VERDICT_RESOLVE:
        break;
    }
    return STATUS_INVALID;
}
