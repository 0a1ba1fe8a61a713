/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "answer.h"
#include "question.h"

#include <stddef.h>
#include <stdint.h>

/** Answers by question, as long as their TTLs allow, within a number of bytes. */
typedef struct Cache Cache;

Cache *cache_new(void);
void cache_free(Cache *cache);

/** Sets the limits; what exceeds the new size goes, least recently used first. `bytes` 0: no cache.
 * TTLs are raised to `min_ttl_s` and lowered to `max_ttl_s`. */
void cache_configure(Cache *cache, size_t bytes, uint32_t min_ttl_s, uint32_t max_ttl_s);
void cache_clear(Cache *cache);

/** Finds the answer; what it borrows is valid until the next call. `now_us` is any clock that
 * does not jump. */
bool cache_lookup(Cache *cache, const QuestionKey *key, int64_t now_us, Answer *answer);

/**
 * Keeps `reply` (without OPT, its upper RCODE bits zero), if it may be kept: NOERROR and NXDOMAIN,
 * not truncated, for the least of its TTLs; without data, only with a SOA, for the lesser of its
 * TTL and MINIMUM (RFC 2308 §5). `ede` is given back by lookups.
 */
void cache_store(Cache *cache, const QuestionKey *key, const Message *reply, int ede,
                 int64_t now_us);

size_t cache_entries(const Cache *cache);
size_t cache_bytes(const Cache *cache);
