/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said of a request that nobody waits for any more, and when. Frames are read and written
 * by hand (RFC 9113 §4.1).
 */
#include "http2.h"

#include "wire.h"

#include <string.h>

enum {
    PREFACE = 24, /* before the client's first frame */
    FRAME_HEADER = 9,
    HEADERS = 1,
    RST_STREAM = 3,
    MANY = 13, /* more than an eighth of a hundred */
};

typedef struct Scene {
    Http2 http;
    Http2Stream *asked[MANY];
    GString *said; /* since told last: of each frame the type, 'H' or 'R', and the stream */
    bool begun;
} Scene;

static void hear(Scene *scene, const void *bytes, size_t length)
{
    g_assert_cmpint(http2_receive(&scene->http, bytes, length), ==, STATUS_OK);
}

static void note(Scene *scene, unsigned type, uint32_t stream)
{
    if (type == HEADERS || type == RST_STREAM)
        g_string_append_printf(scene->said, "%s%c%u", scene->said->len > 0 ? " " : "",
                               type == HEADERS ? 'H' : 'R', stream);
}

/* What the client says now; valid until the next call. */
static const char *talk(Scene *scene)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    g_assert_cmpint(http2_send(&scene->http, out), ==, STATUS_OK);
    g_string_truncate(scene->said, 0);
    for (size_t at = scene->begun ? 0 : PREFACE; at + FRAME_HEADER <= out->len;) {
        const uint8_t *frame = out->data + at;

        note(scene, frame[3], wire_get_u32(frame + 5));
        at += FRAME_HEADER + (((size_t)frame[0] << 16) | wire_get_u16(frame + 1));
    }
    scene->begun = true;
    return scene->said->str;
}

static void ask(Scene *scene, unsigned count)
{
    const Http2Request request = {.authority = "dns.example", .path = "/", .body_max = 100};

    for (unsigned i = 0; i < count; i++) {
        g_assert_true(http2_may_ask(&scene->http));
        scene->asked[i] = http2_ask(&scene->http, &request, scene);
        g_assert_nonnull(scene->asked[i]);
    }
}

/* With `count` requests under way. */
static void scene_open(Scene *scene, unsigned count)
{
    static const uint8_t settings[FRAME_HEADER] = {0, 0, 0, 4};

    *scene = (Scene){.said = g_string_new(NULL)};
    g_assert_cmpint(http2_begin(&scene->http), ==, STATUS_OK);
    hear(scene, settings, sizeof settings);
    ask(scene, count);
    talk(scene);
    g_assert_false(http2_wants_to_send(&scene->http));
}

static void scene_close(Scene *scene)
{
    http2_end(&scene->http);
    g_string_free(scene->said, TRUE);
}

static void test_it_says_nothing_by_itself(void)
{
    Scene scene;

    scene_open(&scene, 2);
    http2_cancel(&scene.http, scene.asked[0]);
    g_assert_false(http2_wants_to_send(&scene.http));
    g_assert_cmpstr(talk(&scene), ==, "");
    scene_close(&scene);
}

static void test_it_is_reset_with_the_next_request(void)
{
    Scene scene;

    scene_open(&scene, 2);
    http2_cancel(&scene.http, scene.asked[0]);
    ask(&scene, 1);
    g_assert_cmpstr(talk(&scene), ==, "R1 H5");
    ask(&scene, 1);
    g_assert_cmpstr(talk(&scene), ==, "H7");
    g_assert_cmpuint(scene.http.open_count, ==, 3);
    scene_close(&scene);
}

static void test_one_answered_meanwhile_is_not_reset(void)
{
    static const uint8_t ok[] = {0, 0, 1, HEADERS, 0x05, 0, 0, 0, 1, 0x88}; /* whole: 200 */
    Scene scene;

    scene_open(&scene, 2);
    http2_cancel(&scene.http, scene.asked[0]);
    hear(&scene, ok, sizeof ok);
    g_assert_null(http2_take_ended(&scene.http));
    g_assert_cmpuint(scene.http.open_count, ==, 1);
    ask(&scene, 1);
    g_assert_cmpstr(talk(&scene), ==, "H5");
    scene_close(&scene);
}

static void test_many_are_reset_at_once(void)
{
    Scene scene;

    scene_open(&scene, MANY);
    for (unsigned i = 0; i + 1 < MANY; i++)
        http2_cancel(&scene.http, scene.asked[i]);
    g_assert_false(http2_wants_to_send(&scene.http));
    http2_cancel(&scene.http, scene.asked[MANY - 1]);
    g_assert_true(http2_wants_to_send(&scene.http));
    g_assert_cmpstr(talk(&scene), ==, "R1 R3 R5 R7 R9 R11 R13 R15 R17 R19 R21 R23 R25");
    g_assert_cmpuint(scene.http.open_count, ==, 0);
    scene_close(&scene);
}

static const uint8_t one_at_a_time[] = {0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1};

/* Else a server that takes one at a time and answers it never would be asked nothing more. */
static void test_none_keeps_the_last_place(void)
{
    Scene scene;

    scene_open(&scene, 0);
    hear(&scene, one_at_a_time, sizeof one_at_a_time);
    ask(&scene, 1);
    talk(&scene);
    g_assert_false(http2_may_ask(&scene.http));
    http2_cancel(&scene.http, scene.asked[0]);
    ask(&scene, 1);
    g_assert_cmpstr(talk(&scene), ==, "R1 H3");
    scene_close(&scene);
}

/* The server says only after they were cancelled how many it takes. */
static void test_those_before_the_limit_keep_no_place(void)
{
    Scene scene;

    scene_open(&scene, 2);
    http2_cancel(&scene.http, scene.asked[0]);
    http2_cancel(&scene.http, scene.asked[1]);
    hear(&scene, one_at_a_time, sizeof one_at_a_time);
    talk(&scene); /* settings are acknowledged */
    ask(&scene, 1);
    g_assert_cmpstr(talk(&scene), ==, "R1 R3 H5");
    g_assert_false(http2_may_ask(&scene.http));
    scene_close(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http2-cancel/it-says-nothing-by-itself", test_it_says_nothing_by_itself);
    g_test_add_func("/http2-cancel/it-is-reset-with-the-next-request",
                    test_it_is_reset_with_the_next_request);
    g_test_add_func("/http2-cancel/one-answered-meanwhile-is-not-reset",
                    test_one_answered_meanwhile_is_not_reset);
    g_test_add_func("/http2-cancel/many-are-reset-at-once", test_many_are_reset_at_once);
    g_test_add_func("/http2-cancel/those-before-the-limit-keep-no-place",
                    test_those_before_the_limit_keep_no_place);
    g_test_add_func("/http2-cancel/none-keeps-the-last-place", test_none_keeps_the_last_place);
    return g_test_run();
}
