/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connections of the test's server. Nothing is sent from inside ngtcp2's callbacks: what they ask
 * for goes out at the end of doq_peer_pump.
 */
#include "doq_server_private.h"

#include "dot_scene.h"

#include <string.h>

enum { NS_PER_US = 1000 };

#define PRIORITIES "%DISABLE_TLS13_COMPAT_MODE:NORMAL:-VERS-ALL:+VERS-TLS1.3"

struct DoqStream {
    ListNode node;
    DoqPeer *peer;
    int64_t id;
    GByteArray *query, *reply;
    size_t sent;
    bool answered, done;
};

ngtcp2_path doq_peer_path(DoqPeer *peer)
{
    Address *own = &peer->server->address;

    return (ngtcp2_path){.local = {&own->socket.any, address_length(own)},
                         .remote = {&peer->address.socket.any, address_length(&peer->address)}};
}

/* ---- streams ---- */

const GByteArray *doq_query(const DoqStream *stream)
{
    return stream->query;
}

void doq_say(DoqStream *stream, const uint8_t *bytes, size_t length)
{
    g_byte_array_append(stream->reply, bytes, (guint)length);
    stream->answered = true;
    loop_timer_start(&stream->peer->timer, 0);
}

void doq_answer(DoqServer *server, DoqStream *stream)
{
    uint8_t reply[2 + 512];
    g_autoptr(GBytes) query = g_bytes_new(stream->query->data + 2, stream->query->len - 2);
    size_t length = talk_build_answer(query, reply + 2);

    wire_put_u16(reply, (uint16_t)length);
    doq_say(stream, reply, length + 2);
}

void doq_give_up(DoqStream *stream, uint64_t code)
{
    stream->done = true;
    quic_shutdown_stream(stream->peer->conn, stream->id, code);
    loop_timer_start(&stream->peer->timer, 0);
}

static void stream_free(DoqStream *stream)
{
    list_remove(&stream->node);
    g_byte_array_unref(stream->query);
    g_byte_array_unref(stream->reply);
    g_free(stream);
}

static int on_stream_open(ngtcp2_conn *conn, int64_t id, void *owner)
{
    DoqPeer *peer = owner;
    DoqStream *stream = g_new0(DoqStream, 1);

    stream->peer = peer;
    stream->id = id;
    stream->query = g_byte_array_new();
    stream->reply = g_byte_array_new();
    list_append(&peer->streams, &stream->node);
    peer->open++;
    peer->server->most_open = MAX(peer->server->most_open, peer->open);
    return ngtcp2_conn_set_stream_user_data(conn, id, stream);
}

static int on_stream_data(ngtcp2_conn *conn, uint32_t flags, int64_t id, uint64_t offset,
                          const uint8_t *bytes, size_t length, void *owner, void *pointer)
{
    DoqServer *server = ((DoqPeer *)owner)->server;
    DoqStream *stream = pointer;

    if (length > 0)
        g_byte_array_append(stream->query, bytes, (guint)length);
    if (!(flags & NGTCP2_STREAM_DATA_FLAG_FIN))
        return 0;
    server->queries++;
    server->early_queries += !ngtcp2_conn_get_handshake_completed(conn);
    if (server->first == NULL)
        server->first = g_bytes_new(stream->query->data, stream->query->len);
    (server->answer != NULL ? server->answer : doq_answer)(server, stream);
    return 0;
}

static int on_stream_close(ngtcp2_conn *conn, uint32_t flags, int64_t id, uint64_t code,
                           void *owner, void *pointer)
{
    DoqPeer *peer = owner;

    peer->open--;
    if ((flags & NGTCP2_STREAM_CLOSE_FLAG_APP_ERROR_CODE_SET) && code != 0) {
        peer->server->cancelled++;
        peer->server->cancel_code = code;
    }
    stream_free(pointer);
    ngtcp2_conn_extend_max_streams_bidi(conn, 1);
    return 0;
}

/* ---- the handshake ---- */

static ngtcp2_conn *connection_of(ngtcp2_crypto_conn_ref *reference)
{
    return ((DoqPeer *)reference->user_data)->conn;
}

static int on_completed(ngtcp2_conn *conn, void *owner)
{
    DoqPeer *peer = owner;
    uint8_t token[NGTCP2_CRYPTO_MAX_REGULAR_TOKENLEN];
    const ngtcp2_path path = doq_peer_path(peer);

    peer->server->handshakes++;
    peer->server->resumed += gnutls_session_is_resumed(peer->session) != 0;
    check(gnutls_session_ticket_send(peer->session, 1, 0));
    ngtcp2_ssize length = ngtcp2_crypto_generate_regular_token(
        token, peer->server->secret, sizeof peer->server->secret, path.remote.addr,
        path.remote.addrlen, doq_server_now(peer->server));
    g_assert_cmpint(length, >, 0);
    return ngtcp2_conn_submit_new_token(conn, token, (size_t)length);
}

