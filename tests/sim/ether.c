/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is sent becomes a Piece that arrives later, or never.
 *
 * Datagrams are lost, doubled, and overtake each other by their jitter. Pieces of a line arrive in
 * order whatever their delays; one that is lost is late instead, by a retransmission's time, and
 * meanwhile the line is stalled. A piece that finds its host silent is sent again a few times, as
 * TCP does; one that finds the machine moved away is lost, with all that follows it on its line.
 *
 * Loopback, to the program's clients, is another matter: it loses nothing and takes no time.
 */
#include "ether.h"

#include "chronicle.h"
#include "list.h"

#include <errno.h>
#include <string.h>

#define RETRANSMIT_US 200000
#define SYN_RETRY_US  1000000
#define RETRIES_MAX   7

typedef enum PieceKind {
    PIECE_REQUEST, /* datagrams, to the host and back */
    PIECE_REPLY,
    PIECE_UNREACHABLE,
    PIECE_DIAL, /* lines, to the host */
    PIECE_UP,
    PIECE_HANG_UP,
    PIECE_MADE, /* and back */
    PIECE_DOWN,
    PIECE_END,
    PIECE_RESET,
} PieceKind;

typedef struct Piece {
    Deed deed;
    PieceKind kind;
    Host *host;
    Line *line; /* a reference; NULL for datagrams */
    Address from, to;
    unsigned place, tries;
    bool held; /* it is being sent again, and what follows it on its line waits */
    size_t length;
    uint8_t bytes[];
} Piece;

static void on_arrival(Deed *deed);

static Piece *piece_new(PieceKind kind, Host *host, Line *line, const uint8_t *bytes, size_t length)
{
    Piece *piece = g_malloc(sizeof *piece + length);

    *piece = (Piece){.kind = kind, .host = host, .line = line ? line_ref(line) : NULL};
    piece->place = line ? line->place : 0;
    piece->length = length;
    if (length > 0)
        memcpy(piece->bytes, bytes, length);
    return piece;
}

static void piece_free(Piece *piece)
{
    if (piece->line)
        line_unref(piece->line);
    g_free(piece);
}

static int64_t way_us(const Host *host)
{
    Ether *ether = host->ether;

    return ether->weather.latency_us + host->distance_us +
           (ether->weather.jitter_us > 0 ? dice_between(&ether->dice, 0, ether->weather.jitter_us)
                                         : 0);
}

/* ---- datagrams ---- */

static Host *find_host(const Ether *ether, const Address *address)
{
    for (guint i = 0; i < ether->hosts->len; i++) {
        Host *host = g_ptr_array_index(ether->hosts, i);

        if ((host->place == 0 || host->place == ether->place) &&
            address_equal(&host->address, address))
            return host;
    }
    return NULL;
}

static void carry(Piece *piece, int64_t after_us)
{
    Ether *ether = piece->host->ether;
    int64_t at_us = ether->agenda->now_us + after_us + way_us(piece->host);

    agenda_add(ether->agenda, &piece->deed, at_us, on_arrival);
}

static void carry_datagram(Host *host, PieceKind kind, const Address *from, const Address *to,
                           unsigned place, const uint8_t *bytes, size_t length, int64_t after_us)
{
    Ether *ether = host->ether;
    unsigned copies = 1;

    if (dice_chance(&ether->dice, ether->weather.loss))
        copies = 0;
    else if (dice_chance(&ether->dice, ether->weather.duplicate))
        copies = 2;
    for (unsigned i = 0; i < copies; i++) {
        Piece *piece = piece_new(kind, host, NULL, bytes, length);

        piece->from = *from;
        piece->to = *to;
        piece->place = place;
        carry(piece, after_us);
    }
}

static bool is_loopback(const Address *address)
{
    return ntohl(address->socket.v4.sin_addr.s_addr) >> 24 == 127;
}

static void on_datagram(void *owner, const Address *from, const Address *to, unsigned place,
                        const uint8_t *bytes, size_t length)
{
    Ether *ether = owner;
    Host *host;

    if (is_loopback(to)) {
        ether->clients->datagram(ether->client_owner, to, bytes, length);
        return;
    }
    chronicle_note(bytes, length, "to %08x: datagram of %zu", ntohl(to->socket.v4.sin_addr.s_addr),
                   length);
    if (place != ether->place)
        chronicle_fault("a datagram left from a socket of another network");
    host = find_host(ether, to);
    if (host && host->state != HOST_SILENT)
        carry_datagram(host, PIECE_REQUEST, from, to, place, bytes, length, 0);
}

