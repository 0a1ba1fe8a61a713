/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What ngtcp2's connections are made with: callbacks, limits, names.
 *
 * The server may not open streams of its own: DNS has no use for them (RFC 9250 §4.2). Only version
 * 1 of QUIC is spoken.
 */
#include "log.h"
#include "quic_private.h"

#include <gnutls/crypto.h>
#include <string.h>

enum {
    CONNECTION_ID_LENGTH = 8,
    CONNECTION_IDS = 4,   /* of the server's to be kept; each migration takes one */
    WINDOW = 1024 * 1024, /* of the connection */
    HANDSHAKE_TIMEOUT_S = 10,
};

/* ---- what ngtcp2 asks for ---- */

/* What ngtcp2 wants this for need not be secret (ngtcp2_rand). */
static void on_random(uint8_t *bytes, size_t length, const ngtcp2_rand_ctx *context)
{
    memset(bytes, 0, length);
    if (gnutls_rnd(GNUTLS_RND_NONCE, bytes, length) < 0)
        log_error("the system has no randomness");
}

/* The reset token is never used: a connection of ours that is forgotten has no socket either. */
static int on_new_id(ngtcp2_conn *conn, ngtcp2_cid *id, uint8_t *token, size_t length, void *owner)
{
    uint8_t bytes[NGTCP2_MAX_CIDLEN];

    if (gnutls_rnd(GNUTLS_RND_RANDOM, bytes, length) < 0 ||
        gnutls_rnd(GNUTLS_RND_RANDOM, token, NGTCP2_STATELESS_RESET_TOKENLEN) < 0)
        return NGTCP2_ERR_CALLBACK_FAILURE;
    ngtcp2_cid_init(id, bytes, length);
    return 0;
}

QUIC_RECV_NEW_TOKEN(on_token)
{
    QuicConnection *quic = owner;

    g_clear_pointer(&quic->memory->token, g_bytes_unref);
    quic->memory->token = g_bytes_new(token, length);
    return 0;
}

static ngtcp2_callbacks callbacks_of_client(void)
{
    ngtcp2_callbacks callbacks = {
        .client_initial = ngtcp2_crypto_client_initial_cb,
        .recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb,
        .encrypt = ngtcp2_crypto_encrypt_cb,
        .decrypt = ngtcp2_crypto_decrypt_cb,
        .hp_mask = ngtcp2_crypto_hp_mask_cb,
        .recv_retry = ngtcp2_crypto_recv_retry_cb,
        .update_key = ngtcp2_crypto_update_key_cb,
        .delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb,
        .delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb,
        .get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb,
        .version_negotiation = ngtcp2_crypto_version_negotiation_cb,
        .handshake_completed = quic_tls_completed,
        .rand = on_random,
        .get_new_connection_id = on_new_id,
        .recv_new_token = on_token,
    };

    quic_stream_callbacks(&callbacks);
    return callbacks;
}

/* ---- opening ---- */

static void set_settings(const QuicConnection *quic, ngtcp2_settings *settings)
{
    ngtcp2_settings_default(settings);
    settings->initial_ts = quic_now(quic);
    settings->handshake_timeout = HANDSHAKE_TIMEOUT_S * NGTCP2_SECONDS;
    settings->no_pmtud = 1;
    if (quic->memory->token != NULL)
        quic_set_token(settings, quic->memory->token);
}

static void set_parameters(const QuicConnection *quic, ngtcp2_transport_params *params)
{
    ngtcp2_transport_params_default(params);
    params->initial_max_data = WINDOW;
    params->initial_max_stream_data_bidi_local = quic->options.stream_max + 1;
    params->max_idle_timeout = QUIC_IDLE_TIMEOUT_S * NGTCP2_SECONDS;
    params->max_udp_payload_size = UDP_PACKET_MAX;
    params->active_connection_id_limit = CONNECTION_IDS;
}

Status quic_open(QuicConnection *quic)
{
    const ngtcp2_callbacks callbacks = callbacks_of_client();
    ngtcp2_path path = quic_path(quic);
    ngtcp2_settings settings;
    ngtcp2_transport_params params;
    ngtcp2_cid server_id, own_id;
    uint8_t random[NGTCP2_MAX_CIDLEN + CONNECTION_ID_LENGTH];

    if (gnutls_rnd(GNUTLS_RND_RANDOM, random, sizeof random) < 0)
        return STATUS_CRYPTO;
    ngtcp2_cid_init(&server_id, random, NGTCP2_MAX_CIDLEN); /* made up; the server tells its own */
    ngtcp2_cid_init(&own_id, random + NGTCP2_MAX_CIDLEN, CONNECTION_ID_LENGTH);
    set_settings(quic, &settings);
    set_parameters(quic, &params);
    int error = ngtcp2_conn_client_new(&quic->conn, &server_id, &own_id, &path, NGTCP2_PROTO_VER_V1,
                                       &callbacks, &settings, &params, NULL, quic);
    g_clear_pointer(&quic->memory->token, g_bytes_unref);
    if (error != 0)
        return STATUS_NO_MEMORY;
    ngtcp2_conn_set_tls_native_handle(quic->conn, quic->session);
    return STATUS_OK;
}
