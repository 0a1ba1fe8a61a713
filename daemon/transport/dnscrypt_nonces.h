/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "box.h"
#include "dnscrypt_session.h"
#include "list.h"
#include "transport.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** One nonce that went out, and whose answer may come. */
typedef struct NonceEntry {
    uint8_t nonce[BOX_NONCE_LENGTH];
    bool answered;
    bool longest;             /* the query was as long as may be: a cut answer is final */
    Exchange *exchange;       /* NULL: it has ended */
    DnscryptSession *session; /* what it was encrypted with; NULL with `exchange` */
    ListNode node;            /* in the exchange's list, later in `past` */
} NonceEntry;

/** The nonces of queries under way, and the newest ones of those that have ended. */
typedef struct NonceBook {
    GHashTable *entries;
    List past; /* oldest first */
    unsigned past_count;
} NonceBook;

void nonce_book_init(NonceBook *book);
/** Every exchange's nonces must have been retired. */
void nonce_book_clear(NonceBook *book);

/** Draws a nonce for `exchange` and appends its entry to `list`, which the exchange owns. */
NonceEntry *nonce_book_add(NonceBook *book, List *list, Exchange *exchange,
                           DnscryptSession *session);
/** The entry, of the past too; NULL for a nonce that was never ours, or is long gone. */
NonceEntry *nonce_book_find(const NonceBook *book, const uint8_t nonce[BOX_NONCE_LENGTH]);
/** The exchange has ended: its entries are of the past from here. */
void nonce_book_retire(NonceBook *book, List *list);
