/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of a QUIC connection (RFC 9000): ngtcp2 between the owner and a UDP socket.
 *
 * ngtcp2 has neither socket nor clock. Each datagram is given to it, each deadline of its own is
 * told to it, and after either, and when the owner asked something, it says what to send. It must
 * not be freed from inside its callbacks, so these only note what happened; the owner is told when
 * ngtcp2 has returned.
 *
 * How a connection ends:
 *  - The peer closes it, or has lost it and says so with a stateless reset.
 *  - The peer breaks the protocol, or its certificate is not good: it is told so and left.
 *  - The idle timeout: both ends forget it without a word.
 *  - ICMP says that nobody listens there. It can be forged by who sees the packets, whose
 * connection IDs it must quote (RFC 9000 §14.2.1), and would then cost a new connection and no
 * more; that a killed server is noticed at once is worth it.
 *  - A path to migrate to turns out to be dead.
 *
 * Only version 1 is spoken: a Version Negotiation packet ends the attempt (RFC 9000 §6.2). Retry is
 * ngtcp2's affair. The closing period (§10.2) ends at once: nobody answers on a closed socket.
 */
#include "log.h"
#include "quic_private.h"
#include "sockets.h"

#include <netinet/in.h>

/* ---- life ---- */

static void release(QuicConnection *quic)
{
    if (quic->conn != NULL)
        ngtcp2_conn_del(quic->conn);
    if (quic->session != NULL)
        gnutls_deinit(quic->session);
    quic_stream_free_all(quic);
    g_free(quic);
}

static void enter(QuicConnection *quic)
{
    quic->busy = true;
}

static void leave(QuicConnection *quic)
{
    quic->busy = false;
    if (quic->dead)
        release(quic);
}

static void stop(QuicConnection *quic)
{
    quic->closed = true;
    loop_defer_cancel(&quic->defer);
    loop_timer_stop(&quic->timer);
    udp_clear(&quic->socket);
}

static void report_closed(QuicConnection *quic, Status status, int64_t code)
{
    if (quic->closed)
        return;
    stop(quic);
    quic->events->closed(quic->owner, status, code);
}

static void fail_later(QuicConnection *quic, Status status)
{
    if (quic->failure == STATUS_OK)
        quic->failure = status;
    loop_defer_schedule(&quic->defer);
}

static void on_defer(void *owner)
{
    QuicConnection *quic = owner;

    enter(quic);
    report_closed(quic, quic->failure, -1);
    leave(quic);
}

static bool is_usable(const QuicConnection *quic)
{
    return quic->conn != NULL && !quic->closed && quic->failure == STATUS_OK;
}

void quic_close(QuicConnection *quic, uint64_t code)
{
    if (quic == NULL)
        return;
    if (is_usable(quic)) {
        /* Before the keys of the application's level are there, ngtcp2 makes it a transport's. */
        QuicGoodbye goodbye = quic_goodbye_application(code);
        quic_packets_send_goodbye(quic, &goodbye);
    }
    stop(quic);
    quic->dead = true;
    if (!quic->busy)
        release(quic);
}

/* ---- failure ---- */

static uint8_t alert_of(Status verdict)
{
    if (verdict == STATUS_TLS)
        return GNUTLS_A_NO_APPLICATION_PROTOCOL;
    return verdict == STATUS_CERT_EXPIRED ? GNUTLS_A_CERTIFICATE_EXPIRED : GNUTLS_A_BAD_CERTIFICATE;
}

static void refuse_peer(QuicConnection *quic)
{
    QuicGoodbye goodbye = quic_goodbye_alert(alert_of(quic->verdict));

    quic_packets_send_goodbye(quic, &goodbye);
    report_closed(quic, quic->verdict, -1);
}

static void hear_goodbye(QuicConnection *quic)
{
    uint64_t code;
    bool by_application = quic_goodbye_of_peer(quic->conn, &code);

    log_debug("a QUIC server closed the connection, %s error %#" G_GINT64_MODIFIER "x",
              by_application ? "application" : "transport", code);
    if (by_application)
        report_closed(quic, STATUS_CLOSED, (int64_t)MIN(code, (uint64_t)G_MAXINT64));
    else /* in the handshake: it does not want us */
        report_closed(quic, quic->connected ? STATUS_CLOSED : STATUS_TLS, -1);
}

