/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words to the service manager.
 *
 * The signs of life come from a timer of the loop that answers queries, so a loop that hangs falls
 * silent and is restarted (WatchdogSec=). It is the one wake-up of an idle helper: twice in the
 * watchdog's time, as sd_watchdog_enabled(3) advises.
 */
#include "notify.h"

#include <inttypes.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <time.h>

static void on_watchdog(void *owner)
{
    Notifier *notifier = owner;
    (void)sd_notify(0, "WATCHDOG=1");
    loop_timer_start(&notifier->watchdog, notifier->watchdog_us);
}

void notifier_init(Notifier *notifier, Loop *loop)
{
    uint64_t limit_us = 0;
    notifier->watchdog_us = 0;
    if (sd_watchdog_enabled(0, &limit_us) > 0)
        notifier->watchdog_us = (int64_t)(limit_us / 2);
    loop_timer_init(&notifier->watchdog, loop, on_watchdog, notifier);
}

void notifier_clear(Notifier *notifier)
{
    loop_timer_stop(&notifier->watchdog);
}

void notifier_ready(Notifier *notifier)
{
    (void)sd_notify(0, "READY=1");
    if (notifier->watchdog_us > 0 && !loop_timer_is_running(&notifier->watchdog))
        on_watchdog(notifier);
}

void notifier_status(const char *sentence)
{
    (void)sd_notifyf(0, "STATUS=%s", sentence);
}

void notifier_reloading(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
                     (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void notifier_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1");
}
