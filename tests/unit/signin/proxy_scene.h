/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "proxy.h"

#define PROXY_PATIENCE_US (20 * G_USEC_PER_SEC)

/**
 * The proxy through real sockets on loopback: a client that speaks SOCKS byte by byte, the proxy,
 * and a server that sends back what it gets, all in one main context. Names come from a table:
 * "login.hotel.test" is the server, "slow.test" has no answer yet.
 */
typedef struct ProxyScene {
    SignInProxy *proxy;
    GSocketService *server;
    guint16 port; /* the server's */
    guint asked;  /* how often a name was looked up */
    GTask *slow;  /* a look-up without an answer yet */
    char user[65], password[65];
    guint16 proxy_port;
} ProxyScene;

typedef struct ProxyCase {
    const char *path;
    void (*run)(ProxyScene *scene, gconstpointer data);
} ProxyCase;

void proxy_scene_set_up(ProxyScene *scene, gconstpointer data);
void proxy_scene_tear_down(ProxyScene *scene, gconstpointer data);
/** The main function of a program of such cases, each with a scene of its own. */
int proxy_scene_run(int argc, char **argv, const ProxyCase *cases, size_t count);

/** One turn of the loop that the proxy lives in, or a millisecond when there is nothing to do. */
void proxy_scene_turn(void);

/** A client's socket: just connected, or let in. */
int proxy_scene_connect(ProxyScene *scene);
int proxy_scene_enter(ProxyScene *scene);

/** What a client sends: bytes, a name and a password, the wish for a name and a port. */
void client_put(int fd, const void *bytes, size_t count);
void client_put_password(int fd, const char *user, const char *password);
void client_ask_name(int fd, const char *name, guint16 port);

/** What has to come next: these bytes; the end, with which it closes the socket; a reply with this
 * code; and what the server sends back. */
void client_expect(int fd, const void *bytes, size_t count);
void client_expect_end(int fd);
void client_expect_reply(int fd, guint8 code);
void client_expect_echo(int fd);
