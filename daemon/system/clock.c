/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wall clock: when it is set, and when it is wrong.
 *
 * A clock that is years off makes every certificate invalid, so no resolver can be asked, so the
 * time servers' names cannot be looked up, so the clock stays wrong. The way out is to know it.
 *
 * Certain: a time before this program was built. As good as certain: a time before that of a file
 * that was written here, a certificate that is signed and yet to begin. Hearsay, but there is more
 * than one who says so: the date that a web page answers with, several resolvers whose
 * certificates have all run out. A single one that has run out is most likely its owner's fault,
 * and a date that fits our clock says that the clock is right.
 *
 * Whoever can lie about the date can make us say "the clock is wrong" and ask the network for the
 * time servers' addresses; they can do as much to the time servers' own answers. No certificate is
 * believed for it.
 *
 * The kernel tells of a clock that is set by cancelling a timer (timerfd_create(2)):
 * TFD_TIMER_CANCEL_ON_SET, on a timer that never ends. It says so after a sleep, too; what counts
 * is how far wall clock and time since boot have moved against each other.
 */
#include "clock.h"

#include "build-time.h"
#include "log.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define DAY_S   (INT64_C(24) * 3600)
#define NEVER_S INT64_C(253402300799) /* the end of the year 9999 */

struct Clock {
    Loop *loop;
    LoopIo io;
    int fd;           /* -1: the kernel tells nothing */
    int64_t newest_s; /* of the state's files; 0: none */
    int64_t start_s;  /* when this machine was started, by its clock */
    ClockSet set;
    void *owner;
};

/* ---- when it is set ---- */

static int64_t start_by_clock_s(const Clock *clock)
{
    return loop_wall_s(clock->loop) - loop_now_us(clock->loop) / G_USEC_PER_SEC;
}

static bool arm(const Clock *clock)
{
    const struct itimerspec never = {.it_value.tv_sec = NEVER_S};

    return timerfd_settime(clock->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) ==
           0;
}

static void on_cancelled(void *owner, uint32_t events)
{
    Clock *clock = owner;
    uint64_t expirations;
    ssize_t length = read(clock->fd, &expirations, sizeof expirations);
    int64_t leap_s = -clock->start_s;

    if (length < 0 && errno != ECANCELED)
        return;
    clock->start_s = start_by_clock_s(clock);
    leap_s += clock->start_s;
    if (!arm(clock)) {
        log_warning("the kernel does not tell any more when the clock is set reason=%s",
                    g_strerror(errno));
        loop_io_clear(&clock->io);
    }
    if (llabs(leap_s) < CLOCK_LEAP_S)
        return;
    log_info("the clock was set seconds=%+" G_GINT64_FORMAT, leap_s);
    clock->set(clock->owner, leap_s);
}

static void watch(Clock *clock)
{
    clock->fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (clock->fd < 0 || !arm(clock) ||
        loop_io_open(&clock->io, clock->loop, clock->fd, LOOP_READ, on_cancelled, clock) !=
            STATUS_OK)
        log_warning("the kernel does not tell when the clock is set reason=%s", g_strerror(errno));
}

/* ---- when it is wrong ---- */

static int64_t newest_in(const char *path)
{
    g_autoptr(GDir) folder = path ? g_dir_open(path, 0, NULL) : NULL;
    const char *name;
    int64_t newest_s = 0;

    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        GStatBuf facts;

        if (g_lstat(file, &facts) == 0)
            newest_s = MAX(newest_s, facts.st_mtime);
    }
    return newest_s;
}

bool clock_explains(const Clock *clock, const ClockEvidence *evidence)
{
    int64_t now_s = loop_wall_s(clock->loop);
    bool early = g_str_equal(evidence->code, status_name(STATUS_CERT_NOT_YET_VALID));

    if (!early && !g_str_equal(evidence->code, status_name(STATUS_CERT_EXPIRED)))
        return false;
    if (now_s < SOTTO_BUILD_TIME_S - DAY_S)
        return true;
    if (evidence->told)
        return llabs(evidence->ahead_s) > DAY_S;
    return early || now_s < clock->newest_s - DAY_S || evidence->resolvers > 1;
}

unsigned clock_count_dated(const Engine *engine, const Plan *plan)
{
    unsigned count = 0;

    for (size_t i = 0; i < plan->resolver_count; i++) {
        ResolverHealth health;

        if (!engine_resolver_health(engine, plan->resolvers[i]->id, &health))
            continue;
        if (health.answers > 0 && health.last_failure == STATUS_OK)
            return 0;
        if (health.last_failure == STATUS_CERT_EXPIRED ||
            health.last_failure == STATUS_CERT_NOT_YET_VALID)
            count++;
    }
    return count;
}

/* ---- life ---- */

Clock *clock_new(Loop *loop, const char *folder, ClockSet set, void *owner)
{
    Clock *clock = g_new0(Clock, 1);

    clock->loop = loop;
    clock->set = set;
    clock->owner = owner;
    clock->newest_s = newest_in(folder);
    clock->start_s = start_by_clock_s(clock);
    watch(clock);
    return clock;
}

void clock_free(Clock *clock)
{
    if (!clock)
        return;
    loop_io_clear(&clock->io);
    if (clock->fd >= 0)
        close(clock->fd);
    g_free(clock);
}
