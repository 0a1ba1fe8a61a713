/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What DNS says on a QUIC connection (RFC 9250), and what a server that says it wrongly gets. */
#include "doq_scene.h"

#include "edns.h"

#include <string.h>

enum {
    MANY = 20,
    DOQ_NO_ERROR = 0,
    DOQ_INTERNAL_ERROR = 1,
    DOQ_PROTOCOL_ERROR = 2,
    DOQ_REQUEST_CANCELLED = 3,
    DOQ_EXCESSIVE_LOAD = 4,
};

/* ---- what goes out ---- */

static void answers(void)
{
    DoqScene scene = {0};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    g_assert_cmpuint(doq_scene_counters(&scene)->replies, ==, 1);
    g_assert_cmpuint(doq_scene_counters(&scene)->connections, ==, 1);
    doq_scene_close(&scene);
}

static void a_stream_is_one_message_and_its_end(void)
{
    DoqScene scene = {0};
    gsize length;

    doq_scene_open(&scene);
    doq_assert_answers(&scene); /* the server answers at the stream's end alone */
    const uint8_t *bytes = g_bytes_get_data(scene.server.first, &length);
    g_assert_cmpuint(wire_get_u16(bytes), ==, length - 2);
    doq_scene_close(&scene);
}

static void id_is_zero(void)
{
    DoqScene scene = {0};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    const uint8_t *bytes = g_bytes_get_data(scene.server.first, NULL);
    g_assert_cmpuint(wire_get_u16(bytes + 2), ==, 0);
    doq_scene_close(&scene);
}

static void queries_are_padded(void)
{
    DoqScene scene = {0};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    g_assert_cmpuint((g_bytes_get_size(scene.server.first) - 2) % 128, ==, 0);
    doq_scene_close(&scene);
}

static void no_keepalive_is_sent(void)
{
    DoqScene scene = {0};
    Message query;
    gsize length;

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    const uint8_t *bytes = g_bytes_get_data(scene.server.first, &length);
    g_assert_cmpint(message_parse(&query, bytes + 2, length - 2), ==, STATUS_OK);
    g_assert_null(edns_option(&query, EDNS_TCP_KEEPALIVE, &length));
    g_assert_nonnull(edns_option(&query, EDNS_PADDING, &length));
    doq_scene_close(&scene);
}

static void datagrams_fit_every_path(void)
{
    DoqScene scene = {0};
    DotAsk asks[MANY] = {0};

    doq_scene_open(&scene);
    dot_ask_many(&scene.client, asks, MANY);
    doq_turn_until(&scene, asks[MANY - 1].done > 0);
    g_assert_cmpuint(scene.server.longest, ==, 1200);
    doq_scene_close(&scene);
}

/* ---- many questions ---- */

static void assert_all_answered(DoqScene *scene, DotAsk *asks, int count)
{
    for (int i = 0; i < count; i++) {
        doq_turn_until(scene, asks[i].done > 0);
        dot_assert_answered(&asks[i]);
    }
}

static void many_streams_share_a_connection(void)
{
    DoqScene scene = {0};
    DotAsk asks[MANY] = {0};

    doq_scene_open(&scene);
    dot_ask_many(&scene.client, asks, MANY);
    assert_all_answered(&scene, asks, MANY);
    g_assert_cmpuint(scene.server.connections, ==, 1);
    doq_scene_close(&scene);
}

static DoqStream *held[MANY];
static unsigned held_count;

static void hold(DoqServer *server, DoqStream *stream)
{
    held[held_count++] = stream;
}

static void answers_may_come_in_any_order(void)
{
    DoqScene scene = {.server = {.answer = hold}};
    DotAsk asks[MANY] = {0};

    held_count = 0;
    doq_scene_open(&scene);
    dot_ask_many(&scene.client, asks, MANY);
    doq_turn_until(&scene, held_count == MANY);
    for (int i = MANY; i-- > 0;) {
        doq_answer(&scene.server, held[i]);
        doq_turn_until(&scene, asks[i].done > 0);
    }
    assert_all_answered(&scene, asks, MANY);
    doq_scene_close(&scene);
}

