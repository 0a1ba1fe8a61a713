/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A kernel for one process, as far as sockets and epoll go. The program under test is linked with
 * `--wrap` (kernel_calls in meson.build), so that its system calls end here: it opens, connects,
 * sends and polls as it always does, and what it sends is given to the simulated network.
 *
 * There is one, as there is one process. Its descriptors are above all real ones.
 */

/** One TCP connection, held by the program's socket and by whoever is at its far end. */
typedef struct Line {
    unsigned references;
    Address near, far;
    unsigned place;  /* where the machine was when it was opened, see kernel_move */
    bool by_client;  /* made by kernel_dial */
    bool connecting; /* the program waits for it to be made */
    bool stalled;    /* what the program sent goes unacknowledged */
    bool hung_up;    /* by the program */
    size_t window;   /* so much may be under way to the far end */
    size_t unacknowledged;
    GByteArray *input; /* what came; from `input_read` on it was not read yet */
    size_t input_read;
    bool ended, broken;     /* the far end sends no more; the connection is gone */
    int error;              /* SO_ERROR */
    void *far_end;          /* the far end's; NULL when it has let go */
    void *host;             /* the ether's: whom the program has dialled */
    int64_t arrivals_us[2]; /* the ether's: when the newest piece arrives, by direction; */
    unsigned held;          /*   and how many are being sent again */
} Line;

Line *line_ref(Line *line);
void line_unref(Line *line);

/** What the network is told of. Never calls back into the program. */
typedef struct KernelEvents {
    /** A datagram has left. `place`: where its socket was opened. */
    void (*datagram)(void *owner, const Address *from, const Address *to, unsigned place,
                     const uint8_t *bytes, size_t length);
    /** The program wants a connection to `line->far`. */
    void (*dialled)(void *owner, Line *line);
    void (*written)(void *owner, Line *line, const uint8_t *bytes, size_t length);
    /** The program has closed its end; `reset` with unread input. */
    void (*hung_up)(void *owner, Line *line, bool reset);
} KernelEvents;

/** Begins anew. What is open is an error of the schedule before. */
void kernel_boot(const KernelEvents *events, void *owner, uint64_t seed);
/** Descriptors that are open. */
unsigned kernel_open_count(void);
/** No more than that many; 0: as many as there are. */
void kernel_limit_files(unsigned limit);
/** The machine is at another place: new sockets have an address there. */
void kernel_move(unsigned place);
/** Without a network nothing can be connected or sent, but to this machine. */
void kernel_set_online(bool online);
/** Whether epoll would report something. */
bool kernel_is_ready(void);

/** A datagram comes in. False: nobody has that port, or not for this sender. */
bool kernel_deliver(const Address *from, const Address *to, const uint8_t *bytes, size_t length);
/** An ICMP error for what `to` has sent to `about`. */
void kernel_deliver_error(const Address *to, const Address *about, int error);

/** The line that the program dialled is made; kernel_line_reset: it is not going to be. */
void kernel_connect(Line *line);
/** A client dials the program. NULL: nobody listens. (transfer full) */
Line *kernel_dial(const Address *from, const Address *to, void *far_end);
void kernel_line_bytes(Line *line, const uint8_t *bytes, size_t length);
/** The far end sends no more. */
void kernel_line_end(Line *line);
/** The far end is gone: RST, or a time-out (`error`). */
void kernel_line_reset(Line *line, int error);
/** The far end has taken so much. */
void kernel_line_acknowledge(Line *line, size_t length);
