/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server tells the truth (truth.h), among what its manners make it say besides. What no stranger
 * could send it does not send: in plain DNS never a wrong answer with the right ID and question.
 *
 * It is also a witness. What it is asked must be meant for it: names of a network's own go to that
 * network's server and to nobody else, all others never to it, and blocked ones to nobody.
 */
#include "nameserver.h"

#include "chronicle.h"
#include "edns.h"
#include "frame.h"
#include "list.h"
#include "truth.h"

#include <sodium.h>
#include <string.h>

enum { PACKET_MAX = TRUTH_REPLY_MAX + 256, EXTRAS_MAX = 2 };

/* One connection to it. */
typedef struct Caller {
    Nameserver *server;
    Line *line;
    FrameReader reader;
} Caller;

/* Where an answer goes. */
typedef struct Way {
    const Address *from; /* NULL: by `caller` */
    unsigned place;
    Caller *caller;
    const uint8_t *sealed; /* the query's packet; NULL: it came in clear */
    size_t sealed_length;
} Way;

static Nameserver *server_of(Host *host)
{
    return container_of(host, Nameserver, host);
}

static int64_t think_us(Nameserver *server)
{
    int64_t most_us = server->manners.think_us;

    return most_us > 0 && dice_chance(&server->dice, 500) ? dice_between(&server->dice, 0, most_us)
                                                          : 0;
}

/* ---- sending ---- */

static void send_bytes(Nameserver *server, const Way *way, const uint8_t *bytes, size_t length,
                       int64_t after_us)
{
    uint8_t framed[PACKET_MAX + 2];

    if (way->from) {
        host_send(&server->host, way->from, way->place, bytes, length, after_us);
        return;
    }
    wire_put_u16(framed, (uint16_t)length);
    memcpy(framed + 2, bytes, length);
    host_line_send(&server->host, way->caller->line, framed, length + 2, after_us);
}

static void send_message(Nameserver *server, const Way *way, const uint8_t *message, size_t length,
                         int64_t after_us)
{
    uint8_t packet[PACKET_MAX];

    if (!way->sealed) {
        send_bytes(server, way, message, length, after_us);
        return;
    }
    length = papers_seal(server->papers, server->issue, &server->desk, way->sealed, message, length,
                         packet);
    send_bytes(server, way, packet, length, after_us);
}

/* ---- mischief ---- */

/* A packet that is no answer: a damaged one, or noise. */
static void send_noise(Nameserver *server, const Way *way, const uint8_t *message, size_t length)
{
    uint8_t packet[PACKET_MAX];

    if (way->sealed && dice_chance(&server->dice, 500)) {
        length = papers_seal(server->papers, server->issue, &server->desk, way->sealed, message,
                             length, packet);
        packet[dice_below(&server->dice, (unsigned)length)] ^=
            (uint8_t)(1 + dice_below(&server->dice, 255));
    } else {
        length = dice_below(&server->dice, 80);
        for (size_t i = 0; i < length; i++)
            packet[i] = (uint8_t)dice_throw(&server->dice);
    }
    send_bytes(server, way, packet, length, 0);
}

/* The right answer but for one thing, and with other data, which nobody may ever see. */
static void send_lie(Nameserver *server, const Way *way, const uint8_t *message, size_t length)
{
    uint8_t lie[TRUTH_REPLY_MAX];

    memcpy(lie, message, length);
    lie[length - 1] ^= 0xff;
    switch (dice_below(&server->dice, 4)) {
    case 0: /* another ID */
        lie[dice_below(&server->dice, 2)] ^= (uint8_t)(1 + dice_below(&server->dice, 255));
        break;
    case 1: /* another name: digits become letters */
        lie[MESSAGE_HEADER_LENGTH + 2] ^= 0x40;
        break;
    case 2: /* a question */
        lie[2] &= 0x7f;
        break;
    default: /* cut short, without TC */
        length = dice_below(&server->dice, (unsigned)length);
        break;
    }
    send_message(server, way, lie, length, 0);
}

static void misbehave(Nameserver *server, const Way *way, const uint8_t *message, size_t length)
{
    unsigned count = 1 + dice_below(&server->dice, EXTRAS_MAX);

    for (unsigned i = 0; i < count; i++) {
        if (dice_chance(&server->dice, 500))
            send_noise(server, way, message, length);
        else
            send_lie(server, way, message, length);
    }
}

/* ---- answering ---- */

