/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Records, by type:
 *
 *   A     [place] [3 octets of hash]
 *   AAAA  20 01 0d b8 [place] [3 of hash] [4: second it was made] [4 of hash]
 *   TXT   1 string of 12: [4: second it was made] [8 of hash]
 *
 * `place` is 80 for what is true everywhere. The hash is of lower-case name, type and place. A TTL
 * is one of a few, by name and type.
 */
#include "truth.h"

#include "edns.h"
#include "nat64.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

enum {
    EVERYWHERE = 80,   /* as the first octet of an address: one of the internet's */
    BULK_TYPE = 65280, /* for private use (RFC 6895 §3.1) */
    BULK = 1900,
    NEGATIVE_TTL_S = 20,
    STALE_TTL_S = 30,
};

void truth_name(char letter, unsigned number, const char *zone, Name *name)
{
    g_autofree char *text = g_strdup_printf("%c%u.%s", letter, number, zone);

    g_assert_cmpint(name_parse(text, name), ==, STATUS_OK);
}

static bool is_under(const Name *name, const char *text)
{
    Name zone;

    return name_parse(text, &zone) == STATUS_OK && name_is_under(name, &zone);
}

bool truth_is_local(const Name *name)
{
    return is_under(name, "home.arpa");
}

unsigned truth_place(const Name *name)
{
    static const char *const zones[] = {"net1.home.arpa", "net2.home.arpa", "net3.home.arpa"};

    for (unsigned i = 0; i < G_N_ELEMENTS(zones); i++) {
        if (is_under(name, zones[i]))
            return i + 1;
    }
    return 0;
}

bool truth_is_blocked(const Name *name)
{
    return is_under(name, "blocked.test");
}

static char letter_of(const Name *name)
{
    return name->length > 1 ? g_ascii_tolower((char)name->wire[1]) : 'x';
}

bool truth_is_unanswerable(const Name *name)
{
    return letter_of(name) == 's';
}