static int on_new_id(ngtcp2_conn *conn, ngtcp2_cid *id, uint8_t *token, size_t length, void *owner)
{
    const DoqServer *server = ((DoqPeer *)owner)->server;
    uint8_t bytes[NGTCP2_MAX_CIDLEN];

    doq_server_random(bytes, length, NULL);
    ngtcp2_cid_init(id, bytes, length);
    return ngtcp2_crypto_generate_stateless_reset_token(token, server->secret,
                                                        sizeof server->secret, id);
}

static void open_session(DoqPeer *peer)
{
    DoqServer *server = peer->server;
    const char *name = server->alpn != NULL ? server->alpn : "doq";
    gnutls_datum_t alpn = {(unsigned char *)name, (unsigned)strlen(name)};
    unsigned flags = GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET | GNUTLS_NO_END_OF_EARLY_DATA;

    if (!server->no_early_data)
        flags |= GNUTLS_ENABLE_EARLY_DATA;
    check(gnutls_init(&peer->session, flags));
    check(gnutls_priority_set_direct(peer->session, PRIORITIES, NULL));
    check(ngtcp2_crypto_gnutls_configure_server_session(peer->session));
    gnutls_anti_replay_enable(peer->session, server->anti_replay);
    check(gnutls_record_set_max_early_data_size(peer->session, UINT32_MAX));
    check(gnutls_session_ticket_enable_server(peer->session, &server->ticket_key));
    check(
        gnutls_credentials_set(peer->session, GNUTLS_CRD_CERTIFICATE, server->credentials->gnutls));
    if (alpn.size > 0)
        check(gnutls_alpn_set_protocols(peer->session, &alpn, 1, GNUTLS_ALPN_MANDATORY));
    peer->reference = (ngtcp2_crypto_conn_ref){connection_of, peer};
    gnutls_session_set_ptr(peer->session, &peer->reference);
}

/* ---- packets ---- */

void doq_peer_free(DoqPeer *peer)
{
    list_remove(&peer->node);
    loop_timer_stop(&peer->timer);
    ngtcp2_conn_del(peer->conn);
    gnutls_deinit(peer->session);
    list_for_each (node, &peer->streams)
        stream_free(container_of(node, DoqStream, node));
    g_free(peer);
}

static DoqStream *stream_to_send(const DoqPeer *peer)
{
    list_for_each (node, (List *)&peer->streams) {
        DoqStream *stream = container_of(node, DoqStream, node);

        if (stream->answered && !stream->done)
            return stream;
    }
    return NULL;
}

static ngtcp2_ssize write_datagram(DoqPeer *peer, uint8_t bytes[DOQ_DATAGRAM_MAX])
{
    DoqStream *stream = stream_to_send(peer);
    ngtcp2_ssize taken = -1;
    ngtcp2_path_storage path;
    ngtcp2_vec data = {0};

    ngtcp2_path_storage_zero(&path);
    if (stream != NULL)
        data = (ngtcp2_vec){stream->reply->data + stream->sent, stream->reply->len - stream->sent};
    ngtcp2_ssize length = ngtcp2_conn_writev_stream(
        peer->conn, &path.path, NULL, bytes, DOQ_DATAGRAM_MAX, &taken,
        stream != NULL ? NGTCP2_WRITE_STREAM_FLAG_FIN : 0, stream != NULL ? stream->id : -1, &data,
        stream != NULL ? 1 : 0, doq_server_now(peer->server));
    if (taken >= 0) {
        stream->sent += (size_t)taken;
        stream->done = stream->sent == stream->reply->len;
    }
    if (stream != NULL &&
        (length == NGTCP2_ERR_STREAM_SHUT_WR || length == NGTCP2_ERR_STREAM_NOT_FOUND ||
         length == NGTCP2_ERR_STREAM_DATA_BLOCKED)) {
        stream->done = true; /* the client has cancelled it, or will not hear more */
        return write_datagram(peer, bytes);
    }
    return length;
}

static void note_goodbye(DoqPeer *peer)
{
    uint64_t code;
    bool by_application = quic_goodbye_of_peer(peer->conn, &code);

    peer->server->close_code = (int64_t)(by_application ? code : code & 0xff);
    peer->server->close_is_alert = !by_application && code >= 0x100;
}

void doq_peer_say_goodbye(DoqPeer *peer, QuicGoodbye goodbye)
{
    ngtcp2_path_storage path;
    uint8_t bytes[DOQ_DATAGRAM_MAX];

    ngtcp2_path_storage_zero(&path);
    doq_server_send(peer->server, &peer->address, bytes,
                    ngtcp2_conn_write_connection_close(peer->conn, &path.path, NULL, bytes,
                                                       sizeof bytes, &goodbye,
                                                       doq_server_now(peer->server)));
}

