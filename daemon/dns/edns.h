/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message.h"

/* EDNS(0), RFC 6891: rewriting the OPT record hop by hop, padding (RFC 7830, 8467), keepalive (RFC
 * 7828), extended errors (RFC 8914). */

#define EDNS_OPT_HEADER  11  /* root name, type, class, TTL, length */
#define EDNS_QUERY_BLOCK 128 /* RFC 8467 §4.1: encrypted queries are padded to a multiple */

enum {
    EDNS_NSID = 3,
    EDNS_CLIENT_SUBNET = 8,
    EDNS_COOKIE = 10,
    EDNS_TCP_KEEPALIVE = 11,
    EDNS_PADDING = 12,
    EDNS_EXTENDED_ERROR = 15,
};

enum { /* RFC 8914 §5.2, the INFO-CODEs we use */
       EDE_OTHER = 0,
       EDE_STALE_ANSWER = 3,
       EDE_DNSSEC_BOGUS = 6,
       EDE_NSEC_MISSING = 12,
       EDE_CACHED_ERROR = 13,
       EDE_BLOCKED = 15,
       EDE_FILTERED = 17,
       EDE_PROHIBITED = 18,
       EDE_STALE_NXDOMAIN = 19,
       EDE_NOT_READY = 14,
       EDE_NO_REACHABLE_AUTHORITY = 22,
       EDE_NETWORK_ERROR = 23,
       EDE_INVALID_DATA = 24,
       EDE_NONE = -1,
};

typedef struct EdnsWanted {
    uint16_t payload_size; /* advertised; 0: no OPT unless the client sent one (then 512) */
    uint16_t pad_to;       /* pad the whole message to a multiple of this; 0: no padding */
    bool keepalive;        /* add an empty edns-tcp-keepalive */
} EdnsWanted;

/**
 * Writes the query to send upstream for a client's `query`: its ID, RD, CD and question, AD set,
 * OPT rewritten as `wanted` says, no other records. DO and NSID stay. All other options go: OPT is
 * of one hop (RFC 6891 §6.1.1), and what the client adds could tell on the user or make the answer
 * one that is not for everybody. `out`, which must not overlap the query, takes up to `capacity`.
 * STATUS_NO_SPACE: the padding is part of what must fit.
 */
Status edns_rewrite_query(const Message *query, const EdnsWanted *wanted, uint8_t *out,
                          size_t capacity, size_t *out_length) must_check;

/**
 * Copies `reply` without its OPT and whatever follows it in the additional section. The result has
 * no EDNS; its upper RCODE bits are lost, so read `message_rcode` before. STATUS_NO_SPACE.
 */
Status edns_strip_reply(const Message *reply, uint8_t *out, size_t capacity,
                        size_t *out_length) must_check;

/** The view of what edns_strip_reply has written: what a parse of it would give, without one. */
Message edns_stripped_view(const Message *reply, const uint8_t *stripped, size_t length);

/**
 * Appends to the message in `buffer` (no OPT in it) an OPT record answering a client that sent one.
 * The 12-bit `rcode` is written to header and OPT. `ede` EDE_NONE or an INFO-CODE, `ede_text` UTF-8
 * or NULL. STATUS_NO_SPACE: nothing was changed.
 */
Status edns_append_opt(uint8_t *buffer, size_t capacity, size_t *length, uint16_t payload_size,
                       unsigned rcode, bool dnssec_ok, int ede, const char *ede_text) must_check;

/** The value of one option in the message's OPT; NULL when absent. `*length` is its length. */
const uint8_t *edns_option(const Message *message, uint16_t code, size_t *length);