static void stream_limit_is_honoured(void)
{
    DoqScene scene = {.server = {.max_streams = 3}};
    DotAsk asks[MANY] = {0};

    doq_scene_open(&scene);
    dot_ask_many(&scene.client, asks, MANY);
    assert_all_answered(&scene, asks, MANY);
    g_assert_cmpuint(scene.server.most_open, <=, 3);
    g_assert_cmpuint(scene.server.connections, ==, 1);
    doq_scene_close(&scene);
}

static void question_that_waits_for_room_can_be_cancelled(void)
{
    DoqScene scene = {.server = {.max_streams = 1, .answer = hold}};
    DotAsk asks[2] = {0};

    held_count = 0;
    doq_scene_open(&scene);
    dot_ask_many(&scene.client, asks, 2);
    doq_turn_until(&scene, held_count == 1);
    exchange_cancel(&asks[1].exchange);
    doq_answer(&scene.server, held[0]);
    doq_turn_until(&scene, asks[0].done > 0);
    dot_assert_answered(&asks[0]);
    g_assert_cmpuint(scene.server.queries, ==, 1);
    doq_scene_close(&scene);
}

/* ---- giving up ---- */

static void cancel_resets_the_stream(void)
{
    DoqScene scene = {.server = {.answer = hold}};
    DotAsk ask = {0};

    held_count = 0;
    doq_scene_open(&scene);
    dot_ask(&scene.client, &ask, "a.example");
    doq_turn_until(&scene, held_count == 1);
    exchange_cancel(&ask.exchange);
    doq_turn_until(&scene, scene.server.cancelled == 1);
    g_assert_cmpuint(scene.server.cancel_code, ==, DOQ_REQUEST_CANCELLED);
    g_assert_cmpuint(ask.done, ==, 0);
    scene.server.answer = NULL;
    doq_assert_answers(&scene); /* the connection lives on */
    g_assert_cmpuint(scene.server.connections, ==, 1);
    doq_scene_close(&scene);
}

static void timeout_resets_the_stream(void)
{
    DoqScene scene = {.server = {.answer = hold}};
    DotAsk ask = {.budget_us = SECOND_US};

    held_count = 0;
    doq_scene_open(&scene);
    dot_ask(&scene.client, &ask, "a.example");
    doq_turn_until(&scene, held_count == 1);
    doq_scene_advance(&scene, SECOND_US);
    doq_turn_until(&scene, ask.done > 0);
    g_assert_cmpint(ask.status, ==, STATUS_TIMEOUT);
    doq_turn_until(&scene, scene.server.cancelled == 1);
    doq_scene_close(&scene);
}

static void close_tells_the_server(void)
{
    DoqScene scene = {0};

    doq_scene_open(&scene);
    doq_assert_answers(&scene);
    transport_close(g_steal_pointer(&scene.client.transport));
    doq_turn_until(&scene, scene.server.close_code >= 0);
    g_assert_cmpint(scene.server.close_code, ==, DOQ_NO_ERROR);
    g_assert_false(scene.server.close_is_alert);
    doq_scene_close(&scene);
}

static void close_ends_what_waits(void)
{
    DoqScene scene = {.server = {.answer = hold}};
    DotAsk asks[3] = {0};

    held_count = 0;
    doq_scene_open(&scene);
    dot_ask_many(&scene.client, asks, 3);
    doq_turn_until(&scene, held_count == 3);
    transport_close(g_steal_pointer(&scene.client.transport));
    for (int i = 0; i < 3; i++) {
        g_assert_cmpuint(asks[i].done, ==, 1);
        g_assert_cmpint(asks[i].status, ==, STATUS_CANCELLED);
    }
    doq_scene_close(&scene);
}

static void close_from_done(DotAsk *ask)
{
    transport_close(g_steal_pointer(&ask->scene->transport));
}

