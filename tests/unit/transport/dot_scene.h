/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tls_server.h"
#include "transport.h"

#include <glib.h>

/* A DNS over TLS transport and the server it talks to: a real TLS server in a thread, with one
 * script a test. The client's loop has a clock that the test moves, so that a busy machine makes no
 * timeout; the sockets are real. */

#define SECOND_US         ((int64_t)1000000)
#define SCENE_PATIENCE_US (10 * G_USEC_PER_SEC)

/** A connection as the server sees it. */
typedef struct DotTalk {
    gnutls_session_t session;
    GByteArray *bytes; /* received, not yet read */
} DotTalk;

typedef struct DotScene DotScene;
/** What the server says on one connection, numbered from 1; runs in its thread. */
typedef void (*DotScript)(DotScene *scene, DotTalk *talk, int connection);

struct DotScene {
    TlsServer server;
    Authority *authority;
    Credentials *credentials;
    DotScript script;
    gint asked, records; /* atomic: queries read, TLS records that brought some */
    GMutex mutex;
    GBytes *first; /* query, as it came; behind the mutex */
    gint go_on;    /* atomic: the test lets a script that waits for it go on */
    gint dead;     /* atomic: for a script to keep a descriptor in; 0 none */

    Loop *loop;
    TlsContext *tls;
    Endpoint *endpoint;
    Transport *transport;
};

void dot_scene_open(DotScene *scene, DotScript script);
/** The same for another protocol over TLS: `alpn` is what the server chooses, NULL nothing. */
void dot_scene_open_as(DotScene *scene, EndpointKind kind, const char *alpn, DotScript script);
void dot_scene_close(DotScene *scene);
/** Lets the loop handle what is ready, without moving its clock. */
void dot_scene_turn(DotScene *scene);
const TransportCounters *dot_scene_counters(const DotScene *scene);

/* For scripts. */

/** The next whole query, without its length; NULL when the client has gone. (transfer full) */
GBytes *talk_read(DotScene *scene, DotTalk *talk);
void talk_send(DotTalk *talk, const uint8_t *message, size_t length);
/** The right answer to a query. Returns its length. */
size_t talk_build_answer(GBytes *query, uint8_t out[512]);
void talk_answer(DotTalk *talk, GBytes *query);
/** Reads until the client goes, without a word. */
void talk_swallow(DotScene *scene, DotTalk *talk);

/** Whole scripts: answers everything; answers nothing. */
void script_answer_all(DotScene *scene, DotTalk *talk, int connection);
void script_silent(DotScene *scene, DotTalk *talk, int connection);

/* For the client's side. */

/** One question and what became of it. */
typedef struct DotAsk {
    Exchange exchange;
    uint8_t query[128];
    uint8_t reply[MESSAGE_MAX];
    size_t reply_length;
    Status status;
    guint done;
    bool sending;
    void (*then)(struct DotAsk *ask);
    DotScene *scene;
    int64_t budget_us; /* 0: a minute */
} DotAsk;

/** Asks for the A record of `name`. */
void dot_ask(DotScene *scene, DotAsk *ask, const char *name);
/** Asks for a.example, b.example and so on. */
void dot_ask_many(DotScene *scene, DotAsk *asks, int count);
/** Asserts that `done` came once and brought the right answer. */
void dot_assert_answered(const DotAsk *ask);

#define turn_until(scene, condition)                                                               \
    do {                                                                                           \
        int64_t until_us = g_get_monotonic_time() + SCENE_PATIENCE_US;                             \
        while (!(condition) && g_get_monotonic_time() < until_us)                                  \
            dot_scene_turn(scene);                                                                 \
        g_assert_true(condition);                                                                  \
    } while (0)
