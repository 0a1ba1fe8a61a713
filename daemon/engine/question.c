/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The identity of a question. One key serves the cache and the table of questions in flight, so
 * that it is built and hashed once a query.
 *
 * The hash is keyed (SipHash-2-4): any web page can make this machine ask for names of its choice,
 * and must not be able to fill one bucket.
 *
 * Byte order of the key:
 *   0  scope      4
 *   4  type       2, as on the wire
 *   6  class      2
 *   8  bits       1: DO 1, CD 2, RD 4
 *   9  name       lower case, wire form with the root label
 */
#include "question.h"

#include <sodium.h>

_Static_assert(QUESTION_SECRET_LENGTH == crypto_shorthash_KEYBYTES, "the key is SipHash's");

enum { SCOPE_AT = 0, TYPE_AT = 4, CLASS_AT = 6, BITS_AT = 8 };
enum { BIT_DO = 1, BIT_CD = 2, BIT_RD = 4 };

static void set_hash(QuestionKey *key, const uint8_t secret[QUESTION_SECRET_LENGTH])
{
    uint8_t hash[crypto_shorthash_BYTES];

    crypto_shorthash(hash, key->bytes, key->length, secret);
    memcpy(&key->hash, hash, sizeof key->hash);
}

void question_key_init(QuestionKey *key, const Message *query, uint32_t scope,
                       const uint8_t secret[QUESTION_SECRET_LENGTH])
{
    wire_put_u32(key->bytes + SCOPE_AT, scope);
    wire_put_u16(key->bytes + TYPE_AT, query->qtype);
    wire_put_u16(key->bytes + CLASS_AT, query->qclass);
    key->bytes[BITS_AT] =
        (uint8_t)((query->dnssec_ok ? BIT_DO : 0) | (query->flags & MESSAGE_CD ? BIT_CD : 0) |
                  (query->flags & MESSAGE_RD ? BIT_RD : 0));
    name_lower(&query->qname, key->bytes + QUESTION_HEADER);
    key->length = (uint16_t)(QUESTION_HEADER + query->qname.length);
    set_hash(key, secret);
}

void question_key_retype(QuestionKey *key, uint16_t type, bool dnssec_ok,
                         const uint8_t secret[QUESTION_SECRET_LENGTH])
{
    wire_put_u16(key->bytes + TYPE_AT, type);
    key->bytes[BITS_AT] = (uint8_t)((key->bytes[BITS_AT] & ~BIT_DO) | (dnssec_ok ? BIT_DO : 0));
    set_hash(key, secret);
}

bool question_key_is_recursive(const QuestionKey *key)
{
    return key->bytes[BITS_AT] & BIT_RD;
}
