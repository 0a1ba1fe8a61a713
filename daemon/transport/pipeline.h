/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "stream.h"
#include "transport.h"

/* One TLS connection to the endpoint, kept for the questions that come and made anew when it goes.
 * What is said on it is the protocol's, which embeds a Pipeline first. */

typedef struct Pipeline Pipeline;

typedef struct PipelineClass {
    const char *protocol, *alpn; /* "DNS over HTTPS", "h2" */
    /** The handshake is done; anything but STATUS_OK ends the connection with that. */
    Status (*connected)(Pipeline *pipeline, const TlsFacts *facts);
    /** At the end of a turn, connected: asks what is in `unsent`. */
    void (*flush)(Pipeline *pipeline);
    void (*received)(Pipeline *pipeline, const uint8_t *bytes, size_t length);
    /** Forgets an exchange of `sent` that ends without an answer; it is still in the list. */
    void (*forget)(Pipeline *pipeline, Exchange *exchange);
    /** The connection is gone: forgets what belongs to it, the `state` of `sent` too. */
    void (*dropped)(Pipeline *pipeline);
    /** Frees the whole object, which begins with `pipeline`, after pipeline_clear. */
    void (*free)(Pipeline *pipeline);
} PipelineClass;

struct Pipeline {
    Transport base;
    const PipelineClass *class;
    List unsent, sent;
    TlsTarget target;
    TlsSession session;
    LoopTimer idle, silence;
    LoopDefer flush;
    char security[128]; /* of the last connection made */
    unsigned stalls;    /* connections in a row on which nothing came back */
    unsigned holds;     /* handlers on the stack that still need this object */

    /* the connection */
    Stream *stream;
    unsigned connection;   /* its number, so that a handler knows when it was replaced */
    bool connected, quiet; /* silent for one round already */
    bool draining;         /* nothing more is asked on it; it closes after the answers */
    int64_t idle_us;
};

void pipeline_init(Pipeline *pipeline, const TransportClass *transport, const PipelineClass *class,
                   const TransportEnvironment *environment, Endpoint *endpoint);
void pipeline_clear(Pipeline *pipeline);

/* For the TransportClass. */
void pipeline_send(Transport *transport, Exchange *exchange);
void pipeline_cancel(Transport *transport, Exchange *exchange);
void pipeline_network_changed(Transport *transport);
void pipeline_facts(const Transport *transport, TransportFacts *facts);
void pipeline_close(Transport *transport);

/** Moves an exchange from `unsent` to `sent`: it goes out now. */
void pipeline_mark_sent(Pipeline *pipeline, Exchange *exchange);
/** Moves it back, to be asked again in this turn. */
void pipeline_ask_again(Pipeline *pipeline, Exchange *exchange);
/** Writes to the connection. */
void pipeline_write(Pipeline *pipeline, const uint8_t *bytes, size_t length);
/** Ends the connection with `status`: who was asked often enough is told so, the others are asked
 * on a new one. */
void pipeline_fail(Pipeline *pipeline, Status status);
/** Sets the timers to what is being waited for now. */
void pipeline_settle(Pipeline *pipeline);

/** Keeps the object while a handler ends exchanges, whose owners may close it. */
void pipeline_hold(Pipeline *pipeline);
void pipeline_release(Pipeline *pipeline);
