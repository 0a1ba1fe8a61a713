/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a check page, or a network's own word (RFC 8908), tells the portal probe. Input: which of
 * the two (1), the status (2), Location, Content-Type, the page that was asked (2 + n each), the
 * body.
 */
#include "finding.h"
#include "fuzz.h"

#include <libsoup/soup.h>

/* It may be shown and opened. */
static void check_address(const char *address)
{
    g_assert_cmpuint(strlen(address), <=, FINDING_MAX_ADDRESS);
    g_assert_true(g_str_has_prefix(address, "http://") || g_str_has_prefix(address, "https://"));
    for (; *address != '\0'; address++)
        g_assert_true(g_ascii_isgraph(*address));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    bool api = fuzz_take_u8(&input) & 1;
    unsigned status = fuzz_take_u16(&input) % 600;
    g_autofree char *location = fuzz_take_word(&input), *type = fuzz_take_word(&input);
    g_autofree char *asked = fuzz_take_word(&input);
    g_autoptr(GBytes) body = fuzz_take_rest(&input);
    g_autoptr(GUri) url = g_uri_parse(asked, SOUP_HTTP_URI_FLAGS, NULL);
    Finding finding;

    if (url == NULL || g_uri_get_host(url) == NULL || *g_uri_get_host(url) == '\0') {
        g_clear_pointer(&url, g_uri_unref);
        url = g_uri_parse("http://check.example/nm", SOUP_HTTP_URI_FLAGS, NULL);
    }
    const Response response = {
        .url = url,
        .status = status,
        .location = *location != '\0' ? location : NULL,
        .content_type = *type != '\0' ? type : NULL,
        .body = g_bytes_get_size(body) > 0 ? g_bytes_get_data(body, NULL) : "",
        .length = g_bytes_get_size(body),
    };
    if (api)
        finding_judge_api(&finding, &response);
    else
        finding_judge_page(&finding, &response);
    g_assert_true(finding.verdict == FINDING_FOUND || finding.address == NULL);
    g_assert_cmpint(finding.left_s, >=, 0);
    if (finding.address != NULL)
        check_address(finding.address);
    finding_clear(&finding);
    return 0;
}
