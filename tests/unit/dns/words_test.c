/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

#include "message.h"

#include <glib.h>

static void types_have_names(void)
{
    char text[WORD_MAX];

    g_assert_cmpstr(rrtype_format(RRTYPE_AAAA, text), ==, "AAAA");
    g_assert_cmpstr(rrtype_format(RRTYPE_HTTPS, text), ==, "HTTPS");
    g_assert_cmpstr(rrtype_format(65280, text), ==, "TYPE65280");
}

static void every_type_goes_round(void)
{
    for (unsigned type = 0; type <= UINT16_MAX; type++) {
        char text[WORD_MAX];
        uint16_t again;

        g_assert_cmpint(rrtype_parse(rrtype_format((uint16_t)type, text), &again), ==, STATUS_OK);
        g_assert_cmpuint(again, ==, type);
    }
}

static void letter_case_does_not_matter(void)
{
    uint16_t type;

    g_assert_cmpint(rrtype_parse("aaaa", &type), ==, STATUS_OK);
    g_assert_cmpuint(type, ==, RRTYPE_AAAA);
    g_assert_cmpint(rrtype_parse("type28", &type), ==, STATUS_OK);
    g_assert_cmpuint(type, ==, RRTYPE_AAAA);
}

static void other_words_are_no_types(void)
{
    static const char *const words[] = {"",
                                        "B",
                                        "TYPE",
                                        "TYPE-1",
                                        "TYPE65536",
                                        "TYPE1 ",
                                        "TYPE1x",
                                        "TYPE 1",
                                        "28",
                                        "AAAAA",
                                        "TYPE+1",
                                        "TYP1",
                                        "TYPE999999999999999999999"};
    uint16_t type;

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        g_assert_cmpint(rrtype_parse(words[i], &type), ==, STATUS_MALFORMED);
}

static void response_codes_have_names(void)
{
    char text[WORD_MAX];

    g_assert_cmpstr(rcode_format(RCODE_NXDOMAIN, text), ==, "NXDOMAIN");
    g_assert_cmpstr(rcode_format(RCODE_BADVERS, text), ==, "BADVERS");
    g_assert_cmpstr(rcode_format(4095, text), ==, "RCODE4095");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/words/types-have-names", types_have_names);
    g_test_add_func("/words/every-type-goes-round", every_type_goes_round);
    g_test_add_func("/words/letter-case-does-not-matter", letter_case_does_not_matter);
    g_test_add_func("/words/other-words-are-no-types", other_words_are_no_types);
    g_test_add_func("/words/response-codes-have-names", response_codes_have_names);
    return g_test_run();
}
