/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agenda.h"
#include "dice.h"
#include "kernel.h"

#include <glib.h>

/** The network between the machine and the servers, and the machine's own loopback. */
typedef struct Ether Ether;
typedef struct Host Host;

/** What it does to what it carries, each of 1000. */
typedef struct Weather {
    unsigned loss, duplicate;
    int64_t latency_us, jitter_us; /* one way; the second is drawn, so that packets overtake */
} Weather;

typedef enum HostState {
    HOST_UP,
    HOST_DOWN,   /* the program is gone: ports refuse, connections are reset */
    HOST_SILENT, /* nothing comes through; connections outlive it */
} HostState;

/** Somebody who serves at an address. Embedded. */
typedef struct HostClass {
    void (*datagram)(Host *host, const Address *from, unsigned place, const uint8_t *bytes,
                     size_t length);
    /** Returns what is handed to the others; never NULL. */
    void *(*line_opened)(Host *host, Line *line);
    void (*line_bytes)(Host *host, void *end, const uint8_t *bytes, size_t length);
    /** The program has closed it, or the host went down: frees `end`. */
    void (*line_closed)(Host *host, void *end);
} HostClass;

struct Host {
    const HostClass *class;
    Ether *ether;
    Address address;
    unsigned place; /* where it can be reached; 0: everywhere */
    HostState state;
    int64_t distance_us; /* on top of the weather's latency */
    GPtrArray *lines;    /* Line*, open */
};

/** The other side of loopback. */
typedef struct EtherClients {
    void (*datagram)(void *owner, const Address *to, const uint8_t *bytes, size_t length);
    void (*line_bytes)(void *owner, Line *line, const uint8_t *bytes, size_t length);
    void (*line_closed)(void *owner, Line *line);
} EtherClients;

struct Ether {
    Agenda *agenda;
    Dice dice;
    Weather weather;
    unsigned place; /* where the machine is; from 1 */
    GPtrArray *hosts;
    const EtherClients *clients;
    void *client_owner;
};

extern const KernelEvents ether_events;

void ether_init(Ether *ether, Agenda *agenda, uint64_t seed);
void ether_clear(Ether *ether);
/** The machine is somewhere else: what was under way is lost. */
void ether_move(Ether *ether, unsigned place);

void host_init(Host *host, Ether *ether, const HostClass *class, const Address *address);
void host_clear(Host *host);
void host_set_state(Host *host, HostState state);
/** Sends a datagram back to where a query came from. */
void host_send(Host *host, const Address *to, unsigned place, const uint8_t *bytes, size_t length,
               int64_t after_us);
void host_line_send(Host *host, Line *line, const uint8_t *bytes, size_t length, int64_t after_us);
/** Closes its end: in good order, or by a reset. Frees what line_opened gave. */
void host_line_close(Host *host, Line *line, bool reset, int64_t after_us);
