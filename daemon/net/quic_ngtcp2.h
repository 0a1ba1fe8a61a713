/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>
#include <stdbool.h>
#include <string.h>

/* ngtcp2's interface was settled with 1.0; distributions still have 0.12. What differs between the
 * two, under one name each. */

#if NGTCP2_VERSION_NUM >= 0x010000

typedef ngtcp2_ccerr QuicGoodbye;

static inline QuicGoodbye quic_goodbye_application(uint64_t code)
{
    QuicGoodbye goodbye;

    ngtcp2_ccerr_set_application_error(&goodbye, code, NULL, 0);
    return goodbye;
}

static inline QuicGoodbye quic_goodbye_alert(uint8_t alert)
{
    QuicGoodbye goodbye;

    ngtcp2_ccerr_set_tls_alert(&goodbye, alert, NULL, 0);
    return goodbye;
}

static inline QuicGoodbye quic_goodbye_error(int error)
{
    QuicGoodbye goodbye;

    ngtcp2_ccerr_set_liberr(&goodbye, error, NULL, 0);
    return goodbye;
}

static inline bool quic_goodbye_of_peer(ngtcp2_conn *conn, uint64_t *code)
{
    const ngtcp2_ccerr *goodbye = ngtcp2_conn_get_ccerr(conn);

    *code = goodbye->error_code;
    return goodbye->type == NGTCP2_CCERR_TYPE_APPLICATION;
}

static inline int quic_shutdown_stream(ngtcp2_conn *conn, int64_t id, uint64_t code)
{
    return ngtcp2_conn_shutdown_stream(conn, 0, id, code);
}

static inline uint64_t quic_bytes_in_flight(ngtcp2_conn *conn)
{
    ngtcp2_conn_info info;

    ngtcp2_conn_get_conn_info(conn, &info);
    return info.bytes_in_flight;
}

static inline int quic_early_data_rejected(ngtcp2_conn *conn)
{
    return ngtcp2_conn_tls_early_data_rejected(conn);
}

/* The server's limits, to be remembered with a ticket; NULL. (transfer full) */
static inline GBytes *quic_save_parameters(ngtcp2_conn *conn)
{
    uint8_t bytes[256];
    ngtcp2_ssize length = ngtcp2_conn_encode_0rtt_transport_params(conn, bytes, sizeof bytes);

    return length > 0 ? g_bytes_new(bytes, (gsize)length) : NULL;
}

static inline bool quic_use_parameters(ngtcp2_conn *conn, GBytes *saved)
{
    gsize length;
    const uint8_t *bytes = g_bytes_get_data(saved, &length);

    return ngtcp2_conn_decode_and_set_0rtt_transport_params(conn, bytes, length) == 0;
}

/* The token stays borrowed until the connection is made. */
static inline void quic_set_token(ngtcp2_settings *settings, GBytes *token)
{
    gsize length;

    settings->token = g_bytes_get_data(token, &length);
    settings->tokenlen = length;
}

#define QUIC_RECV_NEW_TOKEN(name)                                                                  \
    static int name(ngtcp2_conn *conn, const uint8_t *token, size_t length, void *owner)

#else

typedef ngtcp2_connection_close_error QuicGoodbye;

static inline QuicGoodbye quic_goodbye_application(uint64_t code)
{
    QuicGoodbye goodbye;

    ngtcp2_connection_close_error_set_application_error(&goodbye, code, NULL, 0);
    return goodbye;
}

static inline QuicGoodbye quic_goodbye_alert(uint8_t alert)
{
    QuicGoodbye goodbye;

    ngtcp2_connection_close_error_set_transport_error_tls_alert(&goodbye, alert, NULL, 0);
    return goodbye;
}

static inline QuicGoodbye quic_goodbye_error(int error)
{
    QuicGoodbye goodbye;

    ngtcp2_connection_close_error_set_transport_error_liberr(&goodbye, error, NULL, 0);
    return goodbye;
}

static inline bool quic_goodbye_of_peer(ngtcp2_conn *conn, uint64_t *code)
{
    QuicGoodbye goodbye;

    ngtcp2_conn_get_connection_close_error(conn, &goodbye);
    *code = goodbye.error_code;
    return goodbye.type == NGTCP2_CONNECTION_CLOSE_ERROR_CODE_TYPE_APPLICATION;
}

static inline int quic_shutdown_stream(ngtcp2_conn *conn, int64_t id, uint64_t code)
{
    return ngtcp2_conn_shutdown_stream(conn, id, code);
}

static inline uint64_t quic_bytes_in_flight(ngtcp2_conn *conn)
{
    ngtcp2_conn_stat stat;

    ngtcp2_conn_get_conn_stat(conn, &stat);
    return stat.bytes_in_flight;
}

static inline int quic_early_data_rejected(ngtcp2_conn *conn)
{
    return ngtcp2_conn_early_data_rejected(conn);
}

static inline GBytes *quic_save_parameters(ngtcp2_conn *conn)
{
    const ngtcp2_transport_params *params = ngtcp2_conn_get_remote_transport_params(conn);

    return params != NULL ? g_bytes_new(params, sizeof *params) : NULL;
}

static inline bool quic_use_parameters(ngtcp2_conn *conn, GBytes *saved)
{
    ngtcp2_transport_params params;

    if (g_bytes_get_size(saved) != sizeof params)
        return false;
    memcpy(&params, g_bytes_get_data(saved, NULL), sizeof params);
    params.version_info = (ngtcp2_version_info){0}; /* points into the old connection; not read */
    params.version_info_present = 0;
    ngtcp2_conn_set_early_remote_transport_params(conn, &params);
    return true;
}

static inline void quic_set_token(ngtcp2_settings *settings, GBytes *token)
{
    settings->token.base = (uint8_t *)g_bytes_get_data(token, &settings->token.len);
}

#define QUIC_RECV_NEW_TOKEN(name)                                                                  \
    static int name##_bytes(ngtcp2_conn *conn, const uint8_t *token, size_t length, void *owner);  \
    static int name(ngtcp2_conn *conn, const ngtcp2_vec *token, void *owner)                       \
    {                                                                                              \
        return name##_bytes(conn, token->base, token->len, owner);                                 \
    }                                                                                              \
    static int name##_bytes(ngtcp2_conn *conn, const uint8_t *token, size_t length, void *owner)

#endif
