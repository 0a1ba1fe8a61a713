/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "list.h"
#include "loop.h"
#include "message.h"
#include "nat64.h"
#include "peer_chain.h"
#include "status.h"
#include "tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The one contract between the engine and every protocol.
 *
 * A Transport speaks to one endpoint and owns its sockets, connections and keys. It connects when
 * first asked and closes when idle. An Exchange is one question put to it, embedded in its owner,
 * which keeps it and the query's bytes alive until `done`.
 *
 * `done` is called exactly once for each transport_send, never from inside it, unless the exchange
 * is cancelled first. From `done` the owner may free the exchange, send others, or close the
 * transport.
 */
typedef struct Transport Transport;
typedef struct Exchange Exchange;

/** `reply` (borrowed until it returns) has been matched: QR, ID and question are the query's. With
 * STATUS_OK only. */
typedef void (*ExchangeDone)(Exchange *exchange, Status status, const uint8_t *reply,
                             size_t length);

struct Exchange {
    /* set by the owner */
    const uint8_t *query; /* a whole message with its OPT, unpadded; the ID is the owner's, on the
                             wire the transport puts its own */
    size_t query_length;
    int64_t budget_us; /* the longest this may take, retransmissions included; STATUS_TIMEOUT after
                          it */
    ExchangeDone done;
    void *owner;

    /* private to the transport */
    Transport *transport; /* NULL when idle */
    ListNode node;
    LoopTimer timer;
    LoopDefer defer;
    Status status; /* what `defer` will report */
    int64_t sent_us;
    uint16_t wire_id;
    uint8_t tries;
    struct Pipe *pipe; /* the connection it was sent on, where several share one; else NULL */
    void *state;
};

typedef struct TransportSettings {
    bool tcp_only;         /* upstream only; UDP protocols go over TCP */
    uint16_t edns_payload; /* advertised on plain transports, 512..4096 */
    int64_t idle_close_us; /* close a stream unused for so long; the server's keepalive may shorten
                              it */
    bool fresh_keys;       /* DNSCrypt: a new client key for each query */
    bool odoh_direct_keys; /* a target's key is fetched from itself if the relay does not do it */
    bool zero_rtt;         /* DNS over QUIC: ask in early data, which can be replayed */
} TransportSettings;

/** The first address of a host, NULL when none was found. */
typedef void (*AddressFound)(void *asker, const Address *address);

/** Who finds addresses for a transport without asking the network in clear: the engine. Zeroed:
 * nobody does. */
typedef struct AddressFinder {
    /** `found` comes once, later, unless it is ended first. NULL: no host name. */
    void *(*begin)(void *owner, const char *host, uint16_t port, AddressFound found, void *asker);
    /** Frees the search, also from `found`. NULL is allowed. */
    void (*end)(void *search);
    void *owner;
} AddressFinder;

/** What transports are opened with. The pointers outlive every transport. */
typedef struct TransportEnvironment {
    Loop *loop;
    TlsContext *tls;
    TransportSettings settings;
    AddressFinder finder;
    const Nat64Prefix *nat64; /* of the network's translator, as it is at the time (reach.h); NULL:
                                 nobody knows */
} TransportEnvironment;

/** Counted since the transport was opened. */
typedef struct TransportCounters {
    uint64_t queries, replies, retries;
    uint64_t bytes_sent, bytes_received;
    uint64_t forged,
        replayed; /* dropped in silence: undecryptable or mismatched; answered a second time */
    uint64_t certificate_requests; /* DNSCrypt, in clear */
    uint64_t connections;
} TransportCounters;

void transport_counters_add(TransportCounters *sum, const TransportCounters *counters);

/** For people: what `sottoctl check` and `sottoctl connection` show of a transport. */
typedef struct TransportFacts {
    Status last_failure;   /* STATUS_OK when the last exchange went well */
    int64_t opened_us;     /* when the present connection was made, or where there are none, the
                              transport opened; 0: it is closed */
    TlsFacts tls;          /* of the last connection made, where it is TLS or QUIC */
    char security[128];    /* "TLS1.3 TLS_AES_256_GCM_SHA384, resumed", "X25519-XChaCha20Poly1305,
                              serial 7", "none" */
    int64_t valid_until_s; /* of a DNSCrypt certificate, wall clock; 0 unknown */
} TransportFacts;