void host_send(Host *host, const Address *to, unsigned place, const uint8_t *bytes, size_t length,
               int64_t after_us)
{
    carry_datagram(host, PIECE_REPLY, &host->address, to, place, bytes, length, after_us);
}

static void arrive_datagram(const Piece *piece)
{
    Host *host = piece->host;

    if (piece->kind == PIECE_REPLY) {
        chronicle_note(piece->bytes, piece->length, "from %08x: datagram of %zu",
                       ntohl(piece->from.socket.v4.sin_addr.s_addr), piece->length);
        kernel_deliver(&piece->from, &piece->to, piece->bytes, piece->length);
    } else if (piece->kind == PIECE_UNREACHABLE) {
        kernel_deliver_error(&piece->to, &piece->from, ECONNREFUSED);
    } else if (host->state == HOST_UP) {
        host->class->datagram(host, &piece->from, piece->place, piece->bytes, piece->length);
    } else if (host->state == HOST_DOWN) {
        carry_datagram(host, PIECE_UNREACHABLE, &host->address, &piece->from, piece->place, NULL, 0,
                       0);
    }
}

/* ---- lines ---- */

/* Down: towards the program. */
static void carry_on_line(Piece *piece, int64_t after_us)
{
    Host *host = piece->host;
    Ether *ether = host->ether;
    int64_t *newest_us = &piece->line->arrivals_us[piece->kind >= PIECE_MADE];
    int64_t at_us = ether->agenda->now_us + after_us + way_us(host);

    if (dice_chance(&ether->dice, ether->weather.loss)) {
        at_us += RETRANSMIT_US;
        if (piece->kind < PIECE_MADE)
            piece->line->stalled = true;
    }
    *newest_us = MAX(*newest_us, at_us);
    agenda_add(ether->agenda, &piece->deed, *newest_us, on_arrival);
}

static void on_dialled(void *owner, Line *line)
{
    Ether *ether = owner;
    Host *host = find_host(ether, &line->far);

    chronicle_note(NULL, 0, "dials %08x", ntohl(line->far.socket.v4.sin_addr.s_addr));
    line->host = host;
    if (host)
        carry_on_line(piece_new(PIECE_DIAL, host, line, NULL, 0), 0);
}

static void on_written(void *owner, Line *line, const uint8_t *bytes, size_t length)
{
    Ether *ether = owner;

    if (line->by_client) {
        ether->clients->line_bytes(ether->client_owner, line, bytes, length);
        return;
    }
    chronicle_note(bytes, length, "to %08x: %zu bytes", ntohl(line->far.socket.v4.sin_addr.s_addr),
                   length);
    if (line->place == ether->place)
        carry_on_line(piece_new(PIECE_UP, line->host, line, bytes, length), 0);
    else
        line->stalled = true;
}

static void on_hung_up(void *owner, Line *line, bool reset)
{
    Ether *ether = owner;

    if (line->by_client) {
        ether->clients->line_closed(ether->client_owner, line);
        return;
    }
    chronicle_note(NULL, 0, "hangs up on %08x", ntohl(line->far.socket.v4.sin_addr.s_addr));
    if (line->host)
        carry_on_line(piece_new(PIECE_HANG_UP, line->host, line, NULL, 0), 0);
}

const KernelEvents ether_events = {
    .datagram = on_datagram,
    .dialled = on_dialled,
    .written = on_written,
    .hung_up = on_hung_up,
};

static void let_go(Host *host, Line *line)
{
    void *end = g_steal_pointer(&line->far_end);

    if (!end)
        return;
    host->class->line_closed(host, end);
    g_ptr_array_remove_fast(host->lines, line);
    line_unref(line);
}

void host_line_send(Host *host, Line *line, const uint8_t *bytes, size_t length, int64_t after_us)
{
    carry_on_line(piece_new(PIECE_DOWN, host, line, bytes, length), after_us);
}

void host_line_close(Host *host, Line *line, bool reset, int64_t after_us)
{
    carry_on_line(piece_new(reset ? PIECE_RESET : PIECE_END, host, line, NULL, 0), after_us);
    let_go(host, line);
}