static void testify(const Nameserver *server, const Name *name)
{
    bool local = truth_is_local(name), own = server->host.place != 0;
    char text[NAME_MAX_TEXT];

    if (truth_is_blocked(name))
        chronicle_fault("a blocked name was asked for: %s", name_format(name, text));
    if (local && !own)
        chronicle_fault("a network's own name left it: %s", name_format(name, text));
    if (!local && own)
        chronicle_fault("a name was asked in clear: %s", name_format(name, text));
    if (own && truth_place(name) != 0 && truth_place(name) != server->host.place)
        chronicle_fault("another network's name was shown to this one: %s",
                        name_format(name, text));
}

/* What it says to the query; it may be too long for a datagram. */
static size_t write_reply(Nameserver *server, const Message *query, uint8_t out[TRUTH_REPLY_MAX])
{
    const Agenda *agenda = server->host.ether->agenda;
    TruthView view = {.place = server->host.ether->place,
                      .in_clear = server->kind == ENDPOINT_PLAIN,
                      .now_s = (uint32_t)(agenda->now_us / 1000000)};

    if (server->kind == ENDPOINT_PLAIN && query->has_edns &&
        dice_chance(&server->dice, server->manners.no_edns))
        return truth_write_empty(query, RCODE_FORMERR, out);
    if (dice_chance(&server->dice, server->manners.sick))
        return truth_write_empty(
            query, dice_chance(&server->dice, 500) ? RCODE_SERVFAIL : RCODE_REFUSED, out);
    return truth_write(query, &view, out);
}

/* RFC 7828 §3.2: in units of 100 ms. */
static size_t add_keepalive(Nameserver *server, uint8_t *message, size_t length)
{
    WireWriter writer = wire_writer(message, TRUTH_REPLY_MAX);

    writer.position = length;
    wire_write_u8(&writer, 0);
    wire_write_u16(&writer, RRTYPE_OPT);
    wire_write_u16(&writer, 1232);
    wire_write_u32(&writer, 0);
    wire_write_u16(&writer, 6);
    wire_write_u16(&writer, EDNS_TCP_KEEPALIVE);
    wire_write_u16(&writer, 2);
    wire_write_u16(&writer, (uint16_t)(30 * dice_below(&server->dice, 3)));
    wire_put_u16(message + 10, 1);
    g_assert_false(writer.failed);
    return writer.position;
}

/* The most that an answer by this way may be long. */
static size_t room(const Message *query, const Way *way)
{
    if (!way->from)
        return TRUTH_REPLY_MAX;
    return way->sealed ? way->sealed_length : query->udp_size;
}

static void answer(Nameserver *server, const Message *query, const Way *way)
{
    uint8_t message[TRUTH_REPLY_MAX];
    size_t length = write_reply(server, query, message), longest = room(query, way);
    bool mute = dice_chance(&server->dice, server->manners.mute);

    server->answered++;
    if (way->caller && dice_chance(&server->dice, server->manners.hang_up)) {
        host_line_close(&server->host, way->caller->line, dice_chance(&server->dice, 500), 0);
        return;
    }
    if (mute || dice_chance(&server->dice, server->manners.mischief))
        misbehave(server, way, message, length);
    if (mute)
        return;
    if ((way->sealed ? papers_sealed_length(length) : length) > longest ||
        (way->from && dice_chance(&server->dice, server->manners.cut)))
        length = truth_write_empty(query, MESSAGE_TC, message);
    if (server->kind == ENDPOINT_DOT && dice_chance(&server->dice, server->manners.keepalive))
        length = add_keepalive(server, message, length);
    send_message(server, way, message, length, think_us(server));
    if (dice_chance(&server->dice, server->manners.mischief))
        send_message(server, way, message, length, think_us(server));
}

/* ---- certificates ---- */

static void write_certificate(WireWriter *writer, const uint8_t certificate[PAPERS_CERTIFICATE])
{
    wire_write_u16(writer, 0xc00c);
    wire_write_u16(writer, RRTYPE_TXT);
    wire_write_u16(writer, CLASS_IN);
    wire_write_u32(writer, 300);
    wire_write_u16(writer, PAPERS_CERTIFICATE + 1);
    wire_write_u8(writer, PAPERS_CERTIFICATE);
    wire_write_bytes(writer, certificate, PAPERS_CERTIFICATE);
}

