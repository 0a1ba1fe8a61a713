/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loop.h"

#include <glib.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef struct Probe {
    Loop *loop;
    LoopTimer timer, other;
    LoopDefer defer, end;
    LoopIo io, io2;
    int calls;
    int64_t at_us;
} Probe;

static void count(void *owner)
{
    Probe *probe = owner;

    probe->calls++;
    probe->at_us = loop_now_us(probe->loop);
}

static void timers_fire_in_order_at_their_time(void)
{
    Probe probe = {.loop = loop_new_fake(1000, 50)};

    loop_timer_init(&probe.timer, probe.loop, count, &probe);
    loop_timer_start(&probe.timer, 2500000);
    g_assert_cmpint(loop_wait_us(probe.loop), ==, 2500000);
    loop_advance(probe.loop, 2499999);
    g_assert_cmpint(probe.calls, ==, 0);
    loop_advance(probe.loop, 500001);
    g_assert_cmpint(probe.calls, ==, 1);
    g_assert_cmpint(probe.at_us, ==, 2501000);
    g_assert_cmpint(loop_wall_s(probe.loop), ==, 53);
    g_assert_cmpint(loop_wait_us(probe.loop), ==, -1);
    loop_free(probe.loop);
}

static void restart(void *owner)
{
    Probe *probe = owner;

    probe->calls++;
    loop_timer_start(&probe->timer, 0);
}

static void restarted_timer_waits_for_the_next_turn(void)
{
    Probe probe = {.loop = loop_new_fake(0, 0)};

    loop_timer_init(&probe.timer, probe.loop, restart, &probe);
    loop_timer_start(&probe.timer, 0);
    loop_turn(probe.loop, 0);
    g_assert_cmpint(probe.calls, ==, 1);
    loop_timer_stop(&probe.timer);
    loop_free(probe.loop);
}

static void stop_other(void *owner)
{
    Probe *probe = owner;

    probe->calls++;
    loop_timer_stop(&probe->other);
}

static void stopped_timer_never_fires(void)
{
    Probe probe = {.loop = loop_new_fake(0, 0)};

    loop_timer_init(&probe.timer, probe.loop, stop_other, &probe);
    loop_timer_init(&probe.other, probe.loop, count, &probe);
    loop_timer_start(&probe.timer, 5);
    loop_timer_start(&probe.other, 5);
    loop_advance(probe.loop, 10);
    g_assert_cmpint(probe.calls, ==, 1);
    loop_free(probe.loop);
}

static void defer_again(void *owner)
{
    Probe *probe = owner;

    if (++probe->calls < 3)
        loop_defer_schedule(&probe->defer);
}

static void deferred_call_runs_once_a_turn(void)
{
    Probe probe = {.loop = loop_new_fake(0, 0)};

    loop_defer_init(&probe.defer, probe.loop, defer_again, &probe);
    loop_defer_schedule(&probe.defer);
    loop_defer_schedule(&probe.defer);
    g_assert_cmpint(probe.calls, ==, 0);
    loop_turn(probe.loop, 0);
    g_assert_cmpint(probe.calls, ==, 1);
    loop_advance(probe.loop, 0);
    g_assert_cmpint(probe.calls, ==, 3);
    loop_free(probe.loop);
}

static void defer_to_end(void *owner)
{
    Probe *probe = owner;

    loop_defer_to_end(&probe->end);
}

static void end_of_the_turn_is_after_its_deferred_calls(void)
{
    Probe probe = {.loop = loop_new_fake(0, 0)};

    loop_defer_init(&probe.defer, probe.loop, defer_to_end, &probe);
    loop_defer_init(&probe.end, probe.loop, count, &probe);
    loop_defer_schedule(&probe.defer);
    loop_turn(probe.loop, 0);
    g_assert_cmpint(probe.calls, ==, 1);
    loop_defer_to_end(&probe.end);
    g_assert_cmpint(loop_wait_us(probe.loop), ==, 0);
    loop_advance(probe.loop, 0);
    g_assert_cmpint(probe.calls, ==, 2);
    loop_defer_to_end(&probe.end);
    loop_defer_cancel(&probe.end);
    loop_advance(probe.loop, 0);
    g_assert_cmpint(probe.calls, ==, 2);
    loop_free(probe.loop);
}

