/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "heap.h"
#include "list.h"
#include "status.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * The event loop: descriptors (epoll), timers and deferred calls, on one thread.
 *
 * Sources are embedded in the object that owns them and cleared with it. A callback may clear or
 * free any source, its own included; a source cleared is never called again, also not for events
 * that the kernel had already reported. Time stands still within one turn.
 *
 * The loop runs by itself (`loop_run`) or mounted in another one through `loop_fd`, `loop_wait_us`
 * and `loop_turn`. A loop made by `loop_new_fake` has a clock that moves only by `loop_advance`.
 */
typedef struct Loop Loop;

enum {
    LOOP_READ = 1u << 0,
    LOOP_WRITE = 1u << 1,
    LOOP_ERROR = 1u << 2, /* reported without being asked for: error or hang-up */
};

typedef void (*LoopIoFn)(void *owner, uint32_t events);
typedef void (*LoopFn)(void *owner);

typedef struct LoopIo {
    Loop *loop; /* NULL while not registered */
    LoopIoFn fn;
    void *owner;
    uint32_t events;
    int fd;
} LoopIo;

typedef struct LoopTimer {
    HeapNode node;
    Loop *loop;
    LoopFn fn;
    void *owner;
} LoopTimer;

typedef struct LoopDefer {
    ListNode node;
    Loop *loop;
    LoopFn fn;
    void *owner;
} LoopDefer;

Loop *loop_new(void);
/** A loop whose clocks start at the values given and stand still until `loop_advance`. */
Loop *loop_new_fake(int64_t now_us, int64_t wall_s);
/** Frees the loop; its sources must have been cleared before. */
void loop_free(Loop *loop);

/** Time since boot, suspend included, in microseconds; constant within a turn, up to date outside.
 */
int64_t loop_now_us(const Loop *loop);
/** Wall clock, seconds since 1970; may jump. */
int64_t loop_wall_s(const Loop *loop);

/** Watches `fd` (borrowed) for `events`. STATUS_OK, or STATUS_IO if the kernel refuses. */
Status loop_io_open(LoopIo *io, Loop *loop, int fd, uint32_t events, LoopIoFn fn,
                    void *owner) must_check;
/** Changes what is watched; 0 leaves errors and hang-ups only. */
void loop_io_want(LoopIo *io, uint32_t events);
/** Stops watching. The descriptor stays open. Safe to repeat, and on a zeroed LoopIo. */
void loop_io_clear(LoopIo *io);

void loop_timer_init(LoopTimer *timer, Loop *loop, LoopFn fn, void *owner);
/** Fires once, `delay_us` from now (at least 0); a running timer is moved. */
void loop_timer_start(LoopTimer *timer, int64_t delay_us);
/** Safe to repeat, and on a zeroed LoopTimer. */
void loop_timer_stop(LoopTimer *timer);
bool loop_timer_is_running(const LoopTimer *timer);

void loop_defer_init(LoopDefer *defer, Loop *loop, LoopFn fn, void *owner);
/** Calls `fn` once, at the end of this turn at the earliest, never from inside this call. */
void loop_defer_schedule(LoopDefer *defer);
/** The same, after all that `loop_defer_schedule` has called in this turn: sends in one call what
 * the turn has brought up, and keeps nothing of it back. From inside a call like it: at the end of
 * the next turn. */
void loop_defer_to_end(LoopDefer *defer);
/** Safe to repeat, and on a zeroed LoopDefer. */
void loop_defer_cancel(LoopDefer *defer);

/** Handles what is ready, waiting up to `wait_us` for it (0: do not wait, negative: for ever). */
void loop_turn(Loop *loop, int64_t wait_us);
/** Turns until `loop_quit`. */
void loop_run(Loop *loop);
void loop_quit(Loop *loop);

/** A descriptor that is readable when some watched descriptor is ready. Borrowed. */
int loop_fd(const Loop *loop);
/** How long until the next timer or deferred call is due, in microseconds; -1 when there is none.
 */
int64_t loop_wait_us(const Loop *loop);

/** The longest turn so far, waiting excluded, in microseconds (real clock also for a fake loop). */
int64_t loop_longest_turn_us(const Loop *loop);

/** Fake loops only: moves both clocks on by `us`, firing what falls due on the way, in order. */
void loop_advance(Loop *loop, int64_t us);
/** Fake loops only: somebody sets the wall clock; the loop's own goes on. */
void loop_set_wall(Loop *loop, int64_t wall_s);