/* What ngtcp2 would end the connection for, otherwise than by breaking the protocol. */
static Status status_of(int error)
{
    switch (error) {
    case NGTCP2_ERR_IDLE_CLOSE:
        return STATUS_CLOSED;
    case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
        return STATUS_TIMEOUT;
    case NGTCP2_ERR_RECV_VERSION_NEGOTIATION:
    case NGTCP2_ERR_VERSION_NEGOTIATION_FAILURE:
        return STATUS_UNSUPPORTED;
    case NGTCP2_ERR_NO_VIABLE_PATH:
        return STATUS_UNREACHABLE;
    case NGTCP2_ERR_NOMEM:
        return STATUS_NO_MEMORY;
    case NGTCP2_ERR_CRYPTO:
        return STATUS_TLS;
    default:
        return STATUS_MALFORMED;
    }
}

/* Ends the connection for one of ngtcp2's errors. */
static void fail(QuicConnection *quic, int error)
{
    if (quic->verdict != STATUS_OK) {
        refuse_peer(quic);
        return;
    }
    if (error == NGTCP2_ERR_DRAINING) {
        hear_goodbye(quic);
        return;
    }
    log_debug("QUIC failed: %s", ngtcp2_strerror(error));
    if (error != NGTCP2_ERR_IDLE_CLOSE && error != NGTCP2_ERR_RECV_VERSION_NEGOTIATION) {
        QuicGoodbye goodbye = error == NGTCP2_ERR_CRYPTO
                                  ? quic_goodbye_alert(ngtcp2_conn_get_tls_alert(quic->conn))
                                  : quic_goodbye_error(error);
        quic_packets_send_goodbye(quic, &goodbye);
    }
    report_closed(quic, status_of(error), -1);
}

/* ---- what happens ---- */

/* Tells the owner what is new, then sends what came of it. */
static void go_on(QuicConnection *quic)
{
    quic_tls_save(quic);
    if (quic->shaken) {
        quic->shaken = false;
        quic->connected = true;
        quic->events->connected(quic->owner);
    }
    if (is_usable(quic))
        quic->events->progressed(quic->owner);
    if (!is_usable(quic))
        return;
    int error = quic_packets_send(quic);
    if (error != 0)
        fail(quic, error);
}

static void on_packets(void *owner, UdpPacket *packets, size_t count)
{
    QuicConnection *quic = owner;
    int error = 0;

    if (quic->failure != STATUS_OK)
        return;
    enter(quic);
    for (size_t i = 0; i < count && error == 0; i++)
        error = quic_packets_receive(quic, &packets[i]);
    if (error == NGTCP2_ERR_DRAINING) /* answers may have come before the goodbye */
        quic->events->progressed(quic->owner);
    if (error == 0)
        go_on(quic);
    else if (!quic->closed)
        fail(quic, error);
    leave(quic);
}

static void on_timer(void *owner)
{
    QuicConnection *quic = owner;

    enter(quic);
    int error = ngtcp2_conn_handle_expiry(quic->conn, quic_now(quic));
    if (error == 0)
        error = quic_packets_send(quic);
    if (error != 0)
        fail(quic, error);
    leave(quic);
}

static void on_icmp(void *owner, Status status, const uint8_t *quote, size_t length)
{
    QuicConnection *quic = owner;

    if (quic->conn == NULL || !quic_packets_is_ours(quic, quote, length))
        return; /* somebody guessed the port */
    if (quic->connected && status != STATUS_REFUSED)
        return; /* it may come back, and ngtcp2 tries it for some time */
    enter(quic);
    report_closed(quic, status, -1);
    leave(quic);
}

void quic_flush(QuicConnection *quic)
{
    if (!is_usable(quic))
        return;
    int error = quic_packets_send(quic);
    if (error != 0) {
        log_debug("QUIC failed: %s", ngtcp2_strerror(error));
        fail_later(quic, status_of(error));
    }
}

/* ---- the socket ---- */