typedef struct TransportClass {
    const char *name;
    unsigned padding; /* queries are padded to a multiple of so many bytes; 0: they are not */
    /** A new transport, begun with `transport_init`; NULL when this machine cannot run it
     * or the settings forbid it. */
    Transport *(*open)(const TransportEnvironment *environment, Endpoint *endpoint);
    void (*send)(Transport *transport, Exchange *exchange);
    /** Forgets the exchange, which is on its way: off the lists, its `state` freed and NULL. */
    void (*cancel)(Transport *transport, Exchange *exchange);
    /** `late`, which is on its way, may be lost: sees to it that what is sent next takes another
     * way than it, where one way can hold up another. False: there is none, or not yet, and sending
     * the same once more is of no use. NULL: never. */
    bool (*detour)(Transport *transport, const Exchange *late);
    /** The machine's network changed: sockets, connections and session keys go; live exchanges are
     * asked again. */
    void (*network_changed)(Transport *transport);
    /** Fills `security`, `valid_until_s` and `tls`, which come in empty, and corrects `opened_us`;
     * may be NULL. */
    void (*facts)(const Transport *transport, TransportFacts *facts);
    /** Reads the certificates of the present connection into the empty chain; NULL: there are none.
     */
    void (*chain)(const Transport *transport, PeerChain *chain);
    /** Live exchanges end with STATUS_CANCELLED through `done` before it returns. Ends with
     * `transport_clear` and freeing itself. */
    void (*close)(Transport *transport);
} TransportClass;

/** Embedded first in each implementation. */
struct Transport {
    const TransportClass *class;
    TransportEnvironment environment;
    Endpoint *endpoint;
    TransportCounters counters;
    int64_t opened_us;
    Status last_failure; /* of the exchange that ended last */
    List failing;        /* exchanges that `exchange_fail_later` will end */
};

/** Whether there is a transport for this kind. */
bool transport_is_supported(EndpointKind kind);
/** Opens the transport that the endpoint's kind names; it keeps a reference of the endpoint.
 * STATUS_UNSUPPORTED, also for an endpoint that has neither address nor relay. */
Status transport_open(const TransportEnvironment *environment, Endpoint *endpoint,
                      Transport **transport) must_check;
void transport_send(Transport *transport, Exchange *exchange);
/** An answer is late: whether the same question, sent once more now, may be answered sooner. From
 * then on what is sent goes round whatever holds up `late`, an exchange of this transport. */
bool transport_detour(Transport *transport, const Exchange *late);
void transport_network_changed(Transport *transport);
void transport_facts(const Transport *transport, TransportFacts *facts);
/** What its peer has shown of itself on the present connection: an empty chain without one. Ends
 * with peer_chain_clear. */
void transport_chain(const Transport *transport, PeerChain *chain);
/** Ends live exchanges with STATUS_CANCELLED. Nothing may be sent to it from their `done`. */
void transport_close(Transport *transport);

/** Withdraws the exchange: `done` will not be called. Does nothing on an idle one. */
void exchange_cancel(Exchange *exchange);
/** Whether it waits for its `done`. */
bool exchange_is_live(const Exchange *exchange);

/* For implementations. */

/** Sets the common part of a new transport, and refs the endpoint. */
void transport_init(Transport *transport, const TransportClass *class,
                    const TransportEnvironment *environment, Endpoint *endpoint);
/** Releases it. No exchange may be live. */
void transport_clear(Transport *transport);

/** Ends an exchange that is off all of the transport's lists, its `state` gone. The transport may
 * be gone when this returns: an implementation touches nothing of its own after it. */
void exchange_finish(Exchange *exchange, Status status, const uint8_t *reply, size_t length);
/** Ends it with a failure at the end of this turn, as needed inside `send`, or for several at once.
 * The exchange must be off the transport's lists, its `state` gone: it is the base's from here. */
void exchange_fail_later(Exchange *exchange, Status status);

/** What is left of the budget, in microseconds; 0 when it is used up. */
int64_t exchange_left_us(const Exchange *exchange);
/** Calls `fn` with the exchange after `delay_us`, or when the budget ends if that is sooner. */
void exchange_start_timer(Exchange *exchange, int64_t delay_us, LoopFn fn);
/** How long to wait for an answer to datagram number `tries` (from 1) before the next one. */
int64_t exchange_retry_us(const Exchange *exchange);

/**
 * Whether `reply` is the answer: its ID is `wire_id`, its question the query's. If so the owner's
 * ID is put into it and `view` shows it.
 */
bool exchange_accepts(const Exchange *exchange, uint8_t *reply, size_t length, Message *view);
/**
 * Whether `reply` is the answer, but cut (TC): its records, the last of which may be cut too, are
 * not looked at. If so it becomes header and question, with the owner's ID, and `length` says so.
 */
bool exchange_accepts_cut(const Exchange *exchange, uint8_t *reply, size_t *length);
