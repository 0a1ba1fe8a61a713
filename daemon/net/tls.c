/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS client streams: GnuTLS between the owner and a TCP stream (RFC 7858, 8310, 8446).
 *
 * GnuTLS never touches the socket. What TCP has received is lent to it for the length of one
 * callback (`incoming`), and it reads until that is used up; what it wants to send is gathered
 * (`outgoing`) and given to TCP in one write, so that a handshake flight or several records share
 * segments.
 *
 * The certificate is checked after the handshake and before anything of the owner's is sent; for
 * resumed sessions again, since certificates expire. There is no false start and no early data.
 *
 * TLS 1.3 tickets come after the handshake, among the data; a hook notes them and the session is
 * saved when GnuTLS has returned, because asking for it earlier would wait for a ticket.
 */
#include "tls.h"

#include "log.h"
#include "tls_peer.h"
#include "tls_private.h"

#include <errno.h>
#include <glib.h>
#include <gnutls/gnutls.h>
#include <string.h>

enum { RECORD_MAX = 16 * 1024 + 256 };

typedef struct TlsStream {
    Stream stream;
    Stream *tcp;
    TlsContext *context;
    const TlsTarget *target;
    TlsSession *kept; /* NULL: no resumption */
    gnutls_session_t session;
    GByteArray *early;    /* written before `ready`, in clear */
    GByteArray *outgoing; /* encrypted, not yet given to TCP */
    const uint8_t *incoming;
    size_t incoming_length;
    LoopDefer defer; /* reports `failure` */
    Status failure;
    bool starved;       /* GnuTLS has asked for more than `incoming` holds */
    bool ready, closed; /* handshake done and peer checked; `closed` reported */
    bool ticket;        /* a ticket came since the session was last saved */
    bool busy, dead;    /* inside a handler; closed by the owner meanwhile */
} TlsStream;

static uint8_t record_buffer[RECORD_MAX]; /* shared: bytes are borrowed for one callback only */

/* ---- life ---- */

static void release(TlsStream *tls)
{
    if (tls->session != NULL)
        gnutls_deinit(tls->session);
    g_byte_array_unref(tls->early);
    g_byte_array_unref(tls->outgoing);
    g_free(tls);
}

static void enter(TlsStream *tls)
{
    tls->busy = true;
}

static void leave(TlsStream *tls)
{
    tls->incoming = NULL;
    tls->incoming_length = 0;
    tls->busy = false;
    if (tls->dead)
        release(tls);
}

/* Gives TCP what GnuTLS has produced. A failure of TCP comes through its own `closed`. */
static void flush(TlsStream *tls)
{
    if (tls->outgoing->len == 0 || tls->tcp == NULL)
        return;
    Status status = stream_write(tls->tcp, tls->outgoing->data, tls->outgoing->len);
    if (status != STATUS_OK)
        log_debug("TLS data were not taken: %s", status_name(status));
    g_byte_array_set_size(tls->outgoing, 0);
}

static void close_tcp(TlsStream *tls)
{
    flush(tls);
    stream_close(g_steal_pointer(&tls->tcp));
}

static void report_closed(TlsStream *tls, Status status)
{
    if (tls->closed)
        return;
    tls->closed = true;
    loop_defer_cancel(&tls->defer);
    close_tcp(tls);
    tls->stream.events->closed(tls->stream.owner, status);
}

static void fail_later(TlsStream *tls, Status status)
{
    if (tls->failure == STATUS_OK)
        tls->failure = status;
    loop_defer_schedule(&tls->defer);
}

static void on_defer(void *owner)
{
    TlsStream *tls = owner;

    enter(tls);
    report_closed(tls, tls->failure);
    leave(tls);
}

static void tls_close(Stream *stream)
{
    TlsStream *tls = (TlsStream *)stream;

    if (tls->ready && !tls->closed)
        gnutls_bye(tls->session, GNUTLS_SHUT_WR);
    tls->closed = tls->dead = true;
    loop_defer_cancel(&tls->defer);
    close_tcp(tls);
    if (!tls->busy)
        release(tls);
}

/* ---- what GnuTLS calls ---- */

static ssize_t on_push(gnutls_transport_ptr_t pointer, const void *bytes, size_t length)
{
    TlsStream *tls = pointer;

    g_byte_array_append(tls->outgoing, bytes, (guint)length);
    return (ssize_t)length;
}

static ssize_t on_pull(gnutls_transport_ptr_t pointer, void *bytes, size_t capacity)
{
    TlsStream *tls = pointer;
    size_t length = MIN(capacity, tls->incoming_length);

    tls->starved = length == 0;
    if (tls->starved) {
        gnutls_transport_set_errno(tls->session, EAGAIN);
        return -1;
    }
    memcpy(bytes, tls->incoming, length);
    tls->incoming += length;
    tls->incoming_length -= length;
    return (ssize_t)length;
}

