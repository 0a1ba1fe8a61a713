/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The identity of a question. One key serves the cache and the table of questions in flight, so
 * that it is built and hashed once a query.
 *
 * The hash is keyed (SipHash-2-4): any web page can make this machine ask for names of its choice,
 * and must not be able to fill one bucket.
 *
 * Byte order of the key:
 *   0  type       2, as on the wire
 *   2  class      2
 *   4  bits       1: DO 1, CD 2, RD 4
 *   5  name       lower case, wire form with the root label
 */
#include "question.h"

#include <sodium.h>

_Static_assert(QUESTION_SECRET_LENGTH == crypto_shorthash_KEYBYTES, "the key is SipHash's");

enum { BIT_DO = 1, BIT_CD = 2, BIT_RD = 4 };

void question_key_init(QuestionKey *key, const Message *query,
                       const uint8_t secret[QUESTION_SECRET_LENGTH])
{
    uint8_t hash[crypto_shorthash_BYTES];

    wire_put_u16(key->bytes, query->qtype);
    wire_put_u16(key->bytes + 2, query->qclass);
    key->bytes[4] =
        (uint8_t)((query->dnssec_ok ? BIT_DO : 0) | (query->flags & MESSAGE_CD ? BIT_CD : 0) |
                  (query->flags & MESSAGE_RD ? BIT_RD : 0));
    name_lower(&query->qname, key->bytes + 5);
    key->length = (uint16_t)(5 + query->qname.length);
    crypto_shorthash(hash, key->bytes, key->length, secret);
    memcpy(&key->hash, hash, sizeof key->hash);
}

bool question_key_is_recursive(const QuestionKey *key)
{
    return key->bytes[4] & BIT_RD;
}
