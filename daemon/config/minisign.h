/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

/**
 * Signatures by minisign (its manual, "Signature format"): Ed25519 over a file or over its BLAKE2b
 * hash, with a trusted comment that says when and for which file name. Verified, never made. Pure.
 */

/** What was wrong; the message is one plain sentence. */
typedef enum MinisignError {
    MINISIGN_ERROR_FORMAT,    /* not a key, not a signature file */
    MINISIGN_ERROR_TRUNCATED, /* the signature file is cut short */
    MINISIGN_ERROR_KEY,       /* made by another key */
    MINISIGN_ERROR_SIGNATURE, /* of another content, or of another comment */
    MINISIGN_ERROR_FILE,      /* made for another file name, or for none */
    MINISIGN_ERROR_TIME,      /* older than what is held, or without a time */
} MinisignError;
#define MINISIGN_ERROR (minisign_error_quark())
GQuark minisign_error_quark(void);

typedef struct MinisignKey {
    uint8_t id[8];
    uint8_t key[32];
} MinisignKey;

/** A public key: 56 characters of base64 that begin with "RW". MINISIGN_ERROR_FORMAT. */
gboolean minisign_key_parse(const char *text, MinisignKey *key, GError **error);

/**
 * Whether `signature` (the text of a .minisig file) was made by `key` over `content`, for the file
 * name `file` and not before `held_s` (seconds since 1970; 0 takes any). The same time is no error:
 * it is the same list again. `signed_at_s` gets the time of the signature.
 */
gboolean minisign_verify(const MinisignKey *key, GBytes *content, GBytes *signature,
                         const char *file, int64_t held_s, int64_t *signed_at_s, GError **error);