static uint64_t hash_of(const Name *name, uint16_t type, unsigned place)
{
    uint8_t lower[NAME_MAX_WIRE];
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ ((uint64_t)type << 32 | place);

    name_lower(name, lower);
    for (size_t i = 0; i < name->length; i++)
        hash = (hash ^ lower[i]) * UINT64_C(0x100000001b3);
    hash = (hash ^ (hash >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
    return hash ^ (hash >> 32);
}

static uint32_t ttl_of(const Name *name, uint16_t type)
{
    static const uint32_t ttls[] = {2, 5, 30, TRUTH_TTL_MAX};

    return ttls[(hash_of(name, type, 0) >> 40) % G_N_ELEMENTS(ttls)];
}

static unsigned place_of(const Name *name, const TruthView *view)
{
    return view->in_clear || truth_is_local(name) ? view->place : EVERYWHERE;
}

/* Returns the length; 0 for types that no name has. */
static size_t write_data(const Name *name, uint16_t type, const TruthView *view, uint8_t data[16])
{
    unsigned place = place_of(name, view);
    uint64_t hash = hash_of(name, type, place);

    switch (type) {
    case RRTYPE_A:
        wire_put_u32(data, place << 24 | (uint32_t)(hash & 0xffffff));
        return 4;
    case RRTYPE_AAAA:
        wire_put_u32(data, 0x20010db8);
        wire_put_u32(data + 4, place << 24 | (uint32_t)(hash & 0xffffff));
        wire_put_u32(data + 8, view->now_s);
        wire_put_u32(data + 12, (uint32_t)(hash >> 32));
        return 16;
    case RRTYPE_TXT:
        data[0] = 12;
        wire_put_u32(data + 1, view->now_s);
        wire_put_u32(data + 5, (uint32_t)hash);
        wire_put_u32(data + 9, (uint32_t)(hash >> 32));
        return 13;
    default:
        return 0;
    }
}

/* The second of an answer's making is not compared, but returned where there is one. */
static bool same_data(uint16_t type, const uint8_t *seen, uint8_t *expected, uint32_t *made_s)
{
    size_t at = type == RRTYPE_AAAA ? 8 : type == RRTYPE_TXT ? 1 : 0;
    size_t length = type == RRTYPE_AAAA ? 16 : type == RRTYPE_TXT ? 13 : 4;

    if (at > 0)
        wire_put_u32(expected + at, wire_get_u32(seen + at));
    if (memcmp(seen, expected, length) != 0)
        return false;
    if (at > 0)
        *made_s = wire_get_u32(seen + at);
    return true;
}

/* ---- writing ---- */

static void write_record(WireWriter *writer, const Name *owner, uint16_t type, uint32_t ttl_s,
                         const void *data, size_t length)
{
    if (owner)
        wire_write_bytes(writer, owner->wire, owner->length);
    else
        wire_write_u16(writer, 0xc00c);
    wire_write_u16(writer, type);
    wire_write_u16(writer, CLASS_IN);
    wire_write_u32(writer, ttl_s);
    wire_write_u16(writer, (uint16_t)length);
    wire_write_bytes(writer, data, length);
}

size_t truth_write_empty(const Message *query, uint16_t flags, uint8_t out[TRUTH_REPLY_MAX])
{
    memcpy(out, query->wire, query->records);
    wire_put_u16(out + 2,
                 (uint16_t)(MESSAGE_QR | MESSAGE_RA | (query->flags & MESSAGE_RD) | flags));
    memset(out + 6, 0, 6);
    return query->records;
}

static unsigned write_answers(WireWriter *writer, const Message *query, const TruthView *view)
{
    static const uint8_t bulk[BULK];
    char letter = letter_of(&query->qname);
    uint8_t data[16];
    size_t length = write_data(&query->qname, query->qtype, view, data);
    uint32_t ttl_s = ttl_of(&query->qname, query->qtype);
    unsigned count = 1;
    Name alias;

    if (length == 0 || (letter == 'f' && query->qtype == RRTYPE_AAAA))
        return 0;
    if (letter == 'c') {
        truth_name('t', 1, "example", &alias);
        write_record(writer, NULL, RRTYPE_CNAME, ttl_s, alias.wire, alias.length);
        count++;
    }
    write_record(writer, letter == 'c' ? &alias : NULL, query->qtype, ttl_s, data, length);
    if (letter == 'l') {
        write_record(writer, NULL, BULK_TYPE, ttl_s, bulk, sizeof bulk);
        count++;
    }
    return count;
}

size_t truth_write(const Message *query, const TruthView *view, uint8_t out[TRUTH_REPLY_MAX])
{
    static const uint8_t soa[22] = {[21] = NEGATIVE_TTL_S};
    char letter = letter_of(&query->qname);
    WireWriter writer = wire_writer(out, TRUTH_REPLY_MAX);
    unsigned count = 0;

    if (letter == 's')
        return truth_write_empty(query, RCODE_SERVFAIL, out);
    writer.position = truth_write_empty(query, letter == 'x' ? RCODE_NXDOMAIN : 0, out);
    if (letter != 'x' && letter != 'n')
        count = write_answers(&writer, query, view);
    if (count == 0)
        write_record(&writer, NULL, RRTYPE_SOA, NEGATIVE_TTL_S, soa, sizeof soa);
    wire_put_u16(out + 6, (uint16_t)count);
    wire_put_u16(out + 8, count == 0);
    g_assert_false(writer.failed);
    return writer.position;
}

/* ---- judging ---- */

static const char *judge_header(const Message *query, const Message *answer)
{
    if (!(answer->flags & MESSAGE_QR) || answer->flags & (MESSAGE_OPCODE | MESSAGE_AA) ||
        !(answer->flags & MESSAGE_RA))
        return "its flags are not those of a resolver's answer";
    if ((answer->flags ^ query->flags) & (MESSAGE_RD | MESSAGE_CD))
        return "RD or CD are not the client's";
    if (answer->records != query->records ||
        memcmp(answer->wire + MESSAGE_HEADER_LENGTH, query->wire + MESSAGE_HEADER_LENGTH,
               query->records - MESSAGE_HEADER_LENGTH) != 0)
        return "its question is not the client's, letter by letter";
    if (answer->has_edns != query->has_edns)
        return "it has OPT where the query has none, or the other way round";
    return NULL;
}

static bool is_said_to_be_stale(const Message *answer, const Record *record)
{
    size_t length;
    const uint8_t *option = edns_option(answer, EDNS_EXTENDED_ERROR, &length);

    if (!answer->has_edns)
        return record->ttl == STALE_TTL_S;
    return option && length >= 2 && wire_get_u16(option) == EDE_STALE_ANSWER;
}

/* Whether a translating network may answer with what it makes of the name's IPv4 address. It does
 * so where resolvers fail with AAAA, too (RFC 6147 §5.1.2). */
static bool is_translatable(const Message *query, const TruthView *view)
{
    return view->nat64 && query->qtype == RRTYPE_AAAA && !truth_is_local(&query->qname) &&
           !(query->dnssec_ok && query->flags & MESSAGE_CD);
}

static bool is_translated(const Message *query, const uint8_t *data, const TruthView *view)
{
    uint8_t v4[16], expected[NAT64_IPV6_LENGTH];

    write_data(&query->qname, RRTYPE_A, view, v4);
    nat64_embed(&nat64_well_known, v4, expected);
    return is_translatable(query, view) && memcmp(data, expected, sizeof expected) == 0;
}

/* Whether the data is the name's, and when it was made. */
static bool has_data_of(const Message *query, const Message *answer, const Record *record,
                        const TruthView *view, uint32_t *made_s)
{
    const uint8_t *data = answer->wire + record->rdata;
    uint8_t expected[16];
    size_t length = write_data(&query->qname, query->qtype, view, expected);

    if (record->rdata_length != length)
        return false;
    if (is_translated(query, data, view))
        return true;
    return (letter_of(&query->qname) != 'f' || query->qtype != RRTYPE_AAAA) &&
           same_data(record->type, data, expected, made_s);
}

static const char *judge_record(const Message *query, const Message *answer, const Record *record,
                                const TruthView *view)
{
    TruthView encrypted = *view;
    uint32_t ttl_s = MAX(ttl_of(&query->qname, query->qtype),
                         is_translatable(query, view) ? ttl_of(&query->qname, RRTYPE_A) : 0);
    bool stale = is_said_to_be_stale(answer, record);
    uint32_t made_s = view->now_s, age_s;

    encrypted.in_clear = false;
    if (record->type == query->qtype && !has_data_of(query, answer, record, view, &made_s) &&
        !has_data_of(query, answer, record, &encrypted, &made_s))
        return "its data is not the name's";
    if (made_s > view->now_s)
        return "it is of the future";
    age_s = view->now_s - made_s;
    if (age_s > ttl_s + view->slack_s + (stale ? view->stale_s : 0))
        return "it is older than it may be";
    if (record->ttl > (stale ? MAX(ttl_s, (uint32_t)STALE_TTL_S) : ttl_s))
        return "its TTL is longer than the owner's";
    if (!stale && record->ttl + age_s > ttl_s + view->slack_s)
        return "it was kept, and its TTL has not gone down";
    return NULL;
}

/* How many records the answer has. What else a name has is not translated. */
static bool is_count_right(const Message *query, unsigned count, const TruthView *view)
{
    char letter = letter_of(&query->qname);

    if (letter == 'f' && query->qtype == RRTYPE_AAAA)
        return count == is_translatable(query, view);
    if (letter == 'x' || letter == 'n')
        return count == 0;
    if (letter == 'l' && is_translatable(query, view))
        return count == 1 || count == 2;
    return count == (letter == 'c' || letter == 'l' ? 2 : 1);
}

static const char *judge_data(const Message *query, const Message *answer, const TruthView *view)
{
    RecordIterator iterator = record_iterator(answer);
    Record record;

    if (!is_count_right(query, answer->answer_count, view))
        return "it has not as many records as the name";
    while (record_next(&iterator, &record) && record.section == 1) {
        const char *why = judge_record(query, answer, &record, view);

        if (why)
            return why;
    }
    return NULL;
}

TruthVerdict truth_judge(const Message *query, const Message *answer, const TruthView *view,
                         const char **why)
{
    unsigned rcode = message_rcode(answer);
    bool no_name = letter_of(&query->qname) == 'x' || truth_is_blocked(&query->qname);

    *why = judge_header(query, answer);
    if (*why)
        return TRUTH_WRONG;
    if (rcode == RCODE_SERVFAIL || rcode == RCODE_REFUSED)
        return TRUTH_FAILED;
    if (answer->flags & MESSAGE_TC) {
        *why = answer->answer_count > 0 ? "it is cut, but not empty" : NULL;
        return *why ? TRUTH_WRONG : TRUTH_CUT;
    }
    if (rcode != (no_name ? RCODE_NXDOMAIN : RCODE_NOERROR))
        *why = "its RCODE is not the name's";
    else if (!truth_is_blocked(&query->qname))
        *why = judge_data(query, answer, view);
    return *why ? TRUTH_WRONG : TRUTH_RIGHT;
}
