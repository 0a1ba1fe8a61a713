/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "name.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_HEADER_LENGTH 12
#define MESSAGE_MAX           65535

enum { /* RFC 1035 §4.1.1 and RFC 4035 §3.2, as they stand in `Message.flags` */
       MESSAGE_QR = 0x8000,
       MESSAGE_OPCODE = 0x7800,
       MESSAGE_AA = 0x0400,
       MESSAGE_TC = 0x0200,
       MESSAGE_RD = 0x0100,
       MESSAGE_RA = 0x0080,
       MESSAGE_AD = 0x0020,
       MESSAGE_CD = 0x0010,
       MESSAGE_RCODE = 0x000f,
};

enum {
    RCODE_NOERROR,
    RCODE_FORMERR,
    RCODE_SERVFAIL,
    RCODE_NXDOMAIN,
    RCODE_NOTIMP,
    RCODE_REFUSED,
    RCODE_BADVERS = 16
};

enum {
    RRTYPE_A = 1,
    RRTYPE_NS = 2,
    RRTYPE_CNAME = 5,
    RRTYPE_SOA = 6,
    RRTYPE_PTR = 12,
    RRTYPE_TXT = 16,
    RRTYPE_AAAA = 28,
    RRTYPE_OPT = 41,
    RRTYPE_DS = 43,
    RRTYPE_RRSIG = 46,
    RRTYPE_DNSKEY = 48,
    RRTYPE_SVCB = 64,
    RRTYPE_HTTPS = 65,
    RRTYPE_AXFR = 252,
    RRTYPE_ANY = 255,
};

enum { CLASS_IN = 1, CLASS_CH = 3 };

/**
 * A checked view of a DNS message: offsets over bytes that the caller keeps alive. `message_parse`
 * walked every record, so what the view gives is in bounds.
 */
typedef struct Message {
    const uint8_t *wire;
    size_t length;
    uint16_t id, flags;
    uint16_t question_count, answer_count, authority_count, additional_count;
    Name qname; /* of the only question */
    uint16_t qtype, qclass;
    size_t records;      /* offset behind the question */
    size_t opt, opt_end; /* where the OPT record begins and ends; 0, 0 when there is none */
    uint16_t udp_size;   /* from OPT, at least 512; 512 without OPT */
    uint8_t extended_rcode, edns_version;
    bool has_edns, dnssec_ok;
} Message;

typedef struct Record {
    size_t offset; /* of the owner name */
    size_t ttl_offset, rdata, rdata_length;
    uint32_t ttl;
    uint16_t type, rrclass;
    uint8_t section; /* 1 answer, 2 authority, 3 additional */
} Record;

typedef struct RecordIterator {
    const Message *message;
    WireReader reader;
    unsigned section, left;
} RecordIterator;

/**
 * Parses any bytes, at most MESSAGE_MAX. STATUS_MALFORMED when a name, count or length leaves the
 * message, bytes are left over, the question's name is compressed, there is more than one OPT, OPT
 * is not the root's or not in the additional section, or an option overruns it; STATUS_UNSUPPORTED
 * when well formed but without exactly one question (all is then set but the question, so that
 * FORMERR can be answered).
 */
Status message_parse(Message *message, const uint8_t *wire, size_t length) must_check;

/**
 * The same without a look behind the question: for an answer that was cut there. Counts are the
 * header's. STATUS_MALFORMED, also without exactly one question.
 */
Status message_parse_question(Message *message, const uint8_t *wire, size_t length) must_check;

RecordIterator record_iterator(const Message *message);
/** The next record of answer, authority and additional, OPT included; false at the end. */
bool record_next(RecordIterator *iterator, Record *record);

/** Whether `reply` answers `query`: QR, opcode, same ID and, letter case aside, the same question.
 */
bool message_answers(const Message *reply, const Message *query);
/** The 12-bit response code, with OPT's upper bits. */
unsigned message_rcode(const Message *message);
