/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A signature file has four lines:
 *
 *     untrusted comment: …              anything; nobody signed it
 *     base64 of                         0   2  "Ed": over the file; "ED": over its BLAKE2b-512
 *                                       2   8  id of the key
 *                                      10  64  Ed25519 signature
 *     trusted comment: fields           separated by tabs: timestamp:SECONDS, file:NAME, …
 *     base64 of 64 bytes                Ed25519 over the 64 bytes above and the fields
 *
 * The second signature ties the comment to the content. Without it an old list with a new time, or
 * one list under the name of another, would pass.
 */
#include "minisign.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#define KEY_LENGTH       42
#define KEY_TEXT         56
#define SIGNATURE_LENGTH 74
#define SIGNATURE_OFFSET 10
#define ID_OFFSET        2
#define LINES            4
#define MAX_FILE         4096
#define UNTRUSTED        "untrusted comment: "
#define TRUSTED          "trusted comment: "

G_STATIC_ASSERT(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_BYTES == 64);

typedef struct Signature {
    uint8_t head[SIGNATURE_LENGTH]; /* kind, key id, signature of the content */
    uint8_t global[crypto_sign_BYTES];
    char *comment; /* the fields */
} Signature;

G_DEFINE_QUARK(sotto - minisign - error, minisign_error)

static gboolean fail(GError **error, MinisignError code, const char *sentence)
{
    g_set_error_literal(error, MINISIGN_ERROR, (int)code, sentence);
    return FALSE;
}

/* Base64 of exactly `length` bytes. */
static bool decode(const char *text, uint8_t *bytes, size_t length)
{
    size_t decoded;
    const char *end;

    return sodium_base642bin(bytes, length, text, strlen(text), NULL, &decoded, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           decoded == length && *end == '\0';
}

gboolean minisign_key_parse(const char *text, MinisignKey *key, GError **error)
{
    uint8_t bytes[KEY_LENGTH];

    if (strlen(text) != KEY_TEXT || !decode(text, bytes, sizeof bytes) ||
        memcmp(bytes, "Ed", 2) != 0)
        return fail(error, MINISIGN_ERROR_FORMAT,
                    "This is not a minisign public key, which is 56 characters long and begins "
                    "with RW.");
    memcpy(key->id, bytes + ID_OFFSET, sizeof key->id);
    memcpy(key->key, bytes + SIGNATURE_OFFSET, sizeof key->key);
    return TRUE;
}

/* Lines may end in CR LF, as a server or an editor may have made them. */
static char **split_lines(const char *text)
{
    char **lines = g_strsplit(text, "\n", LINES + 1);

    for (size_t i = 0; lines[i] != NULL; i++)
        if (g_str_has_suffix(lines[i], "\r"))
            lines[i][strlen(lines[i]) - 1] = '\0';
    return lines;
}

static gboolean signature_parse(GBytes *file, Signature *signature, GError **error)
{
    gsize length;
    const char *data = g_bytes_get_data(file, &length);
    g_autofree char *text = length <= MAX_FILE ? g_strndup(data, length) : NULL;

    if (text == NULL || !g_str_has_prefix(text, UNTRUSTED) || strlen(text) != length ||
        !g_utf8_validate(text, -1, NULL))
        return fail(error, MINISIGN_ERROR_FORMAT, "This is not a signature file of minisign.");

    g_auto(GStrv) lines = split_lines(text);

    if (g_strv_length(lines) < LINES)
        return fail(error, MINISIGN_ERROR_TRUNCATED, "The signature file is cut short.");
    if (!decode(lines[1], signature->head, sizeof signature->head) ||
        !g_str_has_prefix(lines[2], TRUSTED) ||
        (memcmp(signature->head, "Ed", 2) != 0 && memcmp(signature->head, "ED", 2) != 0))
        return fail(error, MINISIGN_ERROR_FORMAT, "This is not a signature file of minisign.");
    if (!decode(lines[3], signature->global, sizeof signature->global))
        return fail(error, MINISIGN_ERROR_TRUNCATED, "The signature file is cut short.");
    signature->comment = g_strdup(lines[2] + strlen(TRUSTED));
    return TRUE;
}

static bool content_is_signed(const MinisignKey *key, const Signature *signature, GBytes *content)
{
    gsize length;
    const uint8_t *data = g_bytes_get_data(content, &length);
    uint8_t hash[crypto_generichash_BYTES_MAX];

    if (signature->head[1] == 'D') {
        crypto_generichash(hash, sizeof hash, data, length, NULL, 0);
        data = hash;
        length = sizeof hash;
    }
    return crypto_sign_verify_detached(signature->head + SIGNATURE_OFFSET, data, length,
                                       key->key) == 0;
}

static bool comment_is_signed(const MinisignKey *key, const Signature *signature)
{
    g_autoptr(GByteArray) both = g_byte_array_new();

    g_byte_array_append(both, signature->head + SIGNATURE_OFFSET, crypto_sign_BYTES);
    g_byte_array_append(both, (const guint8 *)signature->comment,
                        (guint)strlen(signature->comment));
    return crypto_sign_verify_detached(signature->global, both->data, both->len, key->key) == 0;
}

/* (transfer full); NULL when the comment has no such field */
static char *comment_field(const char *comment, const char *name)
{
    g_auto(GStrv) fields = g_strsplit(comment, "\t", -1);

    for (size_t i = 0; fields[i] != NULL; i++)
        if (g_str_has_prefix(fields[i], name))
            return g_strdup(fields[i] + strlen(name));
    return NULL;
}

static gboolean check_file(const char *comment, const char *file, GError **error)
{
    g_autofree char *named = comment_field(comment, "file:");

    if (named == NULL)
        return fail(error, MINISIGN_ERROR_FILE, "The signature does not say for which file it is.");
    if (g_str_equal(named, file))
        return TRUE;
    g_set_error(error, MINISIGN_ERROR, MINISIGN_ERROR_FILE,
                "The signature is for a file named \"%s\", not for \"%s\".", named, file);
    return FALSE;
}

static char *day_of(int64_t time_s)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_s);

    return time != NULL ? g_date_time_format(time, "%e %B %Y") : g_strdup("?");
}

