/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HPKE against the known answers of RFC 9180, Appendix A.1.1. */
#include "hpke.h"

#include "hex.h"

static const char info_hex[] = "4f6465206f6e2061204772656369616e2055726e";
static const char own_hex[] = "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736";
static const char recipient_hex[] =
    "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d";
static const char plain_hex[] = "4265617574792069732074727574682c20747275746820626561757479";

static const struct {
    uint64_t sequence;
    const char *associated, *sealed;
} encryptions[] = {
    {0, "Count-0",
     "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9"
     "6d8770ac83d07bea87e13c512a"},
    {1, "Count-1",
     "af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab25"
     "1c03d0c22a56b8ca42c2063b84"},
    {2, "Count-2",
     "498dfcabd92e8acedc281e85af1cb4e3e31c7dc394a1ca20e173cb7251649158"
     "8d96a19ad4a683518973dcc180"},
    {4, "Count-4",
     "583bd32bc67a5994bb8ceaca813d369bca7b2a42408cddef5e22f880b631215a"
     "09fc0012bc69fccaa251c0246d"},
    {255, "Count-255",
     "7175db9717964058640a3a11fb9007941a5d1757fda1a6935c805c21af32505b"
     "f106deefec4a49ac38d71c9e0a"},
    {256, "Count-256",
     "957f9800542b0b8891badb026d79cc54597cb2d225b54c00c5238c25d05c30e3"
     "fbeda97d2e0e1aba483a2df9f2"},
};

static const struct {
    const char *context, *exported; /* hexadecimal */
} exports[] = {
    {"", "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee"},
    {"00", "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5"},
    {"54657374436f6e74657874", "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931"},
};

static void begin(Hpke *hpke)
{
    uint8_t info[32], own[32], recipient[32];
    size_t length = hex_read(info_hex, info, sizeof info);

    hex_read(own_hex, own, sizeof own);
    hex_read(recipient_hex, recipient, sizeof recipient);
    g_assert_cmpint(hpke_begin_with(hpke, own, recipient, info, length), ==, STATUS_OK);
}

static void setup_is_as_published(void)
{
    Hpke hpke;

    begin(&hpke);
    hex_assert(hpke.encapsulated, sizeof hpke.encapsulated,
               "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431");
    hpke_clear(&hpke);
    hpke_clear(&hpke);
}

static void encryptions_are_as_published(void)
{
    uint8_t plain[64], sealed[64 + HPKE_TAG_LENGTH];
    size_t length = hex_read(plain_hex, plain, sizeof plain);
    Hpke hpke;

    begin(&hpke);
    for (size_t i = 0; i < G_N_ELEMENTS(encryptions); i++) {
        const char *associated = encryptions[i].associated;

        hpke.sequence = encryptions[i].sequence;
        g_assert_cmpint(hpke_seal(&hpke, (const uint8_t *)associated, strlen(associated), plain,
                                  length, sealed),
                        ==, STATUS_OK);
        hex_assert(sealed, length + HPKE_TAG_LENGTH, encryptions[i].sealed);
        g_assert_cmpuint(hpke.sequence, ==, encryptions[i].sequence + 1);
    }
    hpke_clear(&hpke);
}

static void exports_are_as_published(void)
{
    uint8_t context[32], exported[32];
    Hpke hpke;

    begin(&hpke);
    for (size_t i = 0; i < G_N_ELEMENTS(exports); i++) {
        size_t length = hex_read(exports[i].context, context, sizeof context);

        g_assert_cmpint(hpke_export(&hpke, context, length, exported, sizeof exported), ==,
                        STATUS_OK);
        hex_assert(exported, sizeof exported, exports[i].exported);
    }
    hpke_clear(&hpke);
}

static void opening_needs_every_byte(void)
{
    uint8_t key[HPKE_AEAD_KEY_LENGTH], nonce[HPKE_NONCE_LENGTH], sealed[64], plain[64];
    size_t length = hex_read(encryptions[0].sealed, sealed, sizeof sealed);
    const uint8_t *associated = (const uint8_t *)encryptions[0].associated;

    hex_read("4531685d41d65f03dc48f6b8302c05b0", key, sizeof key);
    hex_read("56d890e5accaaf011cff4b7d", nonce, sizeof nonce);
    g_assert_cmpint(hpke_aead_open(key, nonce, associated, 7, sealed, length, plain), ==,
                    STATUS_OK);
    hex_assert(plain, length - HPKE_TAG_LENGTH, plain_hex);
    g_assert_cmpint(hpke_aead_open(key, nonce, associated, 6, sealed, length, plain), ==,
                    STATUS_CRYPTO);
    for (size_t i = 0; i < length; i++) {
        sealed[i] ^= 1;
        g_assert_cmpint(hpke_aead_open(key, nonce, associated, 7, sealed, length, plain), ==,
                        STATUS_CRYPTO);
        sealed[i] ^= 1;
    }
    for (size_t shorter = 0; shorter < length; shorter++)
        g_assert_cmpint(hpke_aead_open(key, nonce, associated, 7, sealed, shorter, plain), ==,
                        STATUS_CRYPTO);
}

static void key_of_low_order_is_refused(void)
{
    const uint8_t recipient[HPKE_KEY_LENGTH] = {1};
    Hpke hpke;

    g_assert_cmpint(hpke_begin(&hpke, recipient, (const uint8_t *)"x", 1), ==, STATUS_CRYPTO);
    g_assert_null(hpke.secrets);
}

static void each_message_has_its_own_key(void)
{
    uint8_t recipient[HPKE_KEY_LENGTH];
    Hpke first, second;

    hex_read(recipient_hex, recipient, sizeof recipient);
    g_assert_cmpint(hpke_begin(&first, recipient, NULL, 0), ==, STATUS_OK);
    g_assert_cmpint(hpke_begin(&second, recipient, NULL, 0), ==, STATUS_OK);
    g_assert_cmpint(memcmp(first.encapsulated, second.encapsulated, HPKE_KEY_LENGTH), !=, 0);
    hpke_clear(&first);
    hpke_clear(&second);
}

static void long_info_is_refused(void)
{
    uint8_t recipient[HPKE_KEY_LENGTH], info[HPKE_INFO_MAX + 1] = {0};
    Hpke hpke;

    hex_read(recipient_hex, recipient, sizeof recipient);
    g_assert_cmpint(hpke_begin(&hpke, recipient, info, sizeof info), ==, STATUS_NO_SPACE);
    g_assert_cmpint(hpke_begin(&hpke, recipient, info, sizeof info - 1), ==, STATUS_OK);
    hpke_clear(&hpke);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (sodium_init() < 0)
        return 1;
    g_test_add_func("/hpke/setup-is-as-published", setup_is_as_published);
    g_test_add_func("/hpke/encryptions-are-as-published", encryptions_are_as_published);
    g_test_add_func("/hpke/exports-are-as-published", exports_are_as_published);
    g_test_add_func("/hpke/opening-needs-every-byte", opening_needs_every_byte);
    g_test_add_func("/hpke/key-of-low-order-is-refused", key_of_low_order_is_refused);
    g_test_add_func("/hpke/each-message-has-its-own-key", each_message_has_its_own_key);
    g_test_add_func("/hpke/long-info-is-refused", long_info_is_refused);
    return g_test_run();
}