/* True when it will come again: nobody has heard it, or it is behind one like that. */
static bool retry(Piece *piece)
{
    bool silent = piece->host->state == HOST_SILENT && piece->tries < RETRIES_MAX;
    bool waits = !piece->held && piece->line->held > 0;

    if (piece->kind >= PIECE_MADE)
        return false;
    piece->line->held -= piece->held;
    piece->held = silent || waits;
    piece->line->held += piece->held;
    if (!piece->held)
        return false;
    piece->line->stalled = true;
    carry_on_line(piece, silent ? SYN_RETRY_US << MIN(piece->tries++, 3) : 0);
    return true;
}

static void arrive_up(Host *host, const Piece *piece)
{
    Line *line = piece->line;

    if (!line->far_end) {
        carry_on_line(piece_new(PIECE_RESET, host, line, NULL, 0), 0);
        return;
    }
    kernel_line_acknowledge(line, piece->length);
    host->class->line_bytes(host, line->far_end, piece->bytes, piece->length);
}

static void arrive_dial(Host *host, Line *line)
{
    if (host->state == HOST_DOWN) {
        carry_on_line(piece_new(PIECE_RESET, host, line, NULL, 0), 0);
        return;
    }
    line->far_end = host->class->line_opened(host, line);
    g_ptr_array_add(host->lines, line_ref(line));
    carry_on_line(piece_new(PIECE_MADE, host, line, NULL, 0), 0);
}

static void arrive_on_line(const Piece *piece)
{
    Host *host = piece->host;
    Line *line = piece->line;

    switch (piece->kind) {
    case PIECE_DIAL:
        arrive_dial(host, line);
        return;
    case PIECE_UP:
        arrive_up(host, piece);
        return;
    case PIECE_HANG_UP:
        let_go(host, line);
        return;
    case PIECE_MADE:
        kernel_connect(line);
        return;
    case PIECE_DOWN:
        chronicle_note(piece->bytes, piece->length, "from %08x: %zu bytes",
                       ntohl(line->far.socket.v4.sin_addr.s_addr), piece->length);
        kernel_line_bytes(line, piece->bytes, piece->length);
        return;
    case PIECE_END:
        kernel_line_end(line);
        return;
    case PIECE_RESET:
        kernel_line_reset(line, line->connecting ? ECONNREFUSED : ECONNRESET);
        return;
    case PIECE_REQUEST:
    case PIECE_REPLY:
    case PIECE_UNREACHABLE:
        return;
    }
}

static void on_arrival(Deed *deed)
{
    Piece *piece = container_of(deed, Piece, deed);
    Host *host = piece->host;

    if (piece->place != host->ether->place) {
        if (piece->line && piece->kind == PIECE_HANG_UP)
            let_go(host, piece->line);
    } else if (!piece->line) {
        if (host->state != HOST_SILENT)
            arrive_datagram(piece);
    } else if (retry(piece)) {
        return;
    } else if (host->state != HOST_SILENT) {
        arrive_on_line(piece);
    } else if (piece->kind == PIECE_HANG_UP) {
        let_go(host, piece->line);
    }
    piece_free(piece);
}

/* ---- life ---- */

void ether_init(Ether *ether, Agenda *agenda, uint64_t seed)
{
    *ether = (Ether){.agenda = agenda, .dice = {seed}, .place = 1};
    ether->hosts = g_ptr_array_new();
}

void ether_clear(Ether *ether)
{
    g_ptr_array_unref(ether->hosts);
}

void ether_move(Ether *ether, unsigned place)
{
    ether->place = place;
    kernel_move(place);
}

void host_init(Host *host, Ether *ether, const HostClass *class, const Address *address)
{
    *host = (Host){.class = class, .ether = ether, .address = *address};
    host->lines = g_ptr_array_new();
    g_ptr_array_add(ether->hosts, host);
}

static void drop_lines(Host *host, bool tell)
{
    while (host->lines->len > 0) {
        Line *line = g_ptr_array_index(host->lines, 0);

        if (tell)
            host_line_close(host, line, true, 0);
        else
            let_go(host, line);
    }
}

void host_clear(Host *host)
{
    drop_lines(host, false);
    g_ptr_array_unref(host->lines);
}

void host_set_state(Host *host, HostState state)
{
    host->state = state;
    if (state == HOST_DOWN)
        drop_lines(host, true);
}