static void transport_may_be_closed_from_done(void)
{
    DoqScene scene = {0};
    DotAsk asks[3] = {[0] = {.then = close_from_done}};

    doq_scene_open(&scene);
    dot_ask_many(&scene.client, asks, 3);
    doq_turn_until(&scene, asks[0].done + asks[1].done + asks[2].done == 3);
    dot_assert_answered(&asks[0]);
    doq_scene_close(&scene);
}

/* ---- servers that say it wrongly ---- */

static void server_that_gives_up_has_failed(void)
{
    DoqScene scene = {.server = {.answer = hold}};
    DotAsk ask = {0};

    held_count = 0;
    doq_scene_open(&scene);
    dot_ask(&scene.client, &ask, "a.example");
    doq_turn_until(&scene, held_count == 1);
    doq_give_up(held[0], DOQ_INTERNAL_ERROR);
    doq_turn_until(&scene, ask.done > 0);
    g_assert_cmpint(ask.status, ==, STATUS_SERVER_FAILED);
    scene.server.answer = NULL;
    doq_assert_answers(&scene);
    g_assert_cmpuint(scene.server.connections, ==, 1);
    doq_scene_close(&scene);
}

/* Asks of a server that answers wrongly: a protocol error, which ends the connection. */
static void assert_protocol_error(DoqAnswerFn wrong)
{
    DoqScene scene = {.server = {.answer = wrong}};

    doq_scene_open(&scene);
    doq_assert_fails(&scene, STATUS_MALFORMED);
    doq_turn_until(&scene, scene.server.close_code >= 0);
    g_assert_cmpint(scene.server.close_code, ==, DOQ_PROTOCOL_ERROR);
    g_assert_false(scene.server.close_is_alert);
    scene.server.answer = NULL;
    doq_assert_answers(&scene);
    g_assert_cmpuint(scene.server.connections, ==, 2);
    doq_scene_close(&scene);
}

/* The right answer, its length in front; returns the length of both. */
static size_t right_answer(const DoqStream *stream, uint8_t out[1024])
{
    const GByteArray *framed = doq_query(stream);
    g_autoptr(GBytes) query = g_bytes_new(framed->data + 2, framed->len - 2);
    size_t length = talk_build_answer(query, out + 2);

    wire_put_u16(out, (uint16_t)length);
    return length + 2;
}

static void say_with_id(DoqServer *server, DoqStream *stream)
{
    uint8_t answer[1024];
    size_t length = right_answer(stream, answer);

    wire_put_u16(answer + 2, 0x1234);
    doq_say(stream, answer, length);
}

static void say_twice(DoqServer *server, DoqStream *stream)
{
    uint8_t answer[1024];
    size_t length = right_answer(stream, answer);

    memcpy(answer + length, answer, length);
    doq_say(stream, answer, 2 * length);
}

static void say_half(DoqServer *server, DoqStream *stream)
{
    uint8_t answer[1024];

    doq_say(stream, answer, right_answer(stream, answer) / 2);
}

static void say_nothing(DoqServer *server, DoqStream *stream)
{
    doq_say(stream, NULL, 0);
}

static void say_too_much(DoqServer *server, DoqStream *stream)
{
    static const uint8_t noise[70000] = {0xff, 0xff};

    doq_say(stream, noise, sizeof noise);
}

/* The answer ends with an OPT record without options. */
static void say_with_keepalive(DoqServer *server, DoqStream *stream)
{
    static const uint8_t option[] = {0, EDNS_TCP_KEEPALIVE, 0, 2, 0, 100};
    uint8_t answer[1024];
    size_t length = right_answer(stream, answer);

    wire_put_u16(answer + length - 2, sizeof option);
    memcpy(answer + length, option, sizeof option);
    wire_put_u16(answer, (uint16_t)(length - 2 + sizeof option));
    doq_say(stream, answer, length + sizeof option);
}

static void other_id_is_a_protocol_error(void)
{
    assert_protocol_error(say_with_id);
}

static void second_message_is_a_protocol_error(void)
{
    assert_protocol_error(say_twice);
}

static void half_a_message_is_a_protocol_error(void)
{
    assert_protocol_error(say_half);
}

