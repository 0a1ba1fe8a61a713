/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that are nothing but what the test says of them, on a fake clock. */
#include "pipeline.h"

#include <glib.h>

#define MS        1000
#define PIPES_MAX 8

typedef struct FakePipe {
    Pipe pipe;
    StreamPath path;
} FakePipe;

typedef struct Scene {
    Loop *loop;
    Pipeline *pipeline;
    FakePipe *pipes[PIPES_MAX]; /* in the order of opening; NULL: closed */
    unsigned opened;
} Scene;

static Scene *scene;

/* ---- the protocol ---- */

static void fake_open(Pipe *pipe)
{
    g_assert_cmpuint(scene->opened, <, PIPES_MAX);
    scene->pipes[scene->opened++] = (FakePipe *)pipe;
}

static void fake_close(Pipe *pipe)
{
    for (unsigned i = 0; i < scene->opened; i++) {
        if (scene->pipes[i] == (FakePipe *)pipe)
            scene->pipes[i] = NULL;
    }
}

static bool fake_is_stalled(const Pipe *pipe)
{
    return false;
}

static void fake_path(const Pipe *pipe, StreamPath *path)
{
    *path = ((const FakePipe *)pipe)->path;
}

static Pipe *fake_pipe_new(Pipeline *pipeline)
{
    FakePipe *fake = g_new0(FakePipe, 1);

    return &fake->pipe;
}

static void fake_pipe_free(Pipe *pipe)
{
    g_free(pipe);
}

static Status fake_connected(Pipe *pipe, const TlsFacts *facts)
{
    return STATUS_OK;
}

static void fake_flush(Pipe *pipe)
{
    Exchange *exchange;

    while ((exchange = pipe_next(pipe)) != NULL)
        pipe_mark_sent(pipe, exchange);
    pipe_wrote(pipe, 1);
}

/* The oldest is answered. */
static void fake_received(Pipe *pipe, const uint8_t *bytes, size_t length)
{
    Exchange *exchange = list_first(&pipe->sent, Exchange, node);

    if (!exchange)
        return;
    list_remove(&exchange->node);
    exchange->pipe = NULL;
    exchange_finish(exchange, STATUS_OK, NULL, 0);
}

static void fake_forget(Pipe *pipe, Exchange *exchange)
{
}

static void fake_free(Pipeline *pipeline)
{
    pipeline_clear(pipeline);
    g_free(pipeline);
}

static const PipeCarrier fake_carrier = {
    .open = fake_open,
    .close = fake_close,
    .is_stalled = fake_is_stalled,
    .path = fake_path,
};

static const PipelineClass fake_pipeline = {
    .protocol = "a fake protocol",
    .alpn = "fake",
    .carrier = &fake_carrier,
    .pipe_new = fake_pipe_new,
    .pipe_free = fake_pipe_free,
    .connected = fake_connected,
    .flush = fake_flush,
    .received = fake_received,
    .forget = fake_forget,
    .free = fake_free,
};

static const TransportClass fake_class = {
    .name = "fake",
    .send = pipeline_send,
    .cancel = pipeline_cancel,
    .detour = pipeline_detour,
    .network_changed = pipeline_network_changed,
    .close = pipeline_close,
};

/* ---- the scene ---- */

typedef struct Question {
    Exchange exchange;
    unsigned ended;
    Status status;
} Question;

static void on_done(Exchange *exchange, Status status, const uint8_t *reply, size_t length)
{
    Question *question = exchange->owner;

    question->ended++;
    question->status = status;
}

static void ask(Question *question)
{
    *question = (Question){.exchange = {.budget_us = 5000 * MS, .done = on_done}};
    question->exchange.owner = question;
    transport_send(&scene->pipeline->base, &question->exchange);
    loop_advance(scene->loop, 0);
}

static void connect_pipe(unsigned number)
{
    pipe_connected(&scene->pipes[number]->pipe, &(TlsFacts){0});
    loop_advance(scene->loop, 0);
}

static void answer(unsigned number)
{
    pipe_received(&scene->pipes[number]->pipe, NULL, 0);
    loop_advance(scene->loop, 0);
}

static bool detour(const Question *late)
{
    bool done = transport_detour(&scene->pipeline->base, &late->exchange);

    loop_advance(scene->loop, 0);
    return done;
}

static unsigned where(const Question *question)
{
    for (unsigned i = 0; i < scene->opened; i++) {
        if (scene->pipes[i] && question->exchange.pipe == &scene->pipes[i]->pipe)
            return i;
    }
    return PIPES_MAX;
}