/* With the right ID too: whoever is on the way sees the request, which is in clear. */
static void send_certificate(Nameserver *server, const Message *query, const Way *way, bool forged)
{
    uint8_t message[TRUTH_REPLY_MAX];
    WireWriter writer = wire_writer(message, sizeof message);

    writer.position = truth_write_empty(query, 0, message);
    write_certificate(&writer, forged ? server->papers->issues[server->issue].forged
                                      : server->papers->issues[server->issue].certificate);
    wire_put_u16(message + 6, 1);
    send_bytes(server, way, message, writer.position, forged ? 0 : think_us(server));
}

static void answer_request(Nameserver *server, const Message *query, const Way *way)
{
    if (dice_chance(&server->dice, server->manners.mischief))
        send_certificate(server, query, way, true);
    if (!dice_chance(&server->dice, server->manners.mute))
        send_certificate(server, query, way, false);
}

/* ---- receiving ---- */

static void take_sealed(Nameserver *server, Way *way, const uint8_t *packet, size_t length)
{
    uint8_t message[BOX_PACKET_MAX];
    Message query;
    size_t opened;

    if (message_parse(&query, packet, length) == STATUS_OK && query.qtype == RRTYPE_TXT) {
        answer_request(server, &query, way);
        return;
    }
    opened = papers_open(server->papers, server->issue, &server->desk, way->place, packet, length,
                         message);
    if (opened == 0)
        return; /* under keys of before */
    if (message_parse(&query, message, opened) != STATUS_OK)
        chronicle_fault("a query inside a DNSCrypt packet is malformed");
    way->sealed = packet;
    way->sealed_length = length;
    testify(server, &query.qname);
    answer(server, &query, way);
}

static void take(Nameserver *server, Way *way, const uint8_t *bytes, size_t length)
{
    Message query;

    if (server->kind == ENDPOINT_DNSCRYPT) {
        take_sealed(server, way, bytes, length);
        return;
    }
    if (message_parse(&query, bytes, length) != STATUS_OK)
        chronicle_fault("a query to a server is malformed");
    testify(server, &query.qname);
    answer(server, &query, way);
}

static void on_datagram(Host *host, const Address *from, unsigned place, const uint8_t *bytes,
                        size_t length)
{
    Way way = {.from = from, .place = place};

    take(server_of(host), &way, bytes, length);
}

static void *on_line_opened(Host *host, Line *line)
{
    Caller *caller = g_new0(Caller, 1);

    caller->server = server_of(host);
    caller->line = line;
    return caller;
}

static bool on_frame(void *owner, const uint8_t *message, size_t length)
{
    Caller *caller = owner;
    Nameserver *server = caller->server;
    Line *line = caller->line;
    Way way = {.place = line->place, .caller = caller};

    take(server, &way, message, length);
    return line->far_end != NULL; /* it may have hung up */
}

static void on_line_bytes(Host *host, void *end, const uint8_t *bytes, size_t length)
{
    Caller *caller = end;
    Line *line = line_ref(caller->line);

    frame_feed(&caller->reader, bytes, length, on_frame, caller);
    line_unref(line);
}

static void on_line_closed(Host *host, void *end)
{
    Caller *caller = end;

    frame_clear(&caller->reader);
    g_free(caller);
}

static const HostClass nameserver_class = {
    .datagram = on_datagram,
    .line_opened = on_line_opened,
    .line_bytes = on_line_bytes,
    .line_closed = on_line_closed,
};

/* ---- life ---- */

Nameserver *nameserver_new(Ether *ether, EndpointKind kind, const Address *address, uint64_t seed)
{
    Nameserver *server = g_new0(Nameserver, 1);

    host_init(&server->host, ether, &nameserver_class, address);
    server->kind = kind;
    server->dice.state = seed;
    server->papers = papers_get((unsigned)(seed % PAPERS_COUNT));
    return server;
}

void nameserver_free(Nameserver *server)
{
    host_clear(&server->host);
    g_free(server);
}

Endpoint *nameserver_endpoint(const Nameserver *server)
{
    Endpoint *endpoint = endpoint_new(server->kind, &server->host.address);

    if (server->kind == ENDPOINT_DNSCRYPT) {
        endpoint->provider_name = g_strdup("2.dnscrypt-cert.resolver.example");
        memcpy(endpoint->provider_key, server->papers->provider_key, sizeof endpoint->provider_key);
    } else if (server->kind == ENDPOINT_DOT) {
        endpoint->host = g_strdup("resolver.example");
    }
    return endpoint;
}

void nameserver_rotate(Nameserver *server)
{
    if (server->issue + 1 < PAPERS_ISSUES)
        server->issue++;
}