/* Never waits: the event loop does. */
static int on_pull_timeout(gnutls_transport_ptr_t pointer, unsigned ms)
{
    const TlsStream *tls = pointer;

    return tls->incoming_length > 0;
}

static int on_ticket(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                     const gnutls_datum_t *message)
{
    TlsStream *tls = gnutls_session_get_ptr(session);

    tls->ticket = true;
    return 0;
}

/* ---- handshake ---- */

static Status open_session(TlsStream *tls)
{
    TlsContext *context = tls->context;
    Status status = tls_context_prepare(context);

    if (status != STATUS_OK)
        return status;
    /* With pins alone no authority is asked for; otherwise a missing store makes the check fail. */
    if (tls->target->host != NULL && tls_context_refresh(context) != STATUS_OK)
        log_warning("no TLS certificate can be trusted before that is repaired");
    if (gnutls_init(&tls->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK) < 0)
        return STATUS_NO_MEMORY;
    gnutls_session_set_ptr(tls->session, tls);
    gnutls_transport_set_ptr(tls->session, tls);
    gnutls_transport_set_push_function(tls->session, on_push);
    gnutls_transport_set_pull_function(tls->session, on_pull);
    gnutls_transport_set_pull_timeout_function(tls->session, on_pull_timeout);
    gnutls_handshake_set_hook_function(tls->session, GNUTLS_HANDSHAKE_NEW_SESSION_TICKET,
                                       GNUTLS_HOOK_POST, on_ticket);
    if (gnutls_priority_set(tls->session, context->priorities) < 0 ||
        gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, context->credentials) < 0)
        return STATUS_TLS;
    tls_session_use(tls->session, tls->kept);
    return tls_target_announce(tls->session, tls->target, 0);
}

static void refuse_peer(TlsStream *tls, Status status)
{
    gnutls_alert_description_t alert =
        status == STATUS_CERT_EXPIRED ? GNUTLS_A_CERTIFICATE_EXPIRED : GNUTLS_A_BAD_CERTIFICATE;

    gnutls_alert_send(tls->session, GNUTLS_AL_FATAL, alert);
    report_closed(tls, status);
}

static void report_tls_error(TlsStream *tls, int error)
{
    const char *alert = error == GNUTLS_E_FATAL_ALERT_RECEIVED
                            ? gnutls_alert_get_name(gnutls_alert_get(tls->session))
                            : NULL;

    log_debug("TLS failed: %s%s%s", gnutls_strerror(error), alert != NULL ? ": " : "",
              alert != NULL ? alert : "");
    report_closed(tls, STATUS_TLS);
}

static Status send_records(TlsStream *tls, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = gnutls_record_send(tls->session, bytes, length);

        if (sent < 0 && gnutls_error_is_fatal((int)sent))
            return STATUS_TLS;
        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        }
    }
    return STATUS_OK;
}

static void become_ready(TlsStream *tls)
{
    Status status = tls_peer_check(tls->session, tls->context, tls->target);

    if (status != STATUS_OK) {
        refuse_peer(tls, status);
        return;
    }
    tls->ready = true;
    /* TLS 1.2 has its ticket by now. */
    if (gnutls_protocol_get_version(tls->session) == GNUTLS_TLS1_2)
        tls_session_save(tls->session, tls->kept);
    if (send_records(tls, tls->early->data, tls->early->len) != STATUS_OK)
        fail_later(tls, STATUS_TLS);
    g_byte_array_set_size(tls->early, 0);
    flush(tls);
    tls->stream.events->connected(tls->stream.owner);
}

/* GnuTLS also says "again" after a message of its own, a ticket say, with more at hand. */
static bool is_waiting(const TlsStream *tls, ssize_t result)
{
    return result == GNUTLS_E_AGAIN && tls->starved;
}

static void shake_hands(TlsStream *tls)
{
    int result;

    do {
        result = gnutls_handshake(tls->session);
    } while (result < 0 && !gnutls_error_is_fatal(result) && !is_waiting(tls, result));
    flush(tls);
    if (result == 0)
        become_ready(tls);
    else if (result != GNUTLS_E_AGAIN)
        report_tls_error(tls, result);
}

/* ---- data ---- */

