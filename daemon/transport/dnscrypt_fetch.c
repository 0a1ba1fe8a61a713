/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fetching a DNSCrypt server's certificates.
 *
 * A plan of steps, each with the time that is given to it before the next one; an answer that is of
 * no use, or an error, brings the next means forward. UDP comes first, padded to make room for the
 * answer, then bare, for servers that know no EDNS; TCP joins in when UDP has been silent or said
 * TC, and whichever answers first wins.
 *
 * With TCP only, TCP comes first. Should it give nothing usable, UDP is asked after all: there are
 * servers (dnsdist among them) that answer certificate requests over TCP with an empty message, and
 * without a certificate not even TCP could carry a query.
 *
 * Through a relay all answers must fit into the length of the request, and the relay itself goes on
 * by UDP: every request is padded, the last one as far as may be.
 *
 * Answers are not authenticated but by the signature in them. So one that is forged does not end
 * the fetch while a genuine one may come by the other means, or right behind it; it only decides
 * what is reported.
 */
#include "dnscrypt_fetch.h"

#include "dnscrypt_private.h"
#include "tcpcall.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define MS        1000
#define LINGER_US (300 * MS) /* a genuine answer may be on its way behind a forged one */

#define QUERY_MAX        (BOX_PACKET_MAX - RELAY_HEADER_LENGTH)
#define ADDITIONAL_COUNT 10 /* offset in the header */

typedef enum Action { ASK_PADDED, ASK_BARE, ASK_TCP, ASK_TCP_LONGEST, GIVE_UP } Action;

typedef struct Step {
    Action action;
    int64_t patience_us;
} Step;

static const Step udp_first[] = {
    {ASK_PADDED, 500 * MS}, {ASK_BARE, 500 * MS}, {ASK_TCP, 1000 * MS},
    {ASK_BARE, 2000 * MS},  {GIVE_UP, 0},
};
static const Step tcp_first[] = {
    {ASK_TCP, 1500 * MS},
    {ASK_PADDED, 500 * MS},
    {ASK_BARE, 2000 * MS},
    {GIVE_UP, 0},
};

static const Step relayed[] = {
    {ASK_PADDED, 500 * MS},       {ASK_PADDED, 500 * MS}, {ASK_TCP, 1000 * MS},
    {ASK_TCP_LONGEST, 2000 * MS}, {GIVE_UP, 0},
};
static const Step relayed_tcp_first[] = {
    {ASK_TCP, 1500 * MS},
    {ASK_TCP_LONGEST, 1500 * MS},
    {ASK_PADDED, 1500 * MS},
    {GIVE_UP, 0},
};

typedef enum Leg { LEG_UNUSED, LEG_WAITING, LEG_OVER } Leg;

struct CertificateFetch {
    Transport *transport;
    CertificateFetched fn;
    void *owner;

    const Step *step; /* the next one */
    LoopTimer timer;
    Leg udp_leg, tcp_leg;
    UdpSocket udp;
    TcpCall *call;

    bool lingering; /* over, but for what may still come by UDP */
    Status failure; /* the most telling so far */
    uint16_t id;
    size_t pad_to; /* the length of a padded query */
    uint8_t query[QUERY_MAX];
    size_t query_length;
};

static void fetch_finish(CertificateFetch *fetch, Status status, const Certificate *certificate,
                         bool by_udp)
{
    loop_timer_stop(&fetch->timer);
    fetch->fn(fetch->owner, status, certificate, by_udp);
}

static void fetch_linger(CertificateFetch *fetch)
{
    if (fetch->lingering)
        return;
    fetch->lingering = true;
    while (fetch->step->action != GIVE_UP)
        fetch->step++;
    loop_timer_start(&fetch->timer, LINGER_US);
}

/* Called when one leg has come to its end without success. May free the fetch, unless it has a UDP
 * socket. */
static void fetch_go_on(CertificateFetch *fetch, Status failure)
{
    fetch->failure = certificate_nearer(fetch->failure, failure);
    if (fetch->udp_leg == LEG_OVER && fetch->tcp_leg == LEG_OVER) {
        if (fetch->udp.io.loop != NULL)
            fetch_linger(fetch);
        else
            fetch_finish(fetch, fetch->failure, NULL, false);
        return;
    }
    const bool tcp_is_next = fetch->tcp_leg == LEG_UNUSED;
    const bool udp_is_next = fetch->udp_leg == LEG_UNUSED;
    if (!tcp_is_next && !udp_is_next)
        return; /* the other leg is waited for as planned */
    while (tcp_is_next && fetch->step->action != ASK_TCP)
        fetch->step++;
    loop_timer_start(&fetch->timer, 0);
}