static void readable(void *owner, uint32_t events)
{
    Probe *probe = owner;

    probe->calls++;
    g_assert_true(events & LOOP_READ);
    loop_io_clear(&probe->io);
    loop_io_clear(&probe->io2);
}

static void cleared_descriptor_is_not_called_for_a_reported_event(void)
{
    Probe probe = {.loop = loop_new()};
    int a = eventfd(1, 0), b = eventfd(1, 0);

    g_assert_cmpint(loop_io_open(&probe.io, probe.loop, a, LOOP_READ, readable, &probe), ==,
                    STATUS_OK);
    g_assert_cmpint(loop_io_open(&probe.io2, probe.loop, b, LOOP_READ, readable, &probe), ==,
                    STATUS_OK);
    loop_turn(probe.loop, 0);
    g_assert_cmpint(probe.calls, ==, 1);
    close(a);
    close(b);
    loop_free(probe.loop);
}

static void quit(void *owner)
{
    Probe *probe = owner;

    count(probe);
    loop_quit(probe->loop);
}

static void real_clock_waits_for_timers(void)
{
    Probe probe = {.loop = loop_new()};
    int64_t began_us = loop_now_us(probe.loop);

    loop_timer_init(&probe.timer, probe.loop, quit, &probe);
    loop_timer_start(&probe.timer, 20000);
    loop_run(probe.loop);
    g_assert_cmpint(probe.at_us - began_us, >=, 20000);
    loop_free(probe.loop);
}

/* As when the loop is mounted in GLib's, idle for long, and a call on the bus starts something. */
static void real_clock_goes_on_between_turns(void)
{
    Probe probe = {.loop = loop_new()};
    int64_t turned_us;

    loop_turn(probe.loop, 0);
    turned_us = loop_now_us(probe.loop);
    g_usleep(50000);
    g_assert_cmpint(loop_now_us(probe.loop) - turned_us, >=, 50000);
    loop_timer_init(&probe.timer, probe.loop, count, &probe);
    loop_timer_start(&probe.timer, 50000);
    loop_turn(probe.loop, 0);
    g_assert_cmpint(probe.calls, ==, 0);
    loop_timer_stop(&probe.timer);
    loop_free(probe.loop);
}

static void sleep_through(void *owner)
{
    Probe *probe = owner;
    int64_t began_us = loop_now_us(probe->loop);

    g_usleep(2000);
    probe->at_us = loop_now_us(probe->loop) - began_us;
}

static void real_clock_stands_still_within_a_turn(void)
{
    Probe probe = {.loop = loop_new(), .at_us = -1};

    loop_defer_init(&probe.defer, probe.loop, sleep_through, &probe);
    loop_defer_schedule(&probe.defer);
    loop_turn(probe.loop, 0);
    g_assert_cmpint(probe.at_us, ==, 0);
    loop_free(probe.loop);
}

static void turn_does_not_count_waiting(void)
{
    Probe probe = {.loop = loop_new()};

    loop_turn(probe.loop, 100000);
    g_assert_cmpint(loop_longest_turn_us(probe.loop), <, 90000);
    loop_free(probe.loop);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/loop/timers-fire-in-order-at-their-time", timers_fire_in_order_at_their_time);
    g_test_add_func("/loop/restarted-timer-waits-for-the-next-turn",
                    restarted_timer_waits_for_the_next_turn);
    g_test_add_func("/loop/stopped-timer-never-fires", stopped_timer_never_fires);
    g_test_add_func("/loop/deferred-call-runs-once-a-turn", deferred_call_runs_once_a_turn);
    g_test_add_func("/loop/end-of-the-turn-is-after-its-deferred-calls",
                    end_of_the_turn_is_after_its_deferred_calls);
    g_test_add_func("/loop/cleared-descriptor-is-not-called-for-a-reported-event",
                    cleared_descriptor_is_not_called_for_a_reported_event);
    g_test_add_func("/loop/real-clock-waits-for-timers", real_clock_waits_for_timers);
    g_test_add_func("/loop/real-clock-goes-on-between-turns", real_clock_goes_on_between_turns);
    g_test_add_func("/loop/real-clock-stands-still-within-a-turn",
                    real_clock_stands_still_within_a_turn);
    g_test_add_func("/loop/turn-does-not-count-waiting", turn_does_not_count_waiting);
    return g_test_run();
}
