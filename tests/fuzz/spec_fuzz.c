/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Endpoints and addresses as people write them. Input: the text, of which each line is one.
 */
#include "address.h"
#include "endpoint_spec.h"
#include "entries.h"
#include "fuzz.h"
#include "relays.h"

#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Endpoint, endpoint_unref)

/* What is written and read again is the same. */
static void check_address(const char *text)
{
    char written[ADDRESS_MAX_TEXT];
    Address address, again;

    if (address_parse(text, 53, &address) != STATUS_OK)
        return;
    address_format(&address, written);
    g_assert_cmpint(address_parse(written, 53, &again), ==, STATUS_OK);
    g_assert_true(address_equal(&address, &again));
    address_format_host(&address, written);
    g_assert_cmpint(address_parse(written, address_port(&address), &again), ==, STATUS_OK);
    g_assert_true(address_same_host(&address, &again));
}

static void check_stamp(const Endpoint *endpoint)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = endpoint_stamp(endpoint, 0);
    g_autoptr(Endpoint) again = text != NULL ? endpoint_spec_parse(text, &error) : NULL;

    if (text == NULL)
        return;
    g_assert_no_error(error);
    g_assert_true(endpoint_equal(endpoint, again));
}

static void check_endpoint(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Endpoint) endpoint = endpoint_spec_parse(text, &error);

    g_assert_true((endpoint == NULL) == (error != NULL));
    if (endpoint == NULL) {
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return;
    }
    g_autofree char *described = endpoint_describe(endpoint);
    g_assert_true(g_utf8_validate(described, -1, NULL));
    g_assert_true(address_is_set(&endpoint->address) || *endpoint->host != '\0');
    check_stamp(endpoint);
}

static void check_others(const char *text)
{
    g_autoptr(Resolver) resolver = entry_anonymous(text, NULL);
    g_autoptr(Resolver) relay = relay_anonymous(text, NULL);
    g_auto(GStrv) parts = g_strsplit(text, " ", 3);

    if (resolver != NULL)
        g_assert_cmpuint(resolver->endpoint_count, ==, 1);
    if (relay != NULL)
        g_assert_cmpuint(relay->endpoint_count, ==, 1);
    if (relay_choice_check(text, NULL))
        g_assert_true(g_utf8_validate(text, -1, NULL));
    if (g_strv_length(parts) == 3) {
        g_autoptr(Endpoint) endpoint = endpoint_spec_dnscrypt(parts[0], parts[1], parts[2], NULL);

        if (endpoint != NULL)
            check_stamp(endpoint);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    char *line;

    while ((line = fuzz_take_line(&input)) != NULL) {
        /* The command line and the bus give valid UTF-8, key files are checked for it. */
        if (g_utf8_validate(line, -1, NULL)) {
            check_address(line);
            check_endpoint(line);
            check_others(line);
        }
        g_free(line);
    }
    return 0;
}
