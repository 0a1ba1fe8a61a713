/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What we advertise to clients, and the longest UDP answer whatever they advertise. */
#define ANSWER_PAYLOAD 1232
#define ANSWER_MAX_UDP 4096

/**
 * An answer from upstream or from the cache, to be fitted to each client that asked: a message
 * without OPT, and what its OPT said. Everything is borrowed.
 */
typedef struct Answer {
    const uint8_t *wire;
    size_t length;
    size_t records; /* offset behind the question, whose name is not compressed */
    unsigned rcode; /* 12 bits */
    int ede;        /* EDE_NONE or an INFO-CODE */
    const char *ede_text;
    const uint16_t *ttls; /* offsets of the TTLs to lower by `age_s`; from the cache only */
    size_t ttl_count;
    uint32_t age_s;
    uint32_t stale_ttl_s; /* not 0: it has expired, and this is what clients are told */
} Answer;

/** How a client is to be answered. */
typedef struct AnswerForm {
    bool stream;               /* TCP: no limit but the protocol's, keepalive if it was asked for */
    uint16_t keepalive_100_ms; /* RFC 7828 §3.1 */
} AnswerForm;

/**
 * Writes the answer as the client of `query` should see it: its ID, its spelling of the name, RD
 * and CD echoed, RA set, AD only for those who asked with AD or DO (RFC 6840 §5.8), our own OPT if
 * it sent one, and only header, question and TC where the whole is too long for UDP (RFC 2181 §9).
 * STATUS_NO_SPACE, STATUS_MISMATCH when the answer's question is not as long as the query's.
 */
Status answer_compose(const Answer *answer, const Message *query, const AnswerForm *form,
                      uint8_t *out, size_t capacity, size_t *length) must_check;

/** The TTL that clients are told of one of its records. */
uint32_t answer_current_ttl(const Answer *answer, const Record *record);

/** SERVFAIL, saying why: the extended error (RFC 8914) that fits `reason`, with its sentence. */
Status answer_failure(const Message *query, Status reason, uint8_t *out, size_t capacity,
                      size_t *length) must_check;

/** The INFO-CODE that names this kind of failure. */
int answer_extended_error(Status reason);
