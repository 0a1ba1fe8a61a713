/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lossy-link --rtt MS --loss PER_MILLE [--seed N] COMMAND…: runs COMMAND on the far side of a slow
 * link that loses packets.
 *
 * The far side is a network namespace of its own, 10.77.0.2; where this was started is the near
 * side, 10.77.0.1. Between them are two TUN devices and this program, which takes each packet from
 * one and gives it to the other half a round trip later, or drops it. So the kernel's own TCP runs
 * at both ends, and a kernel without a network emulator (tc netem) will do.
 *
 * Packets keep their order, as they do on a link: one queue a direction, each due as long after it
 * came. The loss is drawn anew for each packet, and is the same again for the same seed and the
 * same packets. It ends with COMMAND, by its status, and says how late it delivered at worst: what
 * may be added to each measured time. Only root may start it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PACKET_MAX = 2048, /* more than the devices' MTU */
    QUEUE_LENGTH = 4096,
};

typedef struct Packet {
    int64_t due_ns;
    size_t length;
    uint8_t bytes[PACKET_MAX];
} Packet;

/* One direction. */
typedef struct Lane {
    int from, to;
    Packet *queue; /* a ring */
    unsigned first, count;
} Lane;

typedef struct Link {
    int64_t delay_ns, latest_ns;
    unsigned loss; /* of 1000 */
    uint64_t random;
    unsigned passed, dropped;
    Lane lanes[2];
} Link;

static void fail(const char *what)
{
    fprintf(stderr, "lossy-link: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* ---- the two ends ---- */

static void set_up(int control, const char *name)
{
    struct ifreq request = {0};

    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(control, SIOCGIFFLAGS, &request) < 0)
        fail(name);
    request.ifr_flags |= IFF_UP;
    if (ioctl(control, SIOCSIFFLAGS, &request) < 0)
        fail(name);
}

static void set_address(int control, const char *name, unsigned long setting, const char *text)
{
    struct ifreq request = {0};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr(text)};

    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    memcpy(&request.ifr_addr, &address, sizeof address);
    if (ioctl(control, setting, &request) < 0)
        fail(name);
}

/* A TUN device in the present namespace, up, with the loopback. */
static int open_end(const char *name, const char *address)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0)
        fail("/dev/net/tun");
    if (control < 0)
        fail("socket");
    set_address(control, name, SIOCSIFADDR, address);
    set_address(control, name, SIOCSIFNETMASK, "255.255.255.0");
    set_up(control, name);
    set_up(control, "lo");
    close(control);
    return tun;
}

/* ---- forwarding ---- */

