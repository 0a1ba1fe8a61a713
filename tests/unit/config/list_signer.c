/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list_signer.h"

#include <sodium.h>
#include <string.h>

static char *encode(const uint8_t *bytes, size_t length)
{
    size_t size = sodium_base64_encoded_len(length, sodium_base64_VARIANT_ORIGINAL);

    return sodium_bin2base64(g_malloc(size), size, bytes, length, sodium_base64_VARIANT_ORIGINAL);
}

void list_signer_init(ListSigner *signer, uint8_t seed)
{
    uint8_t seeds[crypto_sign_SEEDBYTES], text[42] = "Ed";

    g_assert_cmpint(sodium_init(), >=, 0);
    memset(seeds, seed, sizeof seeds);
    memset(signer->id, seed, sizeof signer->id);
    crypto_sign_seed_keypair(signer->public_key, signer->secret_key, seeds);
    memcpy(text + 2, signer->id, 8);
    memcpy(text + 10, signer->public_key, 32);
    signer->public_text = encode(text, sizeof text);
}

void list_signer_clear(ListSigner *signer)
{
    g_free(signer->public_text);
}

GBytes *list_signer_sign(const ListSigner *signer, GBytes *content, const char *kind,
                         const char *comment)
{
    uint8_t head[74], hash[64], global[64];
    gsize length;
    const uint8_t *data = g_bytes_get_data(content, &length);
    g_autoptr(GByteArray) both = g_byte_array_new();

    memcpy(head, kind, 2);
    memcpy(head + 2, signer->id, 8);
    crypto_generichash(hash, sizeof hash, data, length, NULL, 0);
    if (kind[1] == 'D')
        crypto_sign_detached(head + 10, NULL, hash, sizeof hash, signer->secret_key);
    else
        crypto_sign_detached(head + 10, NULL, data, length, signer->secret_key);
    g_byte_array_append(both, head + 10, 64);
    g_byte_array_append(both, (const guint8 *)comment, (guint)strlen(comment));
    crypto_sign_detached(global, NULL, both->data, both->len, signer->secret_key);

    g_autofree char *first = encode(head, sizeof head), *second = encode(global, sizeof global);
    char *text = g_strdup_printf("untrusted comment: a test's\n%s\ntrusted comment: %s\n%s\n",
                                 first, comment, second);
    return g_bytes_new_take(text, strlen(text));
}

GBytes *list_signer_sign_file(const ListSigner *signer, GBytes *content, const char *file,
                              int64_t time_s)
{
    g_autofree char *comment =
        g_strdup_printf("timestamp:%" G_GINT64_FORMAT "\tfile:%s\thashed", time_s, file);

    return list_signer_sign(signer, content, "ED", comment);
}
