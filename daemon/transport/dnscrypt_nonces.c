/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The nonce book: which query a response belongs to, by the 12 bytes that it repeats.
 *
 * Entries outlive their query for a while, without its key, so that a second copy of an answer can
 * be told from something made up: the one is a replay (or a network that duplicates), the other a
 * forgery, and both are counted for people to see. An answer that comes after its query gave up is
 * neither.
 */
#include "dnscrypt_nonces.h"

#include "chance.h"
#include "depot.h"

#include <string.h>

#define PAST_MAX 256

/* Nonces are random, and ours: no one else chooses what we insert. */
static guint nonce_hash(gconstpointer nonce)
{
    guint hash;
    memcpy(&hash, nonce, sizeof(hash));
    return hash;
}

static gboolean nonce_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, BOX_NONCE_LENGTH) == 0;
}

void nonce_book_init(NonceBook *book)
{
    book->entries = g_hash_table_new(nonce_hash, nonce_equal);
    list_init(&book->past);
    book->past_count = 0;
}

static Depot depot = {.size = sizeof(NonceEntry)};

/* There is one at least. */
static void forget_oldest(NonceBook *book)
{
    NonceEntry *entry = container_of(book->past.next, NonceEntry, node);

    list_remove(&entry->node);
    g_hash_table_remove(book->entries, entry->nonce);
    book->past_count--;
    depot_give(&depot, entry);
}

void nonce_book_clear(NonceBook *book)
{
    while (book->past_count > 0)
        forget_oldest(book);
    g_hash_table_destroy(book->entries);
    book->entries = NULL;
}

NonceEntry *nonce_book_add(NonceBook *book, List *list, Exchange *exchange,
                           DnscryptSession *session)
{
    NonceEntry *entry = depot_take(&depot);
    entry->exchange = exchange;
    entry->session = dnscrypt_session_ref(session);
    chance_draw(entry->nonce, sizeof(entry->nonce));
    list_append(list, &entry->node);
    g_hash_table_insert(book->entries, entry->nonce, entry);
    return entry;
}

NonceEntry *nonce_book_find(const NonceBook *book, const uint8_t nonce[BOX_NONCE_LENGTH])
{
    return g_hash_table_lookup(book->entries, nonce);
}

void nonce_book_retire(NonceBook *book, List *list)
{
    list_for_each (node, list) {
        NonceEntry *entry = container_of(node, NonceEntry, node);
        dnscrypt_session_unref(entry->session);
        entry->session = NULL;
        entry->exchange = NULL;
        list_remove(&entry->node);
        list_append(&book->past, &entry->node);
        book->past_count++;
    }
    while (book->past_count > PAST_MAX)
        forget_oldest(book);
}