static gboolean check_time(const char *comment, int64_t held_s, int64_t *signed_at_s,
                           GError **error)
{
    g_autofree char *text = comment_field(comment, "timestamp:");
    gint64 value;

    if (text == NULL || !g_ascii_string_to_signed(text, 10, 1, G_MAXINT64, &value, NULL))
        return fail(error, MINISIGN_ERROR_TIME, "The signature does not say when it was made.");
    if (value < held_s) {
        g_autofree char *new_day = day_of(value), *held_day = day_of(held_s);

        g_set_error(error, MINISIGN_ERROR, MINISIGN_ERROR_TIME,
                    "It was signed on %s and is older than the one in use, of %s.",
                    g_strstrip(new_day), g_strstrip(held_day));
        return FALSE;
    }
    *signed_at_s = value;
    return TRUE;
}

gboolean minisign_verify(const MinisignKey *key, GBytes *content, GBytes *signature_file,
                         const char *file, int64_t held_s, int64_t *signed_at_s, GError **error)
{
    Signature signature = {.comment = NULL};

    if (!signature_parse(signature_file, &signature, error))
        return FALSE;

    g_autofree char *comment = signature.comment;

    if (memcmp(signature.head + ID_OFFSET, key->id, sizeof key->id) != 0)
        return fail(error, MINISIGN_ERROR_KEY, "It was signed with another key.");
    if (!content_is_signed(key, &signature, content))
        return fail(error, MINISIGN_ERROR_SIGNATURE,
                    "It does not match its signature: it was changed or cut short.");
    if (!comment_is_signed(key, &signature))
        return fail(error, MINISIGN_ERROR_SIGNATURE,
                    "What the signature says of itself was changed.");
    return check_file(comment, file, error) && check_time(comment, held_s, signed_at_s, error);
}
