/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ngtcp2's server side, as small as the tests allow. A packet belongs to the connection that has
 * issued its destination ID; one that nobody has issued begins a connection, or shows that there
 * was one (see doq_server_forget_all).
 */
#include "doq_server_private.h"

#include <gnutls/crypto.h>
#include <string.h>

enum {
    IDS_MAX = 32, /* of one connection; clients allow few */
    NS_PER_US = 1000,
};

ngtcp2_tstamp doq_server_now(const DoqServer *server)
{
    return (ngtcp2_tstamp)loop_now_us(server->loop) * NS_PER_US;
}

void doq_server_send(DoqServer *server, const Address *address, uint8_t *bytes, ngtcp2_ssize length)
{
    const UdpPacket packet = {.bytes = bytes, .length = (size_t)length, .peer = *address};

    g_assert_cmpint(length, >, 0);
    udp_send(&server->socket, &packet, 1);
}

void doq_server_random(uint8_t *bytes, size_t length, const ngtcp2_rand_ctx *context)
{
    check(gnutls_rnd(GNUTLS_RND_NONCE, bytes, length));
}

static void send_retry(DoqServer *server, const Address *address, const ngtcp2_pkt_hd *header)
{
    uint8_t token[NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN], bytes[DOQ_DATAGRAM_MAX], random[DOQ_ID_LENGTH];
    ngtcp2_cid id;

    doq_server_random(random, sizeof random, NULL);
    ngtcp2_cid_init(&id, random, sizeof random);
    ngtcp2_ssize length = ngtcp2_crypto_generate_retry_token(
        token, server->secret, sizeof server->secret, header->version, &address->socket.any,
        address_length(address), &id, &header->dcid, doq_server_now(server));
    g_assert_cmpint(length, >, 0);
    doq_server_send(server, address, bytes,
                    ngtcp2_crypto_write_retry(bytes, sizeof bytes, header->version, &header->scid,
                                              &id, &header->dcid, token, (size_t)length));
    server->retries++;
}

/* Whether the client has shown by a Retry's token that it is where it says. */
static bool is_proven(DoqServer *server, const Address *address, const ngtcp2_pkt_hd *header,
                      ngtcp2_cid *original)
{
#if NGTCP2_VERSION_NUM >= 0x010000
    const uint8_t *token = header->token;
    size_t length = header->tokenlen;
#else
    const uint8_t *token = header->token.base;
    size_t length = header->token.len;
#endif
    return length > 0 && ngtcp2_crypto_verify_retry_token(
                             original, token, length, server->secret, sizeof server->secret,
                             header->version, &address->socket.any, address_length(address),
                             &header->dcid, 10 * NGTCP2_SECONDS, doq_server_now(server)) == 0;
}

static void send_other_versions(DoqServer *server, const Address *address,
                                const ngtcp2_version_cid *ids)
{
    static const uint32_t versions[] = {0xff00001b, 0x1a2a3a4a};
    uint8_t bytes[DOQ_DATAGRAM_MAX];

    doq_server_send(server, address, bytes,
                    ngtcp2_pkt_write_version_negotiation(bytes, sizeof bytes, 7, ids->scid,
                                                         ids->scidlen, ids->dcid, ids->dcidlen,
                                                         versions, G_N_ELEMENTS(versions)));
}

static void send_stateless_reset(DoqServer *server, const Address *address,
                                 const ngtcp2_version_cid *ids)
{
    uint8_t token[NGTCP2_STATELESS_RESET_TOKENLEN], bytes[DOQ_DATAGRAM_MAX], random[32];
    ngtcp2_cid id;

    doq_server_random(random, sizeof random, NULL);
    ngtcp2_cid_init(&id, ids->dcid, ids->dcidlen);
    check(ngtcp2_crypto_generate_stateless_reset_token(token, server->secret, sizeof server->secret,
                                                       &id));
    doq_server_send(
        server, address, bytes,
        ngtcp2_pkt_write_stateless_reset(bytes, sizeof bytes, token, random, sizeof random));
}

