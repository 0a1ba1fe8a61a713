/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a response may be kept, of its fields as they come. */
#include "http2_field.h"

#include <string.h>

static void take(Http2Stream *stream, const char *name, const char *value)
{
    http2_field_take(stream, (const uint8_t *)name, strlen(name), (const uint8_t *)value,
                     strlen(value));
}

static void test_max_age(void)
{
    static const struct {
        const char *fields[2]; /* Cache-Control, once or twice */
        uint32_t max_age_s;
    } cases[] = {
        {{NULL}, HTTP2_NO_MAX_AGE},
        {{"max-age=60"}, 60},
        {{"public, Max-Age=60"}, 60},
        {{"public", "max-age=60"}, 60},
        {{"max-age=sixty"}, HTTP2_NO_MAX_AGE},
        {{"no-store, max-age=60"}, 0},
        {{"max-age=60, no-cache"}, 0},
        {{"no-store", "max-age=60"}, 0},
        {{"max-age=60", "no-store"}, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Http2Stream stream = {0};

        take(&stream, ":status", "200");
        for (size_t j = 0; j < G_N_ELEMENTS(cases[i].fields) && cases[i].fields[j] != NULL; j++)
            take(&stream, "cache-control", cases[i].fields[j]);
        g_assert_cmpuint(stream.max_age_s, ==, cases[i].max_age_s);
    }
}

/* What was said with 103 (Early Hints) is not of the answer. */
static void test_final_status_begins_anew(void)
{
    Http2Stream stream = {0};

    take(&stream, ":status", "103");
    take(&stream, "cache-control", "no-store");
    take(&stream, "age", "9");
    take(&stream, ":status", "200");
    take(&stream, "cache-control", "max-age=60");
    g_assert_cmpint((int)stream.status, ==, 200);
    g_assert_cmpuint(stream.age_s, ==, 0);
    g_assert_cmpuint(stream.max_age_s, ==, 60);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http2-field/max-age", test_max_age);
    g_test_add_func("/http2-field/final-status-begins-anew", test_final_status_begins_anew);
    return g_test_run();
}
