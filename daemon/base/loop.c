/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One epoll set, one heap of timers, one list of deferred calls. A turn waits for descriptors, then
 * calls in this order: descriptors, due timers, deferred calls, and those deferred to the end,
 * which send what all of these have brought up. What a callback defers or starts with no delay runs
 * in the next turn unless its kind is still to come, so a turn always ends.
 *
 * Sources die inside callbacks. For timers and deferred calls their removal from the heap or list
 * is enough. For descriptors the kernel may already have reported an event for a source cleared
 * earlier in the same turn: the batch being dispatched is kept in the Loop, and `loop_io_clear`
 * wipes the source from it.
 *
 * The real clock is CLOCK_BOOTTIME: it runs on while the machine sleeps, so that cached answers age
 * in a suspended laptop. A turn reads it once, for all its callbacks. Between turns it is read
 * anew: mounted in another loop this one may rest for hours, then a call on the bus starts a timer,
 * and counted from the last turn its time would have passed before anything was sent. A fake loop
 * has no epoll wait; its time moves by loop_advance alone.
 */
#include "loop.h"

#include "log.h"

#include <errno.h>
#include <glib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define EVENT_BATCH 64

struct Loop {
    Heap timers;
    List deferred, ending; /* the latter: to the end of the turn */
    struct epoll_event batch[EVENT_BATCH];
    int batch_length;
    int epoll_fd;
    bool fake, quit, turning;
    int64_t now_us;          /* of this turn, or of a fake loop */
    int64_t wall_s, wall_us; /* fake only: seconds, and the part below one */
    int64_t longest_turn_us;
};

static int64_t clock_us(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static Loop *loop_allocate(void)
{
    Loop *loop = g_new0(Loop, 1);

    heap_init(&loop->timers);
    list_init(&loop->deferred);
    list_init(&loop->ending);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0)
        g_error("cannot create an epoll descriptor: %s", g_strerror(errno));
    return loop;
}

Loop *loop_new(void)
{
    return loop_allocate();
}

Loop *loop_new_fake(int64_t now_us, int64_t wall_s)
{
    Loop *loop = loop_allocate();

    loop->fake = true;
    loop->now_us = now_us;
    loop->wall_s = wall_s;
    return loop;
}

void loop_free(Loop *loop)
{
    if (!loop)
        return;
    heap_clear(&loop->timers);
    close(loop->epoll_fd);
    g_free(loop);
}

int64_t loop_now_us(const Loop *loop)
{
    return loop->fake || loop->turning ? loop->now_us : clock_us(CLOCK_BOOTTIME);
}

int64_t loop_wall_s(const Loop *loop)
{
    return loop->fake ? loop->wall_s : (int64_t)time(NULL);
}

/* ---- descriptors ---- */

static uint32_t to_epoll(uint32_t events)
{
    return (events & LOOP_READ ? EPOLLIN : 0u) | (events & LOOP_WRITE ? EPOLLOUT : 0u);
}

static uint32_t from_epoll(uint32_t events)
{
    return (events & (EPOLLIN | EPOLLRDHUP) ? LOOP_READ : 0u) |
           (events & EPOLLOUT ? LOOP_WRITE : 0u) |
           (events & (EPOLLERR | EPOLLHUP) ? LOOP_ERROR : 0u);
}

Status loop_io_open(LoopIo *io, Loop *loop, int fd, uint32_t events, LoopIoFn fn, void *owner)
{
    struct epoll_event event = {.events = to_epoll(events), .data.ptr = io};

    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
        log_error("cannot watch a descriptor: %s", g_strerror(errno));
        return STATUS_IO;
    }
    *io = (LoopIo){.loop = loop, .fn = fn, .owner = owner, .events = events, .fd = fd};
    return STATUS_OK;
}

void loop_io_want(LoopIo *io, uint32_t events)
{
    struct epoll_event event = {.events = to_epoll(events), .data.ptr = io};

    if (!io->loop || io->events == events)
        return;
    io->events = events;
    if (epoll_ctl(io->loop->epoll_fd, EPOLL_CTL_MOD, io->fd, &event) < 0)
        log_error("cannot change what is watched on a descriptor: %s", g_strerror(errno));
}

void loop_io_clear(LoopIo *io)
{
    Loop *loop = io->loop;

    if (!loop)
        return;
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, io->fd, NULL);
    for (int i = 0; i < loop->batch_length; i++)
        if (loop->batch[i].data.ptr == io)
            loop->batch[i].data.ptr = NULL;
    io->loop = NULL;
}

static void dispatch_descriptors(Loop *loop)
{
    for (int i = 0; i < loop->batch_length; i++) {
        LoopIo *io = loop->batch[i].data.ptr;

        if (io)
            io->fn(io->owner, from_epoll(loop->batch[i].events));
    }
    loop->batch_length = 0;
}

/* ---- timers ---- */

void loop_timer_init(LoopTimer *timer, Loop *loop, LoopFn fn, void *owner)
{
    *timer = (LoopTimer){.loop = loop, .fn = fn, .owner = owner};
}