void doq_peer_pump(DoqPeer *peer, int error)
{
    uint8_t bytes[DOQ_DATAGRAM_MAX];
    ngtcp2_ssize length;

    while (error == 0 && (length = write_datagram(peer, bytes)) != 0) {
        if (length < 0)
            error = (int)length;
        else
            doq_server_send(peer->server, &peer->address, bytes, length);
    }
    if (error != 0) {
        if (error == NGTCP2_ERR_DRAINING)
            note_goodbye(peer);
        else if (error == NGTCP2_ERR_CRYPTO)
            doq_peer_say_goodbye(peer, quic_goodbye_alert(ngtcp2_conn_get_tls_alert(peer->conn)));
        doq_peer_free(peer);
        return;
    }
    ngtcp2_tstamp due = ngtcp2_conn_get_expiry(peer->conn), now = doq_server_now(peer->server);
    loop_timer_stop(&peer->timer);
    if (due != UINT64_MAX)
        loop_timer_start(&peer->timer, due > now ? (int64_t)((due - now) / NS_PER_US) + 1 : 0);
}

static void on_timer(void *owner)
{
    DoqPeer *peer = owner;
    ngtcp2_tstamp now = doq_server_now(peer->server);

    doq_peer_pump(peer, ngtcp2_conn_get_expiry(peer->conn) <= now
                            ? ngtcp2_conn_handle_expiry(peer->conn, now)
                            : 0);
}

static ngtcp2_callbacks callbacks_of_server(void)
{
    return (ngtcp2_callbacks){
        .recv_client_initial = ngtcp2_crypto_recv_client_initial_cb,
        .recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb,
        .encrypt = ngtcp2_crypto_encrypt_cb,
        .decrypt = ngtcp2_crypto_decrypt_cb,
        .hp_mask = ngtcp2_crypto_hp_mask_cb,
        .update_key = ngtcp2_crypto_update_key_cb,
        .delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb,
        .delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb,
        .get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb,
        .version_negotiation = ngtcp2_crypto_version_negotiation_cb,
        .handshake_completed = on_completed,
        .rand = doq_server_random,
        .get_new_connection_id = on_new_id,
        .stream_open = on_stream_open,
        .recv_stream_data = on_stream_data,
        .stream_close = on_stream_close,
    };
}

static ngtcp2_transport_params parameters_of(const DoqServer *server)
{
    ngtcp2_transport_params params;

    ngtcp2_transport_params_default(&params);
    params.initial_max_streams_bidi = server->max_streams > 0 ? server->max_streams : 100;
    params.initial_max_stream_data_bidi_remote = 65537;
    params.initial_max_data = 1024 * 1024;
    params.max_idle_timeout =
        (ngtcp2_duration)(server->idle_us > 0 ? server->idle_us : 60 * SECOND_US) * NS_PER_US;
    params.active_connection_id_limit = 7;
    params.disable_active_migration = server->no_migration;
    params.stateless_reset_token_present = 1;
    return params;
}

DoqPeer *doq_peer_new(DoqServer *server, const Address *address, const ngtcp2_pkt_hd *header,
                      const ngtcp2_cid *original)
{
    const ngtcp2_callbacks callbacks = callbacks_of_server();
    ngtcp2_transport_params params = parameters_of(server);
    ngtcp2_settings settings;
    DoqPeer *peer = g_new0(DoqPeer, 1);
    ngtcp2_cid id;

    peer->server = server;
    peer->address = *address;
    list_init(&peer->streams);
    list_append(&server->peers, &peer->node);
    loop_timer_init(&peer->timer, server->loop, on_timer, peer);
    check(on_new_id(NULL, &id, params.stateless_reset_token, DOQ_ID_LENGTH, peer));
    params.original_dcid = original != NULL ? *original : header->dcid;
#if NGTCP2_VERSION_NUM >= 0x010000
    params.original_dcid_present = 1;
#endif
    if (original != NULL) {
        params.retry_scid = header->dcid;
        params.retry_scid_present = 1;
    }
    ngtcp2_settings_default(&settings);
    settings.initial_ts = doq_server_now(server);
    settings.no_pmtud = 1;
    const ngtcp2_path path = doq_peer_path(peer);
    check(ngtcp2_conn_server_new(&peer->conn, &header->scid, &id, &path, header->version,
                                 &callbacks, &settings, &params, NULL, peer));
    open_session(peer);
    ngtcp2_conn_set_tls_native_handle(peer->conn, peer->session);
    server->connections++;
    return peer;
}
