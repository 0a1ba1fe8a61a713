/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper of the barrier: a fork of the helper that does nothing but this.
 *
 *     helper   "up", "down", "watch LINK", or the end of the socket   →   keeper   →   packet
 * filter kernel   our link has lost an address                           →
 *
 * The helper gives CAP_NET_ADMIN away before it reads its first packet, and cannot hold the barrier
 * itself. The keeper takes single words, from the helper alone, and what they can bring about is
 * bounded in what and for how long. It has none of the helper's descriptors: our device has to
 * vanish when the helper and systemd let go of it.
 *
 * A stop sends SIGTERM to every process of the unit; the keeper waits for the helper's end instead,
 * which is the end of the socket.
 */
#include "barrier.h"

#include "barrier_alarm.h"
#include "barrier_rules.h"
#include "log.h"
#include "privileges.h"
#include "syscall_filter.h"

#include <errno.h>
#include <glib.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define AGAIN_MS  10
#define KEPT_FD   3 /* of the keeper's, after standard input, output and error */
#define PROC_NAME "sottod-barrier"

typedef struct Word {
    enum { UP, DOWN, WATCH } verb;
    int link; /* WATCH: its index, 0 none */
} Word;

struct Barrier {
    int fd;
    int link; /* that is watched; 0 none */
};

/* --- the keeper --- */

typedef struct Keeper {
    int fd, rules;   /* `rules` -1: down */
    int alarm;       /* -1: nothing is watched */
    int link;        /* that is watched */
    int64_t down_us; /* when it goes down by itself; 0: it is not wanted */
    Status failure;  /* told once */
} Keeper;

static void keeper_open(Keeper *keeper)
{
    Status status = barrier_rules_open(geteuid(), &keeper->rules);
    if (status != STATUS_OK && status != keeper->failure)
        log_info("lookups of other programs cannot be held back yet: %s", status_sentence(status));
    keeper->failure = status;
}

static void keeper_raise(Keeper *keeper, int for_ms)
{
    keeper->down_us = MAX(keeper->down_us, g_get_monotonic_time() + for_ms * INT64_C(1000));
    if (keeper->rules < 0)
        keeper_open(keeper);
}

static void keeper_lower(Keeper *keeper)
{
    if (keeper->rules >= 0)
        close(keeper->rules);
    else if (keeper->failure != STATUS_OK)
        log_warning("lookups of other programs could not be held back for a moment: %s",
                    status_sentence(keeper->failure));
    keeper->rules = -1;
    keeper->down_us = 0;
}

/* -1: nothing is due. */
static int time_left_ms(const Keeper *keeper)
{
    int64_t left_us = keeper->down_us - g_get_monotonic_time();
    if (keeper->down_us == 0)
        return -1;
    if (left_us <= 0)
        return 0;
    return (int)(left_us / 1000) + 1;
}

/* The keeper of the helper before us may hold its table for a moment still, as after a restart. */
static int wait_ms(const Keeper *keeper)
{
    int left_ms = time_left_ms(keeper);
    return left_ms > 0 && keeper->rules < 0 ? MIN(left_ms, AGAIN_MS) : left_ms;
}

static void keeper_on_time(Keeper *keeper)
{
    if (time_left_ms(keeper) == 0)
        keeper_lower(keeper);
    else if (keeper->rules < 0)
        keeper_open(keeper);
}

static void keeper_watch(Keeper *keeper, int link)
{
    if (keeper->alarm >= 0 && link == 0) {
        close(keeper->alarm);
        keeper->alarm = -1;
    } else if (keeper->alarm < 0 && link != 0) {
        keeper->alarm = barrier_alarm_open();
        if (keeper->alarm < 0)
            log_info("the keeper of the barrier hears nothing of links: %s", strerror(errno));
    }
    keeper->link = link;
}

