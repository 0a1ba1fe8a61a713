/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sdns:// stamps: their text, what an endpoint makes of them, and back. Input: the bytes of a stamp
 * before base64url, so that the fuzzer need not learn that; or, after a NUL, the text itself.
 */
#include "base64url.h"
#include "endpoint.h"
#include "fuzz.h"
#include "stamp.h"

#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stamp, stamp_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Endpoint, endpoint_unref)

static const char scheme[] = "sdns://";

static char *text_of(const uint8_t *bytes, size_t length)
{
    g_autofree char *payload = g_malloc(BASE64URL_ENCODED_MAX(length));

    return g_strconcat(scheme, base64url_encode(bytes, length, payload), NULL);
}

/* An endpoint that has a stamp is what that stamp says. */
static void check_endpoint(const Stamp *stamp)
{
    g_autoptr(Endpoint) endpoint = NULL, again = NULL, relay = NULL;
    g_autoptr(Stamp) parsed = NULL;

    if (endpoint_relay_from_stamp(stamp, &relay) == STATUS_OK) {
        g_autofree char *described = endpoint_describe(relay);
        g_assert_true(g_utf8_validate(described, -1, NULL));
    }
    if (endpoint_from_stamp(stamp, &endpoint) != STATUS_OK)
        return;
    g_autofree char *text = endpoint_stamp(endpoint, stamp->properties);
    g_autofree char *described = endpoint_describe(endpoint);
    g_assert_true(g_utf8_validate(described, -1, NULL));
    g_assert_true(endpoint_equal(endpoint, endpoint));
    if (text == NULL)
        return;
    g_assert_cmpint(stamp_parse(text, &parsed), ==, STATUS_OK);
    g_assert_cmpint(endpoint_from_stamp(parsed, &again), ==, STATUS_OK);
    g_assert_true(endpoint_equal(endpoint, again));
}

static void check(const char *text)
{
    g_autoptr(Stamp) stamp = NULL;

    if (stamp_parse(text, &stamp) != STATUS_OK)
        return;
    g_autofree char *built = stamp_build(stamp);
    g_assert_nonnull(built);
    const char *payload = strchr(text, ':') + 1;
    if (g_str_has_prefix(payload, "//"))
        payload += 2;
    g_assert_cmpstr(built + strlen(scheme), ==, payload);
    check_endpoint(stamp);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    g_autofree char *text = length > 1 && bytes[0] == 0 && bytes[1] == 's'
                                ? (fuzz_take_u8(&input), fuzz_take_text(&input))
                                : text_of(bytes, length);

    check(text);
    return 0;
}
