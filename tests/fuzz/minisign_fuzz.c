/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signatures of lists. Input: which of two (1): the text of a signature file as it is, or what
 * becomes one here under a key that we have: the kind (1), the trusted comment (2 + n), the content
 * that is signed. A fuzzer does not find signatures, but what is signed may still be anything.
 */
#include "fuzz.h"
#include "list_signer.h"
#include "minisign.h"

#include <string.h>

#define FILE_NAME "list.md"
#define HELD_S    1700000000

static ListSigner *signer(void)
{
    static ListSigner made;

    if (made.public_text == NULL)
        list_signer_init(&made, 7);
    return &made;
}

static void key_of(MinisignKey *key)
{
    g_assert_true(minisign_key_parse(signer()->public_text, key, NULL));
    g_assert_cmpmem(key->key, sizeof key->key, signer()->public_key, 32);
}

/* Verifies under the key that we have; the outcome is whole, whatever it is. */
static gboolean verify(GBytes *content, GBytes *file)
{
    g_autoptr(GError) error = NULL;
    MinisignKey key;
    int64_t signed_at_s = 0;

    key_of(&key);
    gboolean good = minisign_verify(&key, content, file, FILE_NAME, HELD_S, &signed_at_s, &error);
    g_assert_true(good == (error == NULL));
    if (good)
        g_assert_cmpint(signed_at_s, >=, HELD_S);
    else
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
    return good;
}

/* One that nobody signed is refused, whatever it says. */
static void verify_raw(FuzzInput *input)
{
    g_autoptr(GBytes) content = fuzz_take_piece(input), file = fuzz_take_rest(input);

    (void)verify(content, file);
}

static void verify_signed(FuzzInput *input)
{
    const char *kind = fuzz_take_u8(input) & 1 ? "ED" : "Ed";
    g_autofree char *comment = fuzz_take_word(input);
    g_autoptr(GBytes) content = fuzz_take_rest(input);
    g_autoptr(GBytes) file = list_signer_sign(signer(), content, kind, comment);
    g_autoptr(GBytes) other = g_bytes_new_static("changed", 7);

    (void)verify(content, file);
    if (!g_bytes_equal(content, other))
        g_assert_false(verify(other, file));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    FuzzInput same = input;
    g_autofree char *text = fuzz_take_text(&same);
    MinisignKey key;

    (void)minisign_key_parse(text, &key, NULL);
    if (fuzz_take_u8(&input) & 1)
        verify_signed(&input);
    else
        verify_raw(&input);
    return 0;
}
