/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test vectors of RFC 9460, Appendix D, and those records that shall be refused. */
#include "svcb.h"

#include <glib.h>
#include <string.h>

#define TARGET                                                                                     \
    "\x03"                                                                                         \
    "foo"                                                                                          \
    "\x07"                                                                                         \
    "example"                                                                                      \
    "\x03"                                                                                         \
    "com"                                                                                          \
    "\x00"

#define PARSE(text, svcb) svcb_parse((const uint8_t *)(text), sizeof(text) - 1, (svcb))

static void alias_has_no_parameters(void)
{
    char text[NAME_MAX_TEXT];
    Svcb svcb;

    g_assert_cmpint(PARSE("\x00\x00" TARGET, &svcb), ==, STATUS_OK);
    g_assert_cmpuint(svcb.priority, ==, 0);
    g_assert_cmpstr(name_format(&svcb.target, text), ==, "foo.example.com");
    g_assert_null(svcb.alpn);
}

static void target_may_be_the_owner(void)
{
    Svcb svcb;

    g_assert_cmpint(PARSE("\x00\x01\x00", &svcb), ==, STATUS_OK);
    g_assert_cmpuint(svcb.target.length, ==, 1);
    g_assert_true(svcb.usable);
}

static void port_is_read(void)
{
    Svcb svcb;

    g_assert_cmpint(PARSE("\x00\x10" TARGET "\x00\x03\x00\x02\x00\x35", &svcb), ==, STATUS_OK);
    g_assert_cmpuint(svcb.priority, ==, 16);
    g_assert_cmpuint(svcb.port, ==, 53);
}

static void unknown_keys_are_skipped(void)
{
    Svcb svcb;

    g_assert_cmpint(PARSE("\x00\x01" TARGET "\x02\x9b\x00\x05hello", &svcb), ==, STATUS_OK);
    g_assert_true(svcb.usable);
}

static void hints_are_read(void)
{
    Svcb svcb;

    g_assert_cmpint(PARSE("\x00\x01\x00"
                          "\x00\x04\x00\x08\xc0\x00\x02\x01\xc0\x00\x02\x02"
                          "\x00\x06\x00\x10\x20\x01\x0d\xb8\x00\x00\x00\x00"
                          "\x00\x00\x00\x00\x00\x00\x00\x01",
                          &svcb),
                    ==, STATUS_OK);
    g_assert_cmpuint(svcb.ipv4_count, ==, 2);
    g_assert_cmpmem(svcb.ipv4_hints + 4, 4, "\xc0\x00\x02\x02", 4);
    g_assert_cmpuint(svcb.ipv6_count, ==, 1);
    g_assert_cmpuint(svcb.ipv6_hints[15], ==, 1);
}

static void mandatory_that_is_understood_is_usable(void)
{
    Svcb svcb;

    g_assert_cmpint(PARSE("\x00\x10" TARGET "\x00\x00\x00\x04\x00\x01\x00\x04"
                          "\x00\x01\x00\x09\x02h2\x05h3-19"
                          "\x00\x04\x00\x04\xc0\x00\x02\x01",
                          &svcb),
                    ==, STATUS_OK);
    g_assert_true(svcb.usable);
    g_assert_true(svcb_offers(&svcb, "h2"));
    g_assert_true(svcb_offers(&svcb, "h3-19"));
    g_assert_false(svcb_offers(&svcb, "h3"));
    g_assert_false(svcb_offers(&svcb, "dot"));
}

static void mandatory_that_is_unknown_is_not_usable(void)
{
    Svcb svcb;

    g_assert_cmpint(PARSE("\x00\x01\x00"
                          "\x00\x00\x00\x02\x02\x9b"
                          "\x02\x9b\x00\x01x",
                          &svcb),
                    ==, STATUS_OK);
    g_assert_false(svcb.usable);
}

static void doh_path_is_read(void)
{
    Svcb svcb;

    g_assert_cmpint(PARSE("\x00\x01\x00"
                          "\x00\x01\x00\x03\x02h2"
                          "\x00\x07\x00\x10/dns-query{?dns}",
                          &svcb),
                    ==, STATUS_OK);
    g_assert_cmpmem(svcb.doh_path, svcb.doh_path_length, "/dns-query{?dns}", 16);
}

