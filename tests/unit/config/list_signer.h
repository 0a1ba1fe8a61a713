/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

/** A key that signs lists for tests, as minisign does. */
typedef struct ListSigner {
    uint8_t id[8];
    uint8_t public_key[32], secret_key[64];
    char *public_text; /* as settings have it */
} ListSigner;

/** The same `seed`, the same key. */
void list_signer_init(ListSigner *signer, uint8_t seed);
void list_signer_clear(ListSigner *signer);

/** The text of a signature file, over the hash ("ED") or over the content ("Ed"). (transfer full)
 */
GBytes *list_signer_sign(const ListSigner *signer, GBytes *content, const char *kind,
                         const char *comment);
/** The usual one: hashed, with time and file name. (transfer full) */
GBytes *list_signer_sign_file(const ListSigner *signer, GBytes *content, const char *file,
                              int64_t time_s);
