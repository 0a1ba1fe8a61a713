/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define QUESTION_SECRET_LENGTH 16
#define QUESTION_HEADER        9 /* bytes before the name */
#define QUESTION_MAX           (NAME_MAX_WIRE + QUESTION_HEADER)

/**
 * What makes two questions the same, for the cache and for questions in flight: whom it is asked
 * of (scope.h), type, class and the bits DO, CD and RD, then the name in lower case. Two with equal
 * bytes have the same answer.
 */
typedef struct QuestionKey {
    uint64_t hash;
    uint16_t length;
    uint8_t bytes[QUESTION_MAX];
} QuestionKey;

/** Builds the key of `query`. `secret` keeps others from choosing names that collide. */
void question_key_init(QuestionKey *key, const Message *query, uint32_t scope,
                       const uint8_t secret[QUESTION_SECRET_LENGTH]);
/** Makes it the key of the same question for another type, with DO or without. */
void question_key_retype(QuestionKey *key, uint16_t type, bool dnssec_ok,
                         const uint8_t secret[QUESTION_SECRET_LENGTH]);

/** Whether RD was set: what comes of other questions depends on what the server happens to know. */
bool question_key_is_recursive(const QuestionKey *key);

static inline bool question_key_equal(const QuestionKey *a, const QuestionKey *b)
{
    return a->hash == b->hash && a->length == b->length &&
           memcmp(a->bytes, b->bytes, a->length) == 0;
}
