/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fitting an answer to its client. One upstream reply may answer many clients: those who waited
 * together, and those who find it in the cache later. They differ in ID, in the spelling of the
 * name (some send random letter case and compare it), in flags, EDNS and size.
 *
 * The message is copied once, straight into the buffer it is sent from, and patched there. Owner
 * names in the records mostly are pointers to the question and so take over the client's spelling.
 *
 * Header flags (RFC 1035 §4.1.1, RFC 4035 §3): QR and RA are set, AA is not ours to claim, RD and
 * CD are the client's, TC and RCODE the answer's. AD of a stale answer is not passed on: its
 * signatures may have expired with it.
 */
#include "answer.h"

#include "edns.h"
#include "reply.h"

#include <string.h>

#define HEADER_COUNTS     6 /* offset of the four section counts is 4; the last three begin here */
#define KEEPALIVE_OPTION  6 /* code, length, timeout */
#define EDE_OPTION_HEADER 6 /* code, length, INFO-CODE */

static size_t opt_length(const Answer *answer, const Message *query, bool keepalive)
{
    size_t length = EDNS_OPT_HEADER;

    if (!query->has_edns)
        return 0;
    if (answer->ede != EDE_NONE)
        length += EDE_OPTION_HEADER + (answer->ede_text ? strlen(answer->ede_text) : 0);
    return length + (keepalive ? KEEPALIVE_OPTION : 0);
}

static bool wants_keepalive(const Message *query, const AnswerForm *form)
{
    size_t length;

    return form->stream && query->has_edns &&
           edns_option(query, EDNS_TCP_KEEPALIVE, &length) != NULL;
}

/* The OPT record is the last one of the message, so an option can simply follow. */
static void append_keepalive(uint8_t *out, size_t opt, size_t *length, uint16_t timeout_100_ms)
{
    uint8_t *rdata_length = out + opt + EDNS_OPT_HEADER - 2;

    wire_put_u16(rdata_length, (uint16_t)(wire_get_u16(rdata_length) + KEEPALIVE_OPTION));
    wire_put_u16(out + *length, EDNS_TCP_KEEPALIVE);
    wire_put_u16(out + *length + 2, 2);
    wire_put_u16(out + *length + 4, timeout_100_ms);
    *length += KEEPALIVE_OPTION;
}

static uint16_t answer_flags(const Answer *answer, const Message *query, bool truncated)
{
    const uint16_t kept = MESSAGE_OPCODE | MESSAGE_TC;
    bool wants_ad = (query->dnssec_ok || (query->flags & MESSAGE_AD)) && answer->stale_ttl_s == 0;
    uint16_t flags = wire_get_u16(answer->wire + 2);
    unsigned rcode = answer->rcode;

    if (rcode > MESSAGE_RCODE && !query->has_edns) /* the upper bits would be lost: another code */
        rcode = RCODE_SERVFAIL;
    flags &= (uint16_t)(kept | (wants_ad ? MESSAGE_AD : 0));
    flags |= (uint16_t)(MESSAGE_QR | MESSAGE_RA | (query->flags & (MESSAGE_RD | MESSAGE_CD)));
    return (uint16_t)(flags | (truncated ? MESSAGE_TC : 0) | (rcode & MESSAGE_RCODE));
}

static void write_ttls(const Answer *answer, uint8_t *out)
{
    for (size_t i = 0; i < answer->ttl_count; i++) {
        uint8_t *ttl = out + answer->ttls[i];

        if (answer->stale_ttl_s > 0)
            wire_put_u32(ttl, answer->stale_ttl_s);
        else
            wire_put_u32(ttl, wire_get_u32(ttl) - answer->age_s);
    }
}

Status answer_compose(const Answer *answer, const Message *query, const AnswerForm *form,
                      uint8_t *out, size_t capacity, size_t *length)
{
    bool keepalive = wants_keepalive(query, form);
    size_t limit = query->udp_size < ANSWER_MAX_UDP ? query->udp_size : ANSWER_MAX_UDP;
    size_t opt = opt_length(answer, query, keepalive), written = answer->length;
    bool truncated;

    if (form->stream)
        limit = MESSAGE_MAX;
    if (limit > capacity)
        limit = capacity;
    if (answer->records != MESSAGE_HEADER_LENGTH + query->qname.length + 4u)
        return STATUS_MISMATCH;
    truncated = answer->length + opt > limit;
    if (truncated)
        written = answer->records;
    if (written + opt > capacity)
        return STATUS_NO_SPACE;

    memcpy(out, answer->wire, written);
    wire_put_u16(out, query->id);
    wire_put_u16(out + 2, answer_flags(answer, query, truncated));
    memcpy(out + MESSAGE_HEADER_LENGTH, query->qname.wire, query->qname.length);
    if (truncated)
        memset(out + HEADER_COUNTS, 0, MESSAGE_HEADER_LENGTH - HEADER_COUNTS);
    else
        write_ttls(answer, out);
    if (query->has_edns) {
        size_t opt_offset = written;
        Status status = edns_append_opt(out, capacity, &written, ANSWER_PAYLOAD, answer->rcode,
                                        query->dnssec_ok, answer->ede, answer->ede_text);
        if (status != STATUS_OK)
            return status;
        if (keepalive)
            append_keepalive(out, opt_offset, &written, form->keepalive_100_ms);
    }
    *length = written;
    return STATUS_OK;
}

int answer_extended_error(Status reason)
{
    switch (reason) {
    case STATUS_REFUSED:
    case STATUS_UNREACHABLE:
    case STATUS_TIMEOUT:
        return EDE_NO_REACHABLE_AUTHORITY;
    case STATUS_CLOSED:
    case STATUS_IO:
    case STATUS_TLS:
    case STATUS_CERT_NAME:
    case STATUS_CERT_EXPIRED:
    case STATUS_CERT_NOT_YET_VALID:
    case STATUS_CERT_UNTRUSTED:
    case STATUS_CERT_PIN:
    case STATUS_CERT_FORGED:
    case STATUS_CERT_NONE:
    case STATUS_CRYPTO:
    case STATUS_TARGET_KEY:
        return EDE_NETWORK_ERROR;
    case STATUS_MALFORMED:
    case STATUS_MISMATCH:
        return EDE_INVALID_DATA;
    case STATUS_NO_ADDRESS:
    case STATUS_NO_SERVERS:
    case STATUS_AGAIN:
        return EDE_NOT_READY;
    case STATUS_OK:
    case STATUS_UNSUPPORTED:
    case STATUS_NO_SPACE:
    case STATUS_INVALID:
    case STATUS_NO_MEMORY:
    case STATUS_LIMIT:
    case STATUS_PERMISSION:
    case STATUS_ADDRESS_IN_USE:
    case STATUS_CANCELLED:
    case STATUS_SERVER_FAILED:
    case STATUS_LAST:
        break;
    }
    return EDE_OTHER;
}

uint32_t answer_current_ttl(const Answer *answer, const Record *record)
{
    if (answer->stale_ttl_s > 0)
        return answer->stale_ttl_s;
    if (answer->ttl_count == 0)
        return record->ttl;
    return answer->age_s < record->ttl ? record->ttl - answer->age_s : 0;
}

Status answer_failure(const Message *query, Status reason, uint8_t *out, size_t capacity,
                      size_t *length)
{
    return reply_error(query, RCODE_SERVFAIL, answer_extended_error(reason),
                       status_sentence(reason), out, capacity, length);
}