/* Whether that ended the fetch. */
static bool fetch_take(CertificateFetch *fetch, const Message *reply, bool by_udp)
{
    const TransportEnvironment *environment = &fetch->transport->environment;
    Certificate certificate;
    const Status status = certificate_choose(reply, fetch->transport->endpoint->provider_key,
                                             loop_wall_s(environment->loop), &certificate);
    if (status == STATUS_OK)
        fetch_finish(fetch, STATUS_OK, &certificate, by_udp);
    else
        fetch->failure = certificate_nearer(fetch->failure, status);
    return status == STATUS_OK;
}

/* Whether these bytes answer our question; `view` is of the answer. */
static bool fetch_matches(CertificateFetch *fetch, const uint8_t *bytes, size_t length,
                          Message *view)
{
    Message query;
    fetch->transport->counters.bytes_received += length;
    if (message_parse(&query, fetch->query, fetch->query_length) == STATUS_OK &&
        message_parse(view, bytes, length) == STATUS_OK && message_answers(view, &query))
        return true;
    fetch->transport->counters.forged++;
    return false;
}

/* Whether they answer it, but end in the middle of something. */
static bool fetch_is_cut(const CertificateFetch *fetch, const uint8_t *bytes, size_t length)
{
    Message query, view;
    return message_parse(&view, bytes, length) != STATUS_OK &&
           message_parse_question(&view, bytes, length) == STATUS_OK &&
           message_parse(&query, fetch->query, fetch->query_length) == STATUS_OK &&
           (view.flags & MESSAGE_TC) && message_answers(&view, &query);
}

/* The query as it goes on the wire, a relay's header in front. Returns its length. */
static size_t fetch_write_packet(const CertificateFetch *fetch, uint8_t packet[BOX_PACKET_MAX])
{
    const size_t header = relay_header_write(fetch->transport->endpoint, packet);
    memcpy(packet + header, fetch->query, fetch->query_length);
    return header + fetch->query_length;
}

static Status fetch_write_query(CertificateFetch *fetch, size_t pad_to)
{
    fetch->transport->counters.certificate_requests++;
    return certificate_write_query(fetch->transport->endpoint->provider_name, fetch->id, pad_to,
                                   fetch->query, sizeof(fetch->query), &fetch->query_length);
}

/* ---- UDP ---- */

static void fetch_udp_received(void *owner, UdpPacket *packets, size_t count)
{
    CertificateFetch *fetch = owner;
    for (size_t i = 0; i < count; i++) {
        Message view;
        const bool cut = fetch_is_cut(fetch, packets[i].bytes, packets[i].length);
        if (!cut && !fetch_matches(fetch, packets[i].bytes, packets[i].length, &view))
            continue;
        /* A truncated answer may still hold a certificate that will do (draft §14.4). */
        if (!cut && fetch_take(fetch, &view, true))
            return;
        fetch->udp_leg = LEG_OVER; /* but the socket stays open for a better answer */
        fetch->pad_to = QUERY_MAX; /* through a relay, room is all that TCP has over UDP */
        fetch_go_on(fetch, STATUS_CERT_NONE);
    }
}

/* Whether ICMP is about a request of this fetch, as far as padded and bare ones are alike. */
static bool fetch_is_quoted(const CertificateFetch *fetch, const uint8_t *quote, size_t length)
{
    const size_t header = fetch->transport->endpoint->relay != NULL ? RELAY_HEADER_LENGTH : 0;
    return length >= header + ADDITIONAL_COUNT &&
           memcmp(quote + header, fetch->query, ADDITIONAL_COUNT) == 0;
}

static void fetch_udp_failed(void *owner, Status status, const uint8_t *quote, size_t length)
{
    CertificateFetch *fetch = owner;
    if (!fetch_is_quoted(fetch, quote, length))
        return;
    udp_clear(&fetch->udp);
    fetch->udp_leg = LEG_OVER;
    fetch_go_on(fetch, status);
}

static Status fetch_open_udp(CertificateFetch *fetch)
{
    const Transport *transport = fetch->transport;
    int fd;
    if (fetch->udp_leg != LEG_UNUSED)
        return fetch->udp.io.loop != NULL ? STATUS_OK : STATUS_CLOSED;
    const Address hop = dnscrypt_first_hop(transport);
    const Status status = udp_connect(&hop, &fd);
    if (status != STATUS_OK)
        return status;
    return udp_open(&fetch->udp, transport->environment.loop, fd, fetch_udp_received,
                    fetch_udp_failed, fetch);
}

static void fetch_ask_udp(CertificateFetch *fetch, size_t pad_to)
{
    Status status = fetch_open_udp(fetch);
    if (status == STATUS_OK)
        status = fetch_write_query(fetch, pad_to);
    if (status != STATUS_OK) {
        fetch->udp_leg = LEG_OVER;
        fetch_go_on(fetch, status);
        return;
    }
    uint8_t bytes[BOX_PACKET_MAX];
    const UdpPacket packet = {.bytes = bytes, .length = fetch_write_packet(fetch, bytes)};
    if (fetch->udp_leg == LEG_UNUSED)
        fetch->udp_leg = LEG_WAITING;
    fetch->transport->counters.bytes_sent += packet.length;
    udp_send(&fetch->udp, &packet, 1);
}