static void set_up(Scene *fixture, gconstpointer unused)
{
    TransportEnvironment environment = {.settings = {.idle_close_us = 30 * 1000 * MS}};
    Endpoint *endpoint;
    Address address;

    scene = fixture;
    scene->loop = environment.loop = loop_new_fake(1000000000, 2500000000);
    g_assert_cmpint(address_parse("192.0.2.1:853", 853, &address), ==, STATUS_OK);
    endpoint = endpoint_new(ENDPOINT_DOT, &address);
    scene->pipeline = g_new0(Pipeline, 1);
    pipeline_init(scene->pipeline, &fake_class, &fake_pipeline, &environment, endpoint);
    endpoint_unref(endpoint);
}

static void tear_down(Scene *fixture, gconstpointer unused)
{
    transport_close(&scene->pipeline->base);
    loop_free(scene->loop);
}

/* One question is late on connection 0, packets were lost, and connection 1 is ready. */
static void make_spare(Question *late)
{
    ask(late);
    connect_pipe(0);
    loop_advance(scene->loop, 30 * MS);
    scene->pipes[0]->path = (StreamPath){.losses = 1, .round_trip_us = 20 * MS};
    g_assert_false(detour(late));
    connect_pipe(1);
    scene->pipes[1]->path.round_trip_us = 20 * MS;
}

/* ---- tests ---- */

static void without_loss_there_is_one(Scene *fixture, gconstpointer unused)
{
    Question late;

    ask(&late);
    connect_pipe(0);
    g_assert_false(detour(&late));
    g_assert_cmpuint(scene->opened, ==, 1);
    answer(0);
}

static void loss_makes_a_spare(Scene *fixture, gconstpointer unused)
{
    Question late;

    make_spare(&late);
    g_assert_cmpuint(scene->opened, ==, 2);
    g_assert_cmpuint(where(&late), ==, 0);
    answer(0);
    g_assert_cmpuint(late.ended, ==, 1);
}

static void spare_is_asked_from_then_on(Scene *fixture, gconstpointer unused)
{
    Question late, next;

    make_spare(&late);
    g_assert_true(detour(&late));
    ask(&next);
    g_assert_cmpuint(where(&late), ==, 0);
    g_assert_cmpuint(where(&next), ==, 1);
    answer(0);
    answer(1);
    g_assert_cmpuint(late.ended + next.ended, ==, 2);
}

/* The second late one of the connection that was left. */
static void left_one_is_not_left_again(Scene *fixture, gconstpointer unused)
{
    Question late, next;

    make_spare(&late);
    g_assert_true(detour(&late));
    g_assert_true(detour(&late));
    ask(&next);
    g_assert_cmpuint(where(&next), ==, 1);
    answer(0);
    answer(1);
}

static void recovered_one_is_asked_again(Scene *fixture, gconstpointer unused)
{
    Question late, second, third;

    make_spare(&late);
    detour(&late);
    ask(&second);
    answer(0);
    g_assert_true(detour(&second));
    ask(&third);
    g_assert_cmpuint(where(&third), ==, 0);
    answer(0);
    answer(1);
}

static void one_that_owes_answers_is_not_asked(Scene *fixture, gconstpointer unused)
{
    Question late, second, third;

    make_spare(&late);
    detour(&late);
    ask(&second);
    scene->pipes[1]->path.losses = 1;
    g_assert_false(detour(&second));
    g_assert_cmpuint(scene->opened, ==, 3);
    connect_pipe(2);
    g_assert_true(detour(&second));
    ask(&third);
    g_assert_cmpuint(where(&third), ==, 2);
    for (unsigned i = 0; i < 3; i++)
        answer(i);
}

static void three_are_enough(Scene *fixture, gconstpointer unused)
{
    Question late[3];

    make_spare(&late[0]);
    for (unsigned i = 1; i < 3; i++) {
        detour(&late[i - 1]);
        ask(&late[i]);
        scene->pipes[i]->path.losses = 1;
        g_assert_false(detour(&late[i]));
        if (i == 1)
            connect_pipe(2);
    }
    g_assert_cmpuint(scene->opened, ==, 3);
    for (unsigned i = 0; i < 3; i++)
        answer(i);
}

