/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "doq_server.h"

/* What doq_server.c, which has the socket, and doq_peer.c, which has the connections, share. */

enum {
    DOQ_ID_LENGTH = 18,
    DOQ_DATAGRAM_MAX = 1200,
};

#define check(call) g_assert_cmpint((call), ==, 0)

/* One connection. */
typedef struct DoqPeer {
    DoqServer *server;
    ListNode node;
    Address address; /* the client's, as of the last packet */
    ngtcp2_conn *conn;
    gnutls_session_t session;
    ngtcp2_crypto_conn_ref reference;
    LoopTimer timer;
    List streams;
    unsigned open;
} DoqPeer;

/** `original`: what the client first called us, when a Retry was in between. */
DoqPeer *doq_peer_new(DoqServer *server, const Address *address, const ngtcp2_pkt_hd *header,
                      const ngtcp2_cid *original);
void doq_peer_free(DoqPeer *peer);
/** Sends what there is to send; ends the connection for one of ngtcp2's errors. */
void doq_peer_pump(DoqPeer *peer, int error);
void doq_peer_say_goodbye(DoqPeer *peer, QuicGoodbye goodbye);
ngtcp2_path doq_peer_path(DoqPeer *peer);

ngtcp2_tstamp doq_server_now(const DoqServer *server);
void doq_server_send(DoqServer *server, const Address *address, uint8_t *bytes,
                     ngtcp2_ssize length);
void doq_server_random(uint8_t *bytes, size_t length, const ngtcp2_rand_ctx *context);