/* Datagrams must not be fragmented, whatever ICMP says of the path (RFC 9000 §14). */
static void forbid_fragments(int fd, const Address *peer)
{
    if (peer->socket.any.sa_family == AF_INET6)
        socket_option(fd, SOL_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE, "IPV6_MTU_DISCOVER");
    else
        socket_option(fd, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE, "IP_MTU_DISCOVER");
}

/* Opens a socket towards the peer, in place of the one there may be. */
static Status open_socket(QuicConnection *quic)
{
    int fd = -1;
    Address local = {0};
    socklen_t length = sizeof local;
    Status status = udp_connect(&quic->peer, &fd);

    if (status != STATUS_OK)
        return status;
    if (getsockname(fd, &local.socket.any, &length) < 0) { /* the path is named by it */
        status = status_from_errno(errno);
        close(fd);
        return status;
    }
    forbid_fragments(fd, &quic->peer);
    udp_widen(fd);
    udp_clear(&quic->socket);
    status = udp_open(&quic->socket, quic->loop, fd, on_packets, on_icmp, quic);
    if (status == STATUS_OK)
        quic->local = local;
    return status;
}

/* ---- opening ---- */

static Status begin(QuicConnection *quic)
{
    Status status;

    quic->early = quic_tls_may_be_early(quic);
    status = quic_tls_open(quic);
    if (status == STATUS_OK)
        status = open_socket(quic);
    if (status == STATUS_OK)
        status = quic_open(quic);
    if (status == STATUS_OK && quic->early)
        quic->early = quic_use_parameters(quic->conn, quic->memory->parameters);
    g_clear_pointer(&quic->memory->parameters, g_bytes_unref);
    return status;
}

QuicConnection *quic_connect(Loop *loop, TlsContext *context, const Address *peer,
                             const TlsTarget *target, QuicMemory *memory,
                             const QuicOptions *options, const QuicEvents *events, void *owner)
{
    QuicConnection *quic = g_new0(QuicConnection, 1);

    quic->loop = loop;
    quic->events = events;
    quic->owner = owner;
    quic->context = context;
    quic->target = target;
    quic->memory = memory;
    quic->options = *options;
    quic->peer = *peer;
    list_init(&quic->streams);
    list_init(&quic->sending);
    list_init(&quic->ended);
    loop_timer_init(&quic->timer, loop, on_timer, quic);
    loop_defer_init(&quic->defer, loop, on_defer, quic);
    Status status = begin(quic);
    if (status == STATUS_OK)
        quic_flush(quic);
    else
        fail_later(quic, status);
    return quic;
}

/* ---- migration ---- */

/* The old socket is of a network that is gone, so there is no waiting for the new path to prove
 * itself. */
Status quic_migrate(QuicConnection *quic)
{
    if (!is_usable(quic) || !quic->connected)
        return STATUS_UNSUPPORTED;
    Status status = open_socket(quic);
    if (status != STATUS_OK) {
        fail_later(quic, status);
        return status;
    }
    ngtcp2_path path = quic_path(quic);
    int error = ngtcp2_conn_initiate_immediate_migration(quic->conn, &path, quic_now(quic));
    if (error != 0) {
        log_debug("a QUIC connection cannot migrate: %s", ngtcp2_strerror(error));
        fail_later(quic, STATUS_UNREACHABLE);
        return STATUS_UNSUPPORTED;
    }
    quic_flush(quic);
    return STATUS_OK;
}

/* ---- facts ---- */

bool quic_is_stalled(const QuicConnection *quic)
{
    return is_usable(quic) && quic_bytes_in_flight(quic->conn) > 0;
}

int64_t quic_idle_us(const QuicConnection *quic)
{
    const ngtcp2_transport_params *params =
        quic->conn != NULL ? ngtcp2_conn_get_remote_transport_params(quic->conn) : NULL;
    const int64_t own_us = (int64_t)QUIC_IDLE_TIMEOUT_S * G_USEC_PER_SEC;

    if (params == NULL || params->max_idle_timeout == 0)
        return own_us;
    return (int64_t)MIN(params->max_idle_timeout / NGTCP2_MICROSECONDS, (uint64_t)own_us);
}