/* Withdrawn, so nobody waits; but the packet that holds up the connection is still missing. */
/* While the spare connects another would be too many, but not when it takes too long. */
static void slow_spare_gets_another(Scene *fixture, gconstpointer unused)
{
    Question late;

    ask(&late);
    connect_pipe(0);
    for (unsigned i = 0; i < 3; i++) {
        scene->pipes[0]->path = (StreamPath){.losses = i + 1, .round_trip_us = 20 * MS};
        g_assert_false(detour(&late));
        g_assert_cmpuint(scene->opened, ==, i < 2 ? 2 : 3);
        loop_advance(scene->loop, 50 * MS);
    }
    answer(0);
}

static void one_that_is_not_acknowledged_is_not_asked(Scene *fixture, gconstpointer unused)
{
    Question late, second;

    make_spare(&late);
    detour(&late);
    exchange_cancel(&late.exchange);
    ask(&second);
    scene->pipes[0]->path.unacknowledged = true;
    g_assert_false(detour(&second));
    scene->pipes[0]->path.unacknowledged = false;
    g_assert_false(detour(&second)); /* nothing has come back yet */
    answer(0);
    g_assert_true(detour(&second));
    answer(1);
}

static void lost_answers_are_forgiven(Scene *fixture, gconstpointer unused)
{
    Question late, second;

    make_spare(&late);
    detour(&late);
    exchange_cancel(&late.exchange);
    ask(&second);
    loop_advance(scene->loop, 1100 * MS);
    g_assert_true(detour(&second));
    answer(1);
}

static void spare_that_fails_harms_nobody(Scene *fixture, gconstpointer unused)
{
    Question late;

    ask(&late);
    connect_pipe(0);
    scene->pipes[0]->path.losses = 1;
    detour(&late);
    pipe_fail(&scene->pipes[1]->pipe, STATUS_REFUSED);
    loop_advance(scene->loop, 0);
    g_assert_cmpuint(late.ended, ==, 0);
    answer(0);
    g_assert_cmpint(late.status, ==, STATUS_OK);
}

static void spare_takes_over_from_one_that_closes(Scene *fixture, gconstpointer unused)
{
    Question late;

    make_spare(&late);
    pipe_fail(&scene->pipes[0]->pipe, STATUS_CLOSED);
    loop_advance(scene->loop, 0);
    g_assert_cmpuint(scene->opened, ==, 2);
    g_assert_cmpuint(where(&late), ==, 1);
    answer(1);
}

static void spare_goes_when_nothing_is_late(Scene *fixture, gconstpointer unused)
{
    Question late, next;

    make_spare(&late);
    answer(0);
    for (unsigned i = 0; i < 31; i++) {
        loop_advance(scene->loop, 1000 * MS);
        ask(&next);
        answer(0);
    }
    g_assert_nonnull(scene->pipes[0]);
    g_assert_null(scene->pipes[1]);
}

static void new_network_has_none(Scene *fixture, gconstpointer unused)
{
    Question late;

    make_spare(&late);
    transport_network_changed(&scene->pipeline->base);
    loop_advance(scene->loop, 0);
    g_assert_null(scene->pipes[0]);
    g_assert_null(scene->pipes[1]);
    connect_pipe(2);
    g_assert_cmpuint(where(&late), ==, 2);
    answer(2);
}

#define TEST(path, fn) g_test_add("/detour/" path, Scene, NULL, set_up, fn, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("without-loss-there-is-one", without_loss_there_is_one);
    TEST("loss-makes-a-spare", loss_makes_a_spare);
    TEST("spare-is-asked-from-then-on", spare_is_asked_from_then_on);
    TEST("left-one-is-not-left-again", left_one_is_not_left_again);
    TEST("recovered-one-is-asked-again", recovered_one_is_asked_again);
    TEST("one-that-owes-answers-is-not-asked", one_that_owes_answers_is_not_asked);
    TEST("three-are-enough", three_are_enough);
    TEST("slow-spare-gets-another", slow_spare_gets_another);
    TEST("one-that-is-not-acknowledged-is-not-asked", one_that_is_not_acknowledged_is_not_asked);
    TEST("lost-answers-are-forgiven", lost_answers_are_forgiven);
    TEST("spare-that-fails-harms-nobody", spare_that_fails_harms_nobody);
    TEST("spare-takes-over-from-one-that-closes", spare_takes_over_from_one_that_closes);
    TEST("spare-goes-when-nothing-is-late", spare_goes_when_nothing_is_late);
    TEST("new-network-has-none", new_network_has_none);
    return g_test_run();
}