static void keeper_obey(Keeper *keeper, const Word *word)
{
    int64_t lingered_us = g_get_monotonic_time() + BARRIER_LINGER_MS * 1000;
    switch (word->verb) {
    case UP:
        keeper_raise(keeper, BARRIER_LIMIT_MS);
        return;
    case DOWN:
        if (keeper->down_us != 0)
            keeper->down_us = MIN(keeper->down_us, lingered_us);
        return;
    case WATCH:
        keeper_watch(keeper, word->link);
        return;
    }
}

/* What the helper says comes first: that the link is not to be watched any more, too. */
static bool keeper_hear(Keeper *keeper, const struct pollfd waiting[2])
{
    Word word;
    if (waiting[0].revents != 0) {
        if (recv(keeper->fd, &word, sizeof word, 0) != sizeof word)
            return false;
        keeper_obey(keeper, &word);
    } else if (waiting[1].revents != 0 && barrier_alarm_read(keeper->alarm, keeper->link)) {
        keeper_raise(keeper, BARRIER_ALARM_MS);
    }
    return true;
}

/* Until the helper is gone. The kernel lets the barrier down with our last descriptor. */
static void keep(int fd)
{
    Keeper keeper = {.fd = fd, .rules = -1, .alarm = -1};
    for (;;) {
        struct pollfd waiting[] = {{.fd = fd, .events = POLLIN},
                                   {.fd = keeper.alarm, .events = POLLIN}};
        int ready = poll(waiting, G_N_ELEMENTS(waiting), wait_ms(&keeper));
        if (ready == 0)
            keeper_on_time(&keeper);
        else if (ready < 0 && errno != EINTR)
            return;
        else if (ready > 0 && !keeper_hear(&keeper, waiting))
            return;
    }
}

/* Nothing of the helper's is kept open: standard streams and the socket alone. */
static bool shed_descriptors(int fd)
{
    return dup2(fd, KEPT_FD) == KEPT_FD &&
           syscall(SYS_close_range, (unsigned)KEPT_FD + 1, ~0u, 0) == 0;
}

static _Noreturn void become_keeper(int fd, const char *user)
{
    static const int ignored[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < G_N_ELEMENTS(ignored); i++)
        signal(ignored[i], SIG_IGN);
    prctl(PR_SET_NAME, PROC_NAME, 0, 0, 0);
    if (!shed_descriptors(fd)) {
        log_warning("the keeper of the barrier cannot start: %s", strerror(errno));
    } else if (privileges_keep_network(user) != STATUS_OK) {
        log_warning("the keeper of the barrier cannot give its privileges away");
    } else {
        syscall_filter_begin(SYSCALL_FILTER_KEEPER);
        keep(KEPT_FD);
    }
    _exit(EXIT_SUCCESS);
}

/* --- the helper --- */

Barrier *barrier_new(const char *user)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
        log_warning("there is no barrier: %s", strerror(errno));
        return NULL;
    }
    pid_t keeper = fork();
    if (keeper == 0)
        become_keeper(ends[1], user);
    close(ends[1]);
    if (keeper < 0) {
        log_warning("there is no barrier: %s", strerror(errno));
        close(ends[0]);
        return NULL;
    }
    Barrier *barrier = g_new0(Barrier, 1);
    barrier->fd = ends[0];
    return barrier;
}

void barrier_free(Barrier *barrier)
{
    if (barrier == NULL)
        return;
    close(barrier->fd); /* the keeper ends with it; whether it has, nobody need wait for */
    g_free(barrier);
}

/* A keeper that is gone holds nothing. */
static void say(const Barrier *barrier, Word word)
{
    if (send(barrier->fd, &word, sizeof word, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        log_info("the keeper of the barrier does not listen: %s", strerror(errno));
}

void barrier_raise(Barrier *barrier)
{
    if (barrier != NULL)
        say(barrier, (Word){.verb = UP});
}

void barrier_lower(Barrier *barrier)
{
    if (barrier != NULL)
        say(barrier, (Word){.verb = DOWN});
}

void barrier_watch(Barrier *barrier, int link)
{
    if (barrier == NULL || barrier->link == link)
        return;
    barrier->link = link;
    say(barrier, (Word){.verb = WATCH, .link = link});
}
