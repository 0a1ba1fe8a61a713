/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tls.h"
#include "tls_server.h"

#include <glib.h>

/* A TLS client that notes what happens to it, and a server that repeats what it hears. */

#define TLS_PATIENCE_US (10 * G_USEC_PER_SEC)

/** What every test needs and is dear to make; credentials of "dns.example". */
typedef struct TlsFixture {
    Authority *authority;
    TlsContext *context; /* trusts the authority */
    Credentials *good, *expired, *future, *self_signed;
} TlsFixture;

extern TlsFixture tls_fixture;

void tls_fixture_set_up(void);
void tls_fixture_tear_down(void);

typedef struct TlsClient {
    Loop *loop;
    Stream *stream;
    GString *received;
    guint connected, closed;
    Status status;
    TlsFacts facts;
    bool close_on_connect, close_on_receive, in_call;
} TlsClient;

void tls_client_connect(TlsClient *client, const TlsServer *server, const TlsTarget *target,
                        TlsSession *session);
void tls_client_clear(TlsClient *client);
void tls_client_write(TlsClient *client, const char *text);

/** A server, to be started, that says "hello", then repeats what it hears until it hears "bye". */
TlsServer echo_server(const Credentials *credentials);

#define turn_until(client, condition)                                                              \
    do {                                                                                           \
        int64_t until_us = g_get_monotonic_time() + TLS_PATIENCE_US;                               \
        while (!(condition) && g_get_monotonic_time() < until_us)                                  \
            loop_turn((client)->loop, 10000);                                                      \
        g_assert_true(condition);                                                                  \
    } while (0)
