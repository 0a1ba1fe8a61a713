/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "crowd.h"
#include "stream.h"
#include "transport.h"

/* Questions pipelined on connections to the endpoint: one takes what is asked now, is kept for what
 * will be, and is made anew when it goes. Those before it live on until their answers are in.
 * What is said on a connection is the protocol's, which embeds a Pipeline first in its transport,
 * and a Pipe first in what it keeps for each connection. */

typedef struct Pipeline Pipeline;
typedef struct Pipe Pipe;

/** What a connection is made of. Its events come back through pipe_connected, pipe_received and
 * pipe_fail, never from inside `open`. */
typedef struct PipeCarrier {
    void (*open)(Pipe *pipe);
    /** No event comes after it. */
    void (*close)(Pipe *pipe);
    /** Whether what was sent is not acknowledged: the path is dead, not the server slow. */
    bool (*is_stalled)(const Pipe *pipe);
    /** Of the one stream that all answers come by, in order, so that a lost packet holds up those
     * behind it. NULL: they do not wait for each other. */
    void (*path)(const Pipe *pipe, StreamPath *path);
    /** What its peer has shown, once connected, into an empty chain; NULL: it cannot tell. */
    void (*chain)(const Pipe *pipe, PeerChain *chain);
} PipeCarrier;

/** The usual one, a TLS stream: `stream` of the pipe. */
extern const PipeCarrier pipe_stream;

typedef struct PipelineClass {
    const char *protocol, *alpn; /* "DNS over HTTPS", "h2" */
    const PipeCarrier *carrier;  /* NULL: pipe_stream */
    /** A zeroed Pipe with the protocol's own around it. */
    Pipe *(*pipe_new)(Pipeline *pipeline);
    /** Frees all of it. */
    void (*pipe_free)(Pipe *pipe);
    /** The handshake is done; anything but STATUS_OK ends the connection with that. */
    Status (*connected)(Pipe *pipe, const TlsFacts *facts);
    /** At the end of a turn, connected: asks what pipe_next gives. */
    void (*flush)(Pipe *pipe);
    void (*received)(Pipe *pipe, const uint8_t *bytes, size_t length);
    /** Forgets an exchange of `sent` that ends without an answer; it is still in the list. */
    void (*forget)(Pipe *pipe, Exchange *exchange);
    /** Frees the whole object, which begins with `pipeline`, after pipeline_clear. */
    void (*free)(Pipeline *pipeline);
} PipelineClass;

struct Pipeline {
    Transport base;
    const PipelineClass *class;
    List unsent;
    Pipe *current; /* NULL: none that could be asked */
    List draining; /* pipes on which only answers are waited for */
    List spares;   /* pipes kept beside the current one, while packets are lost (detour.c) */
    const Endpoint
        *peer;        /* where connections go: the endpoint, or the relay that passes on to it */
    TlsTarget target; /* the peer's */
    TlsSession session;
    TlsFacts facts;  /* of the last connection made */
    Crowd crowd;     /* how many may be under way on one */
    unsigned stalls; /* connections in a row on which nothing came back */
    unsigned holds;  /* pipes that are left, and the owner */
};

/** One connection. */
struct Pipe {
    Pipeline *pipeline;
    ListNode node;  /* in `draining` or `spares` */
    List sent;      /* exchanges; their `pipe` is this one, their `state` the protocol's */
    Stream *stream; /* of pipe_stream */
    LoopTimer idle, silence;
    LoopDefer flush;
    unsigned holds;
    bool open;  /* else it is gone, and this object stays for handlers on the stack */
    bool early; /* set by a carrier on which it may be asked before it is connected */
    int64_t begun_us, opened_us; /* when it began to connect, and was connected */
    bool connected, quiet;       /* silent for one round already */
    int64_t idle_us;             /* how long it may be unused */
    bool spare;
    int64_t asked_us, received_us; /* when last; 0 never */
    unsigned losses;               /* that were noticed */
};

void pipeline_init(Pipeline *pipeline, const TransportClass *transport, const PipelineClass *class,
                   const TransportEnvironment *environment, Endpoint *endpoint);
void pipeline_clear(Pipeline *pipeline);

/* For the TransportClass. */
void pipeline_send(Transport *transport, Exchange *exchange);
void pipeline_cancel(Transport *transport, Exchange *exchange);
void pipeline_network_changed(Transport *transport);
void pipeline_facts(const Transport *transport, TransportFacts *facts);
void pipeline_chain(const Transport *transport, PeerChain *chain);
void pipeline_close(Transport *transport);
bool pipeline_detour(Transport *transport, const Exchange *late); /* detour.c */

/* For detour.c. */

static inline const PipeCarrier *pipeline_carrier(const Pipeline *pipeline)
{
    return pipeline->class->carrier != NULL ? pipeline->class->carrier : &pipe_stream;
}

/** Makes a connection more, to be put where it belongs. */
Pipe *pipeline_connect(Pipeline *pipeline);
/** From now on it is asked on this one, a spare; the one that was asked becomes one. */
void pipeline_turn_to(Pipeline *pipeline, Pipe *pipe);
/** A spare that nothing holds up; NULL none. */
Pipe *detour_find(const Pipeline *pipeline);

/* For handlers of the PipelineClass, which may do anything to a pipe but touch it when it is gone:
 * after an exchange has ended they look at pipe_is_open. */

static inline bool pipe_is_open(const Pipe *pipe)
{
    return pipe->open;
}

/** The next exchange to be asked on the pipe; NULL when there is none, the pipe drains, or as many
 * are under way as the server bears. `flush` is called when that changes. */
Exchange *pipe_next(const Pipe *pipe);
/** Moves an exchange from `unsent` to `sent`: it goes out now. */
void pipe_mark_sent(Pipe *pipe, Exchange *exchange);
/** Moves it back, to be asked again in this turn. */
void pipe_ask_again(Pipe *pipe, Exchange *exchange);
/** Calls `flush` at the end of this turn. */
void pipe_flush_later(Pipe *pipe);
/** Writes to the connection, which is a pipe_stream. */
void pipe_write(Pipe *pipe, const uint8_t *bytes, size_t length);
/** So many bytes were written: an answer is waited for. For other carriers; pipe_write calls it. */
void pipe_wrote(Pipe *pipe, size_t length);
/** Nothing more is asked on it, but on a new connection; it closes after its answers. */
void pipe_drain(Pipe *pipe);
/** Ends the connection with `status`: who was asked often enough is told so, the others are asked
 * on another one. */
void pipe_fail(Pipe *pipe, Status status);

/* For other carriers. */

void pipe_connected(Pipe *pipe, const TlsFacts *facts);
/** Something came from the peer. `bytes` are what `received` makes of them. */
void pipe_received(Pipe *pipe, const uint8_t *bytes, size_t length);