static DoqPeer *find_peer(const DoqServer *server, const ngtcp2_version_cid *ids)
{
    list_for_each (node, (List *)&server->peers) {
        DoqPeer *peer = container_of(node, DoqPeer, node);
        ngtcp2_cid own[IDS_MAX];
        size_t count = ngtcp2_conn_get_scid(peer->conn, own);

        own[count] = *ngtcp2_conn_get_client_initial_dcid(peer->conn);
        for (size_t i = 0; i <= count; i++)
            if (own[i].datalen == ids->dcidlen && memcmp(own[i].data, ids->dcid, ids->dcidlen) == 0)
                return peer;
    }
    return NULL;
}

/* A packet of no connection that is known. NULL: it was dealt with. */
static DoqPeer *welcome(DoqServer *server, const UdpPacket *packet, const ngtcp2_version_cid *ids)
{
    ngtcp2_pkt_hd header;
    ngtcp2_cid original;

    if (server->ancient) {
        send_other_versions(server, &packet->peer, ids);
        return NULL;
    }
    if (ngtcp2_accept(&header, packet->bytes, packet->length) != 0) {
        if (!(packet->bytes[0] & 0x80)) /* a short header */
            send_stateless_reset(server, &packet->peer, ids);
        return NULL;
    }
    if (!server->retry)
        return doq_peer_new(server, &packet->peer, &header, NULL);
    if (is_proven(server, &packet->peer, &header, &original))
        return doq_peer_new(server, &packet->peer, &header, &original);
    send_retry(server, &packet->peer, &header);
    return NULL;
}

static void handle(DoqServer *server, const UdpPacket *packet)
{
    const ngtcp2_pkt_info info = {0};
    ngtcp2_version_cid ids;

    if (ngtcp2_pkt_decode_version_cid(&ids, packet->bytes, packet->length, DOQ_ID_LENGTH) != 0)
        return;
    DoqPeer *peer = find_peer(server, &ids);
    if (peer == NULL)
        peer = welcome(server, packet, &ids);
    if (peer == NULL)
        return;
    peer->address = packet->peer;
    server->peer_port = address_port(&packet->peer);
    const ngtcp2_path path = doq_peer_path(peer);
    doq_peer_pump(peer, ngtcp2_conn_read_pkt(peer->conn, &path, &info, packet->bytes,
                                             packet->length, doq_server_now(server)));
}

static void on_packets(void *owner, UdpPacket *packets, size_t count)
{
    DoqServer *server = owner;

    for (size_t i = 0; i < count; i++) {
        server->longest = MAX(server->longest, (unsigned)packets[i].length);
        if (server->deaf)
            server->dropped++;
        else
            handle(server, &packets[i]);
    }
}

/* ---- the server ---- */

static int on_replay(void *owner, time_t expires, const gnutls_datum_t *key,
                     const gnutls_datum_t *data)
{
    return 0; /* never seen before */
}

void doq_server_start(DoqServer *server)
{
    socklen_t length = sizeof server->address;
    int fd;

    list_init(&server->peers);
    server->close_code = -1;
    doq_server_random(server->secret, sizeof server->secret, NULL);
    check(gnutls_session_ticket_key_generate(&server->ticket_key));
    check(gnutls_anti_replay_init(&server->anti_replay));
    gnutls_anti_replay_set_add_function(server->anti_replay, on_replay);
    check(address_parse("127.0.0.1:0", 0, &server->address));
    check(udp_bind(&server->address, 0, &fd));
    check(getsockname(fd, &server->address.socket.any, &length));
    check(udp_open(&server->socket, server->loop, fd, on_packets, NULL, server));
}

void doq_server_forget_all(DoqServer *server)
{
    list_for_each (node, &server->peers)
        doq_peer_free(container_of(node, DoqPeer, node));
}

void doq_server_close_all(DoqServer *server, uint64_t code)
{
    list_for_each (node, &server->peers) {
        DoqPeer *peer = container_of(node, DoqPeer, node);

        doq_peer_say_goodbye(peer, quic_goodbye_application(code));
        doq_peer_free(peer);
    }
}

void doq_server_stop(DoqServer *server)
{
    doq_server_forget_all(server);
    udp_clear(&server->socket);
    gnutls_anti_replay_deinit(server->anti_replay);
    gnutls_free(server->ticket_key.data);
    g_clear_pointer(&server->first, g_bytes_unref);
}