static void read_records(TlsStream *tls)
{
    while (!tls->closed) {
        ssize_t length = gnutls_record_recv(tls->session, record_buffer, sizeof record_buffer);

        if (tls->ticket)
            tls_session_save(tls->session, tls->kept);
        tls->ticket = false;
        if (length > 0)
            tls->stream.events->received(tls->stream.owner, record_buffer, (size_t)length);
        else if (length == 0)
            report_closed(tls, STATUS_CLOSED);
        else if (is_waiting(tls, length))
            break;
        else if (length == GNUTLS_E_REHANDSHAKE || gnutls_error_is_fatal((int)length))
            report_tls_error(tls, (int)length);
    }
    flush(tls); /* an answer to a key update */
}

static void on_tcp_connected(void *owner)
{
    TlsStream *tls = owner;

    enter(tls);
    shake_hands(tls);
    leave(tls);
}

static void on_tcp_received(void *owner, const uint8_t *bytes, size_t length)
{
    TlsStream *tls = owner;

    enter(tls);
    tls->incoming = bytes;
    tls->incoming_length = length;
    tls->starved = false;
    if (!tls->ready)
        shake_hands(tls);
    if (tls->ready && !tls->closed)
        read_records(tls);
    leave(tls);
}

static void on_tcp_closed(void *owner, Status status)
{
    TlsStream *tls = owner;

    /* An end without close_notify is no failure once connected: DNS messages carry their length,
     * and so does HTTP/2, so a cut is noticed. A peer that leaves in the handshake refuses TLS. */
    enter(tls);
    report_closed(tls, !tls->ready && status == STATUS_CLOSED ? STATUS_TLS : status);
    leave(tls);
}

static Status tls_write(Stream *stream, const uint8_t *bytes, size_t length)
{
    TlsStream *tls = (TlsStream *)stream;

    if (tls->closed || tls->failure != STATUS_OK)
        return STATUS_CLOSED;
    if (stream_queued(stream) > STREAM_QUEUE_LIMIT || length > G_MAXINT)
        return STATUS_LIMIT;
    if (!tls->ready) {
        g_byte_array_append(tls->early, bytes, (guint)length);
        return STATUS_OK;
    }
    Status status = send_records(tls, bytes, length);
    if (status != STATUS_OK)
        fail_later(tls, status);
    flush(tls);
    return status;
}

static size_t tls_queued(const Stream *stream)
{
    const TlsStream *tls = (const TlsStream *)stream;

    return tls->early->len + (tls->tcp != NULL ? stream_queued(tls->tcp) : 0);
}

static void tls_path(const Stream *stream, StreamPath *path)
{
    const TlsStream *tls = (const TlsStream *)stream;

    *path = (StreamPath){0};
    if (tls->tcp != NULL)
        stream_path(tls->tcp, path);
}

/* ---- opening ---- */

static const StreamClass tls_class = {tls_write, tls_queued, tls_path, tls_close};
static const StreamEvents tcp_events = {on_tcp_connected, on_tcp_received, NULL, on_tcp_closed};

Stream *tls_connect(Loop *loop, TlsContext *context, const Address *peer, const TlsTarget *target,
                    TlsSession *session, const StreamEvents *events, void *owner)
{
    TlsStream *tls = g_new0(TlsStream, 1);

    tls->stream = (Stream){&tls_class, events, owner, loop};
    tls->context = context;
    tls->target = target;
    tls->kept = session;
    tls->early = g_byte_array_new();
    tls->outgoing = g_byte_array_new();
    loop_defer_init(&tls->defer, loop, on_defer, tls);
    tls->tcp = tcp_connect(loop, peer, &tcp_events, tls);
    /* While its first packet travels: the first session of all reads the trust store. */
    Status status = open_session(tls);
    if (status != STATUS_OK) {
        stream_close(g_steal_pointer(&tls->tcp));
        fail_later(tls, status);
    }
    return &tls->stream;
}

void tls_facts(const Stream *stream, TlsFacts *facts)
{
    const TlsStream *tls = (const TlsStream *)stream;
    gnutls_datum_t alpn;

    *facts = (TlsFacts){0};
    if (!tls->ready)
        return;
    g_strlcpy(facts->version, gnutls_protocol_get_name(gnutls_protocol_get_version(tls->session)),
              sizeof facts->version);
    const char *suite = gnutls_ciphersuite_get(tls->session);
    g_strlcpy(facts->cipher, suite != NULL ? suite : "", sizeof facts->cipher);
    if (gnutls_alpn_get_selected_protocol(tls->session, &alpn) == 0)
        g_snprintf(facts->alpn, sizeof facts->alpn, "%.*s", (int)alpn.size, alpn.data);
    facts->resumed = gnutls_session_is_resumed(tls->session);
}

void tls_chain(const Stream *stream, PeerChain *chain)
{
    const TlsStream *tls = (const TlsStream *)stream;

    if (tls->ready)
        peer_chain_read(tls->session, chain);
}