static void empty_stream_is_a_protocol_error(void)
{
    assert_protocol_error(say_nothing);
}

static void endless_stream_is_a_protocol_error(void)
{
    assert_protocol_error(say_too_much);
}

static void keepalive_is_a_protocol_error(void)
{
    assert_protocol_error(say_with_keepalive);
}

static void say_something_else(DoqServer *server, DoqStream *stream)
{
    uint8_t answer[1024];
    size_t length = right_answer(stream, answer);

    answer[2 + 12 + 1] ^= 1; /* the first letter of the question */
    doq_say(stream, answer, length);
}

static void answer_to_another_question_is_refused(void)
{
    DoqScene scene = {.server = {.answer = say_something_else}};

    doq_scene_open(&scene);
    doq_assert_fails(&scene, STATUS_MISMATCH);
    g_assert_cmpuint(doq_scene_counters(&scene)->forged, ==, 1);
    doq_scene_close(&scene);
}

static void overloaded_server_is_not_asked_again(void)
{
    DoqScene scene = {.server = {.answer = hold}};
    DotAsk ask = {0};

    held_count = 0;
    doq_scene_open(&scene);
    dot_ask(&scene.client, &ask, "a.example");
    doq_turn_until(&scene, held_count == 1);
    doq_server_close_all(&scene.server, DOQ_EXCESSIVE_LOAD);
    doq_turn_until(&scene, ask.done > 0);
    g_assert_cmpint(ask.status, ==, STATUS_SERVER_FAILED);
    g_assert_cmpuint(scene.server.queries, ==, 1);
    doq_scene_close(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/doq/answers", answers);
    g_test_add_func("/doq/a-stream-is-one-message-and-its-end",
                    a_stream_is_one_message_and_its_end);
    g_test_add_func("/doq/id-is-zero", id_is_zero);
    g_test_add_func("/doq/queries-are-padded", queries_are_padded);
    g_test_add_func("/doq/no-keepalive-is-sent", no_keepalive_is_sent);
    g_test_add_func("/doq/datagrams-fit-every-path", datagrams_fit_every_path);
    g_test_add_func("/doq/many-streams-share-a-connection", many_streams_share_a_connection);
    g_test_add_func("/doq/answers-may-come-in-any-order", answers_may_come_in_any_order);
    g_test_add_func("/doq/stream-limit-is-honoured", stream_limit_is_honoured);
    g_test_add_func("/doq/question-that-waits-for-room-can-be-cancelled",
                    question_that_waits_for_room_can_be_cancelled);
    g_test_add_func("/doq/cancel-resets-the-stream", cancel_resets_the_stream);
    g_test_add_func("/doq/timeout-resets-the-stream", timeout_resets_the_stream);
    g_test_add_func("/doq/close-tells-the-server", close_tells_the_server);
    g_test_add_func("/doq/close-ends-what-waits", close_ends_what_waits);
    g_test_add_func("/doq/transport-may-be-closed-from-done", transport_may_be_closed_from_done);
    g_test_add_func("/doq/server-that-gives-up-has-failed", server_that_gives_up_has_failed);
    g_test_add_func("/doq/other-id-is-a-protocol-error", other_id_is_a_protocol_error);
    g_test_add_func("/doq/second-message-is-a-protocol-error", second_message_is_a_protocol_error);
    g_test_add_func("/doq/half-a-message-is-a-protocol-error", half_a_message_is_a_protocol_error);
    g_test_add_func("/doq/empty-stream-is-a-protocol-error", empty_stream_is_a_protocol_error);
    g_test_add_func("/doq/endless-stream-is-a-protocol-error", endless_stream_is_a_protocol_error);
    g_test_add_func("/doq/keepalive-is-a-protocol-error", keepalive_is_a_protocol_error);
    g_test_add_func("/doq/answer-to-another-question-is-refused",
                    answer_to_another_question_is_refused);
    g_test_add_func("/doq/overloaded-server-is-not-asked-again",
                    overloaded_server_is_not_asked_again);
    return g_test_run();
}
