/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client may hold up to three times as many places as are left (Choudhury and Hahne's dynamic
 * threshold). Alone it comes to three quarters of the limit; the last quarter it leaves to whoever
 * comes next. Two greedy ones come to three sevenths each, and so on: nobody needs to be known in
 * advance, and there is always something free for one who holds little.
 *
 * The counters are a fixed table: no allocation, no list to walk at 100,000 queries in flight.
 */
#include "shares.h"

#include <sodium.h>

#define TIMES_WHAT_IS_FREE 3

uint8_t shares_slot(const Client *client, const uint8_t *secret)
{
    uint8_t hash[crypto_shorthash_BYTES];

    crypto_shorthash(hash, (const uint8_t *)&client->peer.socket.any, address_length(&client->peer),
                     secret);
    return hash[0];
}

bool shares_allow(const Shares *shares, uint8_t slot, unsigned free)
{
    return free > 0 && shares->held[slot] < TIMES_WHAT_IS_FREE * (uint64_t)free;
}