#define REFUSED(text)                                                                              \
    do {                                                                                           \
        Svcb svcb;                                                                                 \
        g_assert_cmpint(PARSE(text, &svcb), ==, STATUS_MALFORMED);                                 \
    } while (0)

static void keys_out_of_order_are_refused(void)
{
    REFUSED("\x00\x01\x00\x00\x03\x00\x02\x00\x35\x00\x01\x00\x03\x02h2");
    REFUSED("\x00\x01\x00\x00\x03\x00\x02\x00\x35\x00\x03\x00\x02\x00\x36");
}

static void broken_values_are_refused(void)
{
    REFUSED("\x00\x01\x00\x00\x01\x00\x00");                     /* no protocol */
    REFUSED("\x00\x01\x00\x00\x01\x00\x02\x00\x00");             /* of no length */
    REFUSED("\x00\x01\x00\x00\x01\x00\x03\x05h2");               /* cut short */
    REFUSED("\x00\x01\x00\x00\x02\x00\x01x");                    /* no-default-alpn */
    REFUSED("\x00\x01\x00\x00\x03\x00\x01\x35");                 /* half a port */
    REFUSED("\x00\x01\x00\x00\x03\x00\x02\x00\x00");             /* port 0 */
    REFUSED("\x00\x01\x00\x00\x04\x00\x00");                     /* no address */
    REFUSED("\x00\x01\x00\x00\x04\x00\x05\x01\x02\x03\x04\x05"); /* one and a bit */
    REFUSED("\x00\x01\x00\x00\x06\x00\x04\x01\x02\x03\x04");     /* too short */
    REFUSED("\x00\x01\x00\x00\x07\x00\x00");                     /* no path */
    REFUSED("\x00\x01\x00\x00\x03\x00\x09\x00\x35");             /* beyond the end */
    REFUSED("\x00\x01\x00\x00\x03\x00");                         /* half a length */
}

static void broken_mandatory_is_refused(void)
{
    REFUSED("\x00\x01\x00\x00\x00\x00\x00");         /* empty */
    REFUSED("\x00\x01\x00\x00\x00\x00\x02\x00\x03"); /* not there */
    REFUSED("\x00\x01\x00\x00\x00\x00\x02\x00\x00"); /* itself */
    REFUSED("\x00\x01\x00\x00\x00\x00\x03\x00\x03\x00\x00\x03\x00\x02\x00\x35");
    REFUSED("\x00\x01\x00\x00\x00\x00\x04\x00\x03\x00\x03\x00\x03\x00\x02\x00\x35"); /* twice */
}

static void cut_or_compressed_names_are_refused(void)
{
    REFUSED("");
    REFUSED("\x00\x01");
    REFUSED("\x00\x01\x03"
            "foo");
    REFUSED("\x00\x01\xc0\x00");
    REFUSED("\x00\x01\x01"
            "a\xc0\x02");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/svcb/alias-has-no-parameters", alias_has_no_parameters);
    g_test_add_func("/svcb/target-may-be-the-owner", target_may_be_the_owner);
    g_test_add_func("/svcb/port-is-read", port_is_read);
    g_test_add_func("/svcb/unknown-keys-are-skipped", unknown_keys_are_skipped);
    g_test_add_func("/svcb/hints-are-read", hints_are_read);
    g_test_add_func("/svcb/mandatory-that-is-understood-is-usable",
                    mandatory_that_is_understood_is_usable);
    g_test_add_func("/svcb/mandatory-that-is-unknown-is-not-usable",
                    mandatory_that_is_unknown_is_not_usable);
    g_test_add_func("/svcb/doh-path-is-read", doh_path_is_read);
    g_test_add_func("/svcb/keys-out-of-order-are-refused", keys_out_of_order_are_refused);
    g_test_add_func("/svcb/broken-values-are-refused", broken_values_are_refused);
    g_test_add_func("/svcb/broken-mandatory-is-refused", broken_mandatory_is_refused);
    g_test_add_func("/svcb/cut-or-compressed-names-are-refused",
                    cut_or_compressed_names_are_refused);
    return g_test_run();
}
