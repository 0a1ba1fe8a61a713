/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets between ngtcp2 and the socket, and ngtcp2's clock.
 *
 * Datagrams are 1200 bytes at most, which every path carries (RFC 9000 §14), and are never
 * fragmented: what is asked is short, so probing for larger ones (PMTUD) would only cost.
 *
 * They are not paced: questions come to less than the burst that may go out at once (RFC 9002
 * §7.7), while ngtcp2's pacing would hold the end of the handshake back for some 20 ms, until it
 * has measured the path. The congestion window holds.
 *
 * ECN is not used: some packets a second gain nothing from it, and it may be left out on either
 * side (RFC 9000 §13.4).
 */
#include "quic_private.h"

enum {
    DATAGRAM_MAX = 1200,
    BATCH = 8, /* datagrams that are sent by one system call */
    NS_PER_US = 1000,
    LONG_HEADER = 0x80,
    SHORT_ID = 1,
    LONG_ID = 6,
    SOONEST_US = 1000, /* ngtcp2's own granularity; a deadline may be over and still stand */
};

static uint8_t datagrams[BATCH][DATAGRAM_MAX]; /* shared: the kernel copies them */

ngtcp2_tstamp quic_now(const QuicConnection *quic)
{
    return (ngtcp2_tstamp)loop_now_us(quic->loop) * NS_PER_US;
}

ngtcp2_path quic_path(QuicConnection *quic)
{
    return (ngtcp2_path){
        .local = {&quic->local.socket.any, address_length(&quic->local)},
        .remote = {&quic->peer.socket.any, address_length(&quic->peer)},
    };
}

void quic_packets_set_timer(QuicConnection *quic)
{
    ngtcp2_tstamp due = ngtcp2_conn_get_expiry(quic->conn), now = quic_now(quic);

    int64_t delay_us = due > now ? (int64_t)((due - now) / NS_PER_US) + 1 : 0;

    if (due == UINT64_MAX)
        loop_timer_stop(&quic->timer);
    else
        loop_timer_start(&quic->timer, MAX(delay_us, SOONEST_US));
}

/* Writes one datagram, with the data of as many streams as fit. Its length, 0 when there is nothing
 * to send now, or an error. */
static ngtcp2_ssize write_datagram(QuicConnection *quic, ngtcp2_path *path, uint8_t *bytes)
{
    for (;;) {
        QuicStream *stream = quic_stream_to_send(quic);
        ngtcp2_ssize taken = -1;
        ngtcp2_vec data = {0};
        uint32_t flags = NGTCP2_WRITE_STREAM_FLAG_NONE;

        if (stream != NULL) {
            data.base = stream->upload->data + stream->uploaded;
            data.len = stream->upload->len - stream->uploaded;
            flags = NGTCP2_WRITE_STREAM_FLAG_MORE | NGTCP2_WRITE_STREAM_FLAG_FIN;
        }
        ngtcp2_ssize length = ngtcp2_conn_writev_stream(
            quic->conn, path, NULL, bytes, DATAGRAM_MAX, &taken, flags,
            stream != NULL ? stream->id : -1, &data, stream != NULL ? 1 : 0, quic_now(quic));
        if (stream != NULL && taken >= 0)
            quic_stream_sent(stream, (size_t)taken);
        if (stream != NULL && length == NGTCP2_ERR_STREAM_DATA_BLOCKED)
            stream->blocked = true;
        else if (stream != NULL &&
                 (length == NGTCP2_ERR_STREAM_SHUT_WR || length == NGTCP2_ERR_STREAM_NOT_FOUND))
            quic_stream_stop(stream);
        else if (length != NGTCP2_ERR_WRITE_MORE)
            return length;
    }
}

int quic_packets_send(QuicConnection *quic)
{
    ngtcp2_ssize length;
    ngtcp2_path_storage path;

    quic_stream_unblock_all(quic);
    ngtcp2_path_storage_zero(&path);
    do {
        UdpPacket packets[BATCH];
        size_t count = 0;

        while (count < BATCH && (length = write_datagram(quic, &path.path, datagrams[count])) > 0) {
            packets[count] = (UdpPacket){.bytes = datagrams[count], .length = (size_t)length};
            count++;
        }
        udp_send(&quic->socket, packets, count); /* what the kernel does not take is lost, as on
                                                    the way, and sent again */
    } while (length > 0);
    if (length < 0)
        return (int)length;
    quic_packets_set_timer(quic);
    return 0;
}

void quic_packets_send_goodbye(QuicConnection *quic, const QuicGoodbye *goodbye)
{
    ngtcp2_path_storage path;

    ngtcp2_path_storage_zero(&path);
    ngtcp2_ssize length = ngtcp2_conn_write_connection_close(
        quic->conn, &path.path, NULL, datagrams[0], DATAGRAM_MAX, goodbye, quic_now(quic));
    if (length <= 0)
        return; /* nothing was said yet, or the peer has left */
    const UdpPacket packet = {.bytes = datagrams[0], .length = (size_t)length};
    udp_send(&quic->socket, &packet, 1);
}

/* RFC 9000 §17: the destination's ID stands behind the first octet, or in a long header behind the
 * version and its length. */
bool quic_packets_is_ours(const QuicConnection *quic, const uint8_t *bytes, size_t length)
{
    const ngtcp2_cid *id = ngtcp2_conn_get_dcid(quic->conn);
    const bool is_long = length > 0 && bytes[0] & LONG_HEADER;
    const size_t begin = is_long ? LONG_ID : SHORT_ID;

    return id->datalen > 0 && length >= begin + id->datalen &&
           (!is_long || bytes[begin - 1] == id->datalen) &&
           memcmp(bytes + begin, id->data, id->datalen) == 0;
}

int quic_packets_receive(QuicConnection *quic, const UdpPacket *packet)
{
    const ngtcp2_pkt_info info = {0};
    ngtcp2_path path = quic_path(quic);

    return ngtcp2_conn_read_pkt(quic->conn, &path, &info, packet->bytes, packet->length,
                                quic_now(quic));
}
