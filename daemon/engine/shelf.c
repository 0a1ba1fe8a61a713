/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shelf life of a reply, decided once when it comes: for those who wait for it as for those who
 * will find it in the cache, so that a second question is never told more than the first.
 *
 * Clients are told no less than the entry will live, since the minimum may have raised that. Of a
 * positive answer each record keeps its own TTL above it, up to the maximum; a negative one is
 * worth exactly its life (RFC 2308 §5).
 */
#include "shelf.h"

#define NEGATIVE_MAX_TTL_S 10800 /* RFC 2308 §5: three hours at most */

typedef struct Contents {
    uint32_t ttl_s; /* the least of all */
    bool has_data;  /* a record of the type asked for */
    bool has_soa;
} Contents;

/* MINIMUM is the last 4 bytes of a SOA's RDATA (RFC 1035 §3.3.13). */
static uint32_t soa_ttl(const Message *reply, const Record *record)
{
    uint32_t minimum;

    if (record->rdata_length < 4)
        return 0;
    minimum = wire_get_u32(reply->wire + record->rdata + record->rdata_length - 4);
    return minimum < record->ttl ? minimum : record->ttl;
}

static bool read_records(Shelf *shelf, const Message *reply, Contents *contents)
{
    RecordIterator iterator = record_iterator(reply);
    Record record;

    while (record_next(&iterator, &record)) {
        uint32_t ttl_s = record.ttl > INT32_MAX ? 0 : record.ttl; /* RFC 2181 §8 */

        if (record.section == 1 && record.type == reply->qtype)
            contents->has_data = true;
        if (record.section == 2 && record.type == RRTYPE_SOA) {
            contents->has_soa = true;
            ttl_s = soa_ttl(reply, &record);
        }
        if (shelf->ttl_count == SHELF_TTLS_MAX)
            return false;
        shelf->ttls[shelf->ttl_count++] = (uint16_t)record.ttl_offset;
        if (ttl_s < contents->ttl_s)
            contents->ttl_s = ttl_s;
    }
    return shelf->ttl_count > 0;
}

bool shelf_read(Shelf *shelf, const Message *reply, const Plan *plan)
{
    Contents contents = {.ttl_s = UINT32_MAX};
    unsigned rcode = reply->flags & MESSAGE_RCODE;
    bool negative;
    uint32_t life_s;

    shelf->ttl_count = 0;
    if (reply->flags & MESSAGE_TC || (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN) ||
        !read_records(shelf, reply, &contents))
        return false;
    negative = rcode == RCODE_NXDOMAIN || !contents.has_data;
    if (negative && !contents.has_soa)
        return false;
    life_s = contents.ttl_s;
    if (negative && life_s > NEGATIVE_MAX_TTL_S)
        life_s = NEGATIVE_MAX_TTL_S;
    if (life_s < plan->cache_min_ttl_s)
        life_s = plan->cache_min_ttl_s;
    if (life_s > plan->cache_max_ttl_s)
        life_s = plan->cache_max_ttl_s;
    shelf->life_s = shelf->least_s = life_s;
    shelf->most_s = negative ? life_s : plan->cache_max_ttl_s;
    return life_s > 0;
}

void shelf_apply(const Shelf *shelf, uint8_t *wire)
{
    for (size_t i = 0; i < shelf->ttl_count; i++) {
        uint8_t *at = wire + shelf->ttls[i];
        uint32_t ttl_s = wire_get_u32(at);

        if (ttl_s > INT32_MAX || ttl_s < shelf->least_s)
            wire_put_u32(at, shelf->least_s);
        else if (ttl_s > shelf->most_s)
            wire_put_u32(at, shelf->most_s);
    }
}