/* xorshift64*, from 0 to 999. */
static unsigned draw(Link *link)
{
    link->random ^= link->random >> 12;
    link->random ^= link->random << 25;
    link->random ^= link->random >> 27;
    return (unsigned)((link->random * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % 1000;
}

static void take_in(Link *link, Lane *lane)
{
    while (lane->count < QUEUE_LENGTH) {
        Packet *packet = &lane->queue[(lane->first + lane->count) % QUEUE_LENGTH];
        ssize_t length = read(lane->from, packet->bytes, PACKET_MAX);

        if (length <= 0)
            return;
        if (packet->bytes[0] >> 4 != 4)
            continue; /* what IPv6 says when a device comes up */
        if (draw(link) < link->loss) {
            link->dropped++;
            continue;
        }
        packet->length = (size_t)length;
        packet->due_ns = now_ns() + link->delay_ns;
        lane->count++;
    }
}

static void give_out(Link *link, Lane *lane)
{
    while (lane->count > 0) {
        const Packet *packet = &lane->queue[lane->first];
        int64_t late_ns = now_ns() - packet->due_ns;

        if (late_ns < 0)
            return;
        if (late_ns > link->latest_ns)
            link->latest_ns = late_ns;
        if (write(lane->to, packet->bytes, packet->length) == (ssize_t)packet->length)
            link->passed++;
        lane->first = (lane->first + 1) % QUEUE_LENGTH;
        lane->count--;
    }
}

static struct timespec *until_due(const Link *link, struct timespec *wait)
{
    int64_t due_ns = INT64_MAX, left_ns;

    for (int i = 0; i < 2; i++) {
        const Lane *lane = &link->lanes[i];

        if (lane->count > 0 && lane->queue[lane->first].due_ns < due_ns)
            due_ns = lane->queue[lane->first].due_ns;
    }
    if (due_ns == INT64_MAX)
        return NULL;
    left_ns = due_ns - now_ns();
    if (left_ns < 0)
        left_ns = 0;
    *wait = (struct timespec){left_ns / 1000000000, left_ns % 1000000000};
    return wait;
}

/* Until a signal comes; returns it. */
static int forward(Link *link, int signals)
{
    struct signalfd_siginfo signal;
    struct timespec wait;

    for (;;) {
        struct pollfd watched[] = {{link->lanes[0].from, POLLIN, 0},
                                   {link->lanes[1].from, POLLIN, 0},
                                   {signals, POLLIN, 0}};

        if (ppoll(watched, 3, until_due(link, &wait), NULL) < 0 && errno != EINTR)
            fail("ppoll");
        for (int i = 0; i < 2; i++) {
            take_in(link, &link->lanes[i]);
            give_out(link, &link->lanes[i]);
        }
        if ((watched[2].revents & POLLIN) != 0 &&
            read(signals, &signal, sizeof signal) == sizeof signal)
            return (int)signal.ssi_signo;
    }
}

/* ---- the command ---- */

static pid_t start(char **command, const sigset_t *before)
{
    pid_t child = fork();

    if (child < 0)
        fail("fork");
    if (child > 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, before, NULL);
    execvp(command[0], command);
    fail(command[0]);
    return -1;
}

static unsigned long number(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text == '\0' || *end != '\0') {
        fprintf(stderr, "lossy-link: %s is not a number\n", text);
        exit(2);
    }
    return value;
}

/* Returns the index of COMMAND. */
static int read_options(Link *link, int argc, char **argv)
{
    int i = 1;

    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        unsigned long value = number(argv[i + 1]);

        if (strcmp(argv[i], "--rtt") == 0)
            link->delay_ns = (int64_t)value * 500000;
        else if (strcmp(argv[i], "--loss") == 0)
            link->loss = (unsigned)value;
        else if (strcmp(argv[i], "--seed") == 0)
            link->random = value * UINT64_C(0x9e3779b97f4a7c15) + 1;
        else
            break;
    }
    if (i >= argc || strncmp(argv[i], "--", 2) == 0) {
        fprintf(stderr, "usage: lossy-link --rtt MS --loss PER_MILLE [--seed N] COMMAND…\n");
        exit(2);
    }
    return i;
}

static void open_lanes(Link *link)
{
    int near = open_end("near", "10.77.0.1"), far;

    if (unshare(CLONE_NEWNET) < 0)
        fail("a network namespace");
    far = open_end("far", "10.77.0.2");
    link->lanes[0] = (Lane){.from = near, .to = far};
    link->lanes[1] = (Lane){.from = far, .to = near};
    for (int i = 0; i < 2; i++) {
        link->lanes[i].queue = calloc(QUEUE_LENGTH, sizeof(Packet));
        if (!link->lanes[i].queue)
            fail("memory");
    }
}

int main(int argc, char **argv)
{
    Link link = {.random = 1};
    int command = read_options(&link, argc, argv), signals, status = 0;
    sigset_t watched, before;
    pid_t child;

    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGINT);
    sigprocmask(SIG_BLOCK, &watched, &before);
    signals = signalfd(-1, &watched, SFD_CLOEXEC);
    if (signals < 0)
        fail("signalfd");
    prctl(PR_SET_TIMERSLACK, 1);
    open_lanes(&link);
    child = start(argv + command, &before);
    /* A busy machine must not look like a slow link. */
    sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1});
    if (forward(&link, signals) != SIGCHLD)
        kill(child, SIGTERM);
    waitpid(child, &status, 0);
    fprintf(stderr, "lossy-link: %u packets passed, %u dropped, the latest %.2f ms late\n",
            link.passed, link.dropped, (double)link.latest_ns / 1e6);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