void loop_timer_start(LoopTimer *timer, int64_t delay_us)
{
    heap_insert(&timer->loop->timers, &timer->node, loop_now_us(timer->loop) + MAX(delay_us, 0));
}

void loop_timer_stop(LoopTimer *timer)
{
    if (timer->loop)
        heap_remove(&timer->loop->timers, &timer->node);
}

bool loop_timer_is_running(const LoopTimer *timer)
{
    return heap_node_is_linked(&timer->node);
}

static void dispatch_timers(Loop *loop)
{
    uint64_t newest = loop->timers.order; /* timers started from here on wait for the next turn */
    HeapNode *node;

    while ((node = heap_first(&loop->timers)) && node->key <= loop->now_us &&
           node->order < newest) {
        LoopTimer *timer = container_of(node, LoopTimer, node);

        heap_remove(&loop->timers, node);
        timer->fn(timer->owner);
    }
}

/* ---- deferred calls ---- */

void loop_defer_init(LoopDefer *defer, Loop *loop, LoopFn fn, void *owner)
{
    *defer = (LoopDefer){.loop = loop, .fn = fn, .owner = owner};
    list_init(&defer->node);
}

void loop_defer_schedule(LoopDefer *defer)
{
    if (!list_is_linked(&defer->node))
        list_append(&defer->loop->deferred, &defer->node);
}

void loop_defer_to_end(LoopDefer *defer)
{
    if (!list_is_linked(&defer->node))
        list_append(&defer->loop->ending, &defer->node);
}

void loop_defer_cancel(LoopDefer *defer)
{
    if (defer->loop)
        list_remove(&defer->node);
}

static bool has_deferred(const Loop *loop)
{
    return !list_is_empty(&loop->deferred) || !list_is_empty(&loop->ending);
}

static void dispatch_deferred(List *list)
{
    List now;

    if (list_is_empty(list))
        return;
    /* Take the whole list over: what is scheduled from here on belongs to the next turn. */
    list_init(&now);
    list_insert_before(list, &now);
    list_remove(list);
    while (!list_is_empty(&now)) {
        LoopDefer *defer = list_first(&now, LoopDefer, node);

        list_remove(&defer->node);
        defer->fn(defer->owner);
    }
}

/* ---- turning ---- */

int64_t loop_wait_us(const Loop *loop)
{
    HeapNode *node = heap_first(&loop->timers);
    int64_t now_us = loop->fake ? loop->now_us : clock_us(CLOCK_BOOTTIME);

    if (has_deferred(loop))
        return 0;
    return node ? MAX(node->key - now_us, 0) : -1;
}

static int wait_ms_for(const Loop *loop, int64_t wait_us)
{
    int64_t due_us = loop_wait_us(loop);

    if (due_us >= 0 && (wait_us < 0 || due_us < wait_us))
        wait_us = due_us;
    if (wait_us < 0)
        return -1;
    return (int)MIN((wait_us + 999) / 1000, G_MAXINT); /* rounded up: never a turn too early */
}

void loop_turn(Loop *loop, int64_t wait_us)
{
    int wait_ms = loop->fake ? 0 : wait_ms_for(loop, wait_us);
    int length = epoll_wait(loop->epoll_fd, loop->batch, EVENT_BATCH, wait_ms);
    int64_t began_us = clock_us(CLOCK_BOOTTIME);

    loop->batch_length = MAX(length, 0);
    if (!loop->fake)
        loop->now_us = began_us;
    loop->turning = true;
    dispatch_descriptors(loop);
    dispatch_timers(loop);
    dispatch_deferred(&loop->deferred);
    dispatch_deferred(&loop->ending);
    loop->turning = false;
    loop->longest_turn_us = MAX(loop->longest_turn_us, clock_us(CLOCK_BOOTTIME) - began_us);
}

void loop_run(Loop *loop)
{
    loop->quit = false;
    while (!loop->quit)
        loop_turn(loop, -1);
}

void loop_quit(Loop *loop)
{
    loop->quit = true;
}

int loop_fd(const Loop *loop)
{
    return loop->epoll_fd;
}

int64_t loop_longest_turn_us(const Loop *loop)
{
    return loop->longest_turn_us;
}

static void fake_move(Loop *loop, int64_t us)
{
    loop->now_us += us;
    loop->wall_us += us;
    loop->wall_s += loop->wall_us / 1000000;
    loop->wall_us %= 1000000;
}

void loop_advance(Loop *loop, int64_t us)
{
    int64_t until_us = loop->now_us + us;

    require(loop->fake, );
    for (;;) {
        HeapNode *node = heap_first(&loop->timers);

        if (has_deferred(loop)) {
            loop_turn(loop, 0);
        } else if (node && node->key <= until_us) {
            fake_move(loop, MAX(node->key - loop->now_us, 0));
            loop_turn(loop, 0);
        } else {
            break;
        }
    }
    fake_move(loop, until_us - loop->now_us);
}

void loop_set_wall(Loop *loop, int64_t wall_s)
{
    require(loop->fake, );
    loop->wall_s = wall_s;
}