/* ---- TCP ---- */

static void fetch_ask_tcp(CertificateFetch *fetch);

static void fetch_tcp_ended(void *owner, Status status)
{
    CertificateFetch *fetch = owner;
    tcp_call_close(fetch->call);
    fetch->call = NULL;
    fetch->tcp_leg = LEG_OVER;
    fetch_go_on(fetch, status);
}

/* Through a relay the answer may only have lacked room. */
static void fetch_tcp_useless(CertificateFetch *fetch, Status status)
{
    if (fetch->transport->endpoint->relay == NULL || fetch->pad_to == QUERY_MAX) {
        fetch_tcp_ended(fetch, status);
        return;
    }
    fetch->failure = certificate_nearer(fetch->failure, status);
    fetch->pad_to = QUERY_MAX;
    fetch_ask_tcp(fetch);
}

static bool fetch_tcp_received(void *owner, const uint8_t *bytes, size_t length)
{
    CertificateFetch *fetch = owner;
    Message view;
    if (length == 0)
        fetch_tcp_ended(fetch, STATUS_CERT_NONE); /* dnsdist's way of saying no */
    else if (!fetch_matches(fetch, bytes, length, &view))
        fetch_tcp_useless(fetch, STATUS_MISMATCH);
    else if (!fetch_take(fetch, &view, false))
        fetch_tcp_useless(fetch, STATUS_CERT_NONE);
    return false;
}

static const TcpCallEvents fetch_tcp_events = {
    .received = fetch_tcp_received,
    .ended = fetch_tcp_ended,
};

static void fetch_ask_tcp(CertificateFetch *fetch)
{
    Transport *transport = fetch->transport;
    uint8_t packet[BOX_PACKET_MAX];
    const bool is_relayed = transport->endpoint->relay != NULL;
    const Status status = fetch_write_query(fetch, is_relayed ? fetch->pad_to : 0);
    if (status != STATUS_OK) {
        fetch->tcp_leg = LEG_OVER;
        fetch_go_on(fetch, status);
        return;
    }
    const size_t length = fetch_write_packet(fetch, packet);
    fetch->tcp_leg = LEG_WAITING;
    tcp_call_close(fetch->call);
    const Address hop = dnscrypt_first_hop(transport);
    fetch->call =
        tcp_call_open(transport->environment.loop, &hop, packet, length, &fetch_tcp_events, fetch);
    transport->counters.connections++;
    transport->counters.bytes_sent += length;
}

/* ---- the plan ---- */

static void fetch_step(void *owner)
{
    CertificateFetch *fetch = owner;
    const Step step = *fetch->step++;
    loop_timer_start(&fetch->timer, step.patience_us);
    switch (step.action) {
    case ASK_PADDED:
        if (fetch->udp_leg != LEG_OVER)
            fetch_ask_udp(fetch, fetch->pad_to);
        break;
    case ASK_BARE:
        if (fetch->udp_leg == LEG_WAITING)
            fetch_ask_udp(fetch, 0);
        break;
    case ASK_TCP:
        fetch_ask_tcp(fetch);
        break;
    case ASK_TCP_LONGEST:
        fetch->pad_to = QUERY_MAX;
        if (fetch->tcp_leg != LEG_OVER)
            fetch_ask_tcp(fetch);
        break;
    case GIVE_UP:
        fetch_finish(fetch, fetch->failure, NULL, false);
        break;
    }
}

static const Step *fetch_plan(const Transport *transport)
{
    const bool tcp_only = transport->environment.settings.tcp_only;
    if (transport->endpoint->relay != NULL)
        return tcp_only ? relayed_tcp_first : relayed;
    return tcp_only ? tcp_first : udp_first;
}

CertificateFetch *certificate_fetch_open(Transport *transport, CertificateFetched fn, void *owner)
{
    const TransportEnvironment *environment = &transport->environment;
    CertificateFetch *fetch = g_new0(CertificateFetch, 1);
    fetch->transport = transport;
    fetch->fn = fn;
    fetch->owner = owner;
    fetch->step = fetch_plan(transport);
    fetch->pad_to =
        transport->endpoint->relay != NULL ? DNSCRYPT_RELAY_TARGET : CERTIFICATE_PADDED_QUERY;
    fetch->failure = STATUS_TIMEOUT;
    randombytes_buf(&fetch->id, sizeof(fetch->id));
    /* The first step waits for the next turn, as it may end everything with a callback. */
    loop_timer_init(&fetch->timer, environment->loop, fetch_step, fetch);
    loop_timer_start(&fetch->timer, 0);
    return fetch;
}

void certificate_fetch_close(CertificateFetch *fetch)
{
    if (fetch == NULL)
        return;
    loop_timer_stop(&fetch->timer);
    udp_clear(&fetch->udp);
    tcp_call_close(fetch->call);
    g_free(fetch);
}
