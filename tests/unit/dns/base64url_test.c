/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base64url.h"

#include <glib.h>
#include <string.h>

static void assert_pair(const void *bytes, size_t length, const char *text)
{
    char encoded[64];
    uint8_t decoded[64];
    size_t decoded_length = 99;
    g_assert_cmpstr(base64url_encode(bytes, length, encoded), ==, text);
    g_assert_cmpint(base64url_decode(text, strlen(text), decoded, &decoded_length), ==, STATUS_OK);
    g_assert_cmpmem(decoded, decoded_length, bytes, length);
}

static void assert_malformed(const char *text)
{
    uint8_t decoded[64];
    size_t length = 99;
    g_assert_cmpint(base64url_decode(text, strlen(text), decoded, &length), ==, STATUS_MALFORMED);
    g_assert_cmpuint(length, ==, 99);
}

/* RFC 4648 §10, without the padding. */
static void rfc_4648_vectors(void)
{
    assert_pair("", 0, "");
    assert_pair("f", 1, "Zg");
    assert_pair("fo", 2, "Zm8");
    assert_pair("foo", 3, "Zm9v");
    assert_pair("foob", 4, "Zm9vYg");
    assert_pair("fooba", 5, "Zm9vYmE");
    assert_pair("foobar", 6, "Zm9vYmFy");
}

static void whole_alphabet_goes_round(void)
{
    uint8_t bytes[48];
    char text[BASE64URL_ENCODED_MAX(sizeof bytes)];
    size_t length;
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    g_assert_cmpint(base64url_decode(alphabet, 64, bytes, &length), ==, STATUS_OK);
    g_assert_cmpuint(length, ==, sizeof bytes);
    g_assert_cmpstr(base64url_encode(bytes, length, text), ==, alphabet);
}

static void standard_alphabet_is_malformed(void)
{
    assert_pair("\xfb\xff", 2, "-_8");
    assert_malformed("+/8");
    assert_malformed("-/8");
}

static void padding_is_malformed(void)
{
    assert_malformed("Zg==");
    assert_malformed("Zm8=");
    assert_malformed("=");
}

static void other_characters_are_malformed(void)
{
    assert_malformed("Zm9v ");
    assert_malformed("Zm\n9");
    assert_malformed("Zm9\xc3");
    assert_malformed("Zm.v");
}

static void length_of_no_encoding_is_malformed(void)
{
    assert_malformed("Z");
    assert_malformed("Zm9vA");
}

static void leftover_bits_are_malformed(void)
{
    assert_malformed("Zh");  /* "Zg" with one bit more */
    assert_malformed("Zm9"); /* "Zm8" with one bit more */
}

static void buffers_are_large_enough(void)
{
    uint8_t bytes[40] = {0};
    for (size_t length = 0; length < sizeof bytes; length++) {
        g_autofree char *text = g_malloc(BASE64URL_ENCODED_MAX(length));
        base64url_encode(bytes, length, text);
        g_autofree uint8_t *decoded = g_malloc(BASE64URL_DECODED_MAX(strlen(text)));
        size_t decoded_length;
        g_assert_cmpint(base64url_decode(text, strlen(text), decoded, &decoded_length), ==,
                        STATUS_OK);
        g_assert_cmpuint(decoded_length, ==, length);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base64url/rfc-4648-vectors", rfc_4648_vectors);
    g_test_add_func("/base64url/whole-alphabet-goes-round", whole_alphabet_goes_round);
    g_test_add_func("/base64url/standard-alphabet-is-malformed", standard_alphabet_is_malformed);
    g_test_add_func("/base64url/padding-is-malformed", padding_is_malformed);
    g_test_add_func("/base64url/other-characters-are-malformed", other_characters_are_malformed);
    g_test_add_func("/base64url/length-of-no-encoding-is-malformed",
                    length_of_no_encoding_is_malformed);
    g_test_add_func("/base64url/leftover-bits-are-malformed", leftover_bits_are_malformed);
    g_test_add_func("/base64url/buffers-are-large-enough", buffers_are_large_enough);
    return g_test_run();
}
