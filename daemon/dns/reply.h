#pragma once

#include "message.h"

/* Answers that Sotto makes itself. All write a complete message for `query` into `out`. */

/** Header and question with `rcode`; OPT with the extended error when the client sent OPT.
 * STATUS_NO_SPACE. */
Status reply_error(const Message *query, unsigned rcode, int ede, const char *ede_text,
                   uint8_t *out, size_t capacity, size_t *length) must_check;

/** FORMERR for bytes that did not parse beyond their header (12 bytes; the caller checked). */
Status reply_formerr(const uint8_t *wire, size_t wire_length, uint8_t *out, size_t capacity,
                     size_t *length) must_check;

/** One address record (A: 4 bytes, AAAA: 16 bytes) with `ttl_s`, or none (NODATA) when `address` is
 * NULL. */
Status reply_address(const Message *query, const uint8_t *address, size_t address_length,
                     uint32_t ttl_s, uint8_t *out, size_t capacity, size_t *length) must_check;

/** Cuts the message to header, question and OPT, and sets TC (RFC 2181 §9), if it is longer than
 * `limit`. */
void reply_truncate(uint8_t *wire, size_t *length, size_t limit);
