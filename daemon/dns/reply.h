/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message.h"

/* Answers that Sotto makes itself. All write a complete message for `query` into `out`. */

/** Header and question (none if the query had not exactly one) with `rcode`; OPT with the extended
 * error when the client sent OPT, its text left out where it does not fit. STATUS_NO_SPACE. */
Status reply_error(const Message *query, unsigned rcode, int ede, const char *ede_text,
                   uint8_t *out, size_t capacity, size_t *length) must_check;

/** What an answer of our own holds besides header and question. Everything is borrowed. */
typedef struct ReplyContent {
    unsigned rcode;
    const Name *alias; /* the question's name is an alias of it, and it owns the data; NULL: not */
    uint16_t type;     /* of the data */
    const uint8_t
        *data; /* `count` times `data_length` bytes: addresses, or one uncompressed name */
    size_t data_length, count;
    uint32_t ttl_s; /* of all records */
    bool negative;  /* with a SOA, so that "no" is remembered for `ttl_s` (RFC 2308 §3) */
    uint8_t zone;   /* its owner: the question's name from this octet on */
    int ede;        /* EDE_NONE or an INFO-CODE, with or without `ede_text` */
    const char *ede_text;
} ReplyContent;

/** Header, question, CNAME, data, SOA and OPT, as `content` says. STATUS_NO_SPACE. */
Status reply_compose(const Message *query, const ReplyContent *content, uint8_t *out,
                     size_t capacity, size_t *length) must_check;

/** FORMERR, header only, for bytes that did not parse. STATUS_MALFORMED when there is no whole
 * header to answer, STATUS_NO_SPACE. Bytes with QR set are not to be answered at all. */
Status reply_formerr(const uint8_t *wire, size_t wire_length, uint8_t *out, size_t capacity,
                     size_t *length) must_check;

/** One address record (A: 4 bytes, AAAA: 16 bytes) with `ttl_s`, or none (NODATA) when `address` is
 * NULL. `query` has its question. STATUS_INVALID (another length), STATUS_NO_SPACE. */
Status reply_address(const Message *query, const uint8_t *address, size_t address_length,
                     uint32_t ttl_s, uint8_t *out, size_t capacity, size_t *length) must_check;
