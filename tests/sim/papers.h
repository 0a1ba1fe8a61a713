/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "box.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The server's side of DNSCrypt, written from the draft with libsodium's crypto_box. Keys and
 * certificates are made once and serve every schedule: they are what takes time. */

enum { PAPERS_COUNT = 4, PAPERS_ISSUES = 3, PAPERS_CERTIFICATE = 124 };

/** A provider's key, and what it has signed. */
typedef struct Papers {
    uint8_t provider_key[32];
    struct {
        uint8_t key[32], secret[32], magic[BOX_MAGIC_LENGTH];
        uint8_t certificate[PAPERS_CERTIFICATE], forged[PAPERS_CERTIFICATE];
    } issues[PAPERS_ISSUES];
} Papers;

/** Clients met lately, so that a shared key is computed once. */
typedef struct PapersDesk {
    struct {
        uint8_t client_key[32], shared[32];
        const uint8_t *secret;
        unsigned place; /* where it was first seen */
    } clients[4];
    unsigned next;
} PapersDesk;

/** Makes them all; they are the same each time. `start_s` to `end_s`: certificates' validity. */
void papers_make(uint32_t start_s, uint32_t end_s);
const Papers *papers_get(unsigned number);

/** Opens a query packet under the keys of `issue`. Returns the message's length, 0: not for us. A
 * client key that was seen at another place is a fault. */
size_t papers_open(const Papers *papers, unsigned issue, PapersDesk *desk, unsigned place,
                   const uint8_t *packet, size_t length, uint8_t *message);
/** Seals the response to that packet; `packet` takes `length` + 112. Returns its length. */
size_t papers_seal(const Papers *papers, unsigned issue, PapersDesk *desk, const uint8_t *query,
                   const uint8_t *message, size_t length, uint8_t *packet);
/** How long a response to a message of this length is. */
size_t papers_sealed_length(size_t length);
