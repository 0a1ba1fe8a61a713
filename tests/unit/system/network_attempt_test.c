/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One answer for whoever waits, and no more. */
#include "network_attempt.h"

typedef struct Fixture {
    NetworkAttempt attempt;
    unsigned answers, late;
    int code; /* of the last error; -1 none */
} Fixture;

static void on_done(void *owner, const GError *error)
{
    Fixture *fixture = owner;
    fixture->answers++;
    fixture->code = error != NULL ? error->code : -1;
}

static void on_late(void *owner)
{
    Fixture *fixture = owner;
    fixture->late++;
}

static void set_up(Fixture *fixture, gconstpointer unused)
{
    network_attempt_init(&fixture->attempt, on_late, fixture);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    network_attempt_clear(&fixture->attempt);
}

static void answers_once(Fixture *fixture, gconstpointer unused)
{
    network_attempt_begin(&fixture->attempt, on_done, fixture);
    g_assert_true(network_attempt_is_awaited(&fixture->attempt));
    network_attempt_end(&fixture->attempt, NULL);
    network_attempt_end(&fixture->attempt, NULL);
    g_assert_cmpuint(fixture->answers, ==, 1);
    g_assert_cmpint(fixture->code, ==, -1);
    g_assert_false(network_attempt_is_awaited(&fixture->attempt));
}

static void another_one_cancels(Fixture *fixture, gconstpointer unused)
{
    network_attempt_begin(&fixture->attempt, on_done, fixture);
    network_attempt_begin(&fixture->attempt, on_done, fixture);
    g_assert_cmpuint(fixture->answers, ==, 1);
    g_assert_cmpint(fixture->code, ==, G_IO_ERROR_CANCELLED);
    g_assert_true(network_attempt_is_awaited(&fixture->attempt));
}

static void nobody_needs_to_wait(Fixture *fixture, gconstpointer unused)
{
    network_attempt_begin(&fixture->attempt, NULL, NULL);
    g_assert_false(network_attempt_is_awaited(&fixture->attempt));
    network_attempt_end(&fixture->attempt, NULL);
}

static void cleared_is_silent(Fixture *fixture, gconstpointer unused)
{
    network_attempt_begin(&fixture->attempt, on_done, fixture);
    network_attempt_clear(&fixture->attempt);
    network_attempt_end(&fixture->attempt, NULL);
    g_assert_cmpuint(fixture->answers, ==, 0);
    g_assert_cmpuint(fixture->late, ==, 0);
}

static void begin_again(void *owner, const GError *error)
{
    Fixture *fixture = owner;
    network_attempt_begin(&fixture->attempt, on_done, fixture);
}

static void may_begin_from_inside(Fixture *fixture, gconstpointer unused)
{
    network_attempt_begin(&fixture->attempt, begin_again, fixture);
    network_attempt_end(&fixture->attempt, NULL);
    g_assert_true(network_attempt_is_awaited(&fixture->attempt));
    network_attempt_end(&fixture->attempt, NULL);
    g_assert_cmpuint(fixture->answers, ==, 1);
}

#define ADD(name, function)                                                                        \
    g_test_add("/network-attempt/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("answers-once", answers_once);
    ADD("another-one-cancels", another_one_cancels);
    ADD("nobody-needs-to-wait", nobody_needs_to_wait);
    ADD("cleared-is-silent", cleared_is_silent);
    ADD("may-begin-from-inside", may_begin_from_inside);
    return g_test_run();
}
