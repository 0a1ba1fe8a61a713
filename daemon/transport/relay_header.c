/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Anonymized DNSCrypt (DNSCrypt/dnscrypt-protocol, ANONYMIZED-DNSCRYPT.txt): the relay learns who
 * asks, the server what is asked, and neither both. The client puts a header before every packet,
 * its certificate requests too, and sends it to the relay, over UDP or TCP:
 *
 *     0  ff ff ff ff ff ff ff ff 00 00   10   no DNS message and no DNSCrypt query begins so
 *    10  the server's address            16   IPv6, or IPv4 as ::ffff:a.b.c.d
 *    26  the server's port                2   big endian
 *    28  the packet for the server            without a length in front, over TCP too
 *
 * The relay takes the header off, sends the rest by UDP, however it was reached itself, and passes
 * one answer back, unchanged, unless that is longer than the packet was.
 */
#include "relay_header.h"

#include "wire.h"

#include <glib.h>
#include <string.h>

#define PROVIDER_PREFIX "2.dnscrypt-cert."

static const uint8_t magic[10] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0};
static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

const Address *relay_first_hop(const Endpoint *endpoint)
{
    return endpoint->relay != NULL ? &endpoint->relay->address : &endpoint->address;
}

size_t relay_header_write(const Endpoint *endpoint, uint8_t out[RELAY_HEADER_LENGTH])
{
    const Address *server = &endpoint->address;
    WireWriter writer = wire_writer(out, RELAY_HEADER_LENGTH);

    if (endpoint->relay == NULL)
        return 0;
    wire_write_bytes(&writer, magic, sizeof(magic));
    if (server->socket.any.sa_family == AF_INET) {
        wire_write_bytes(&writer, mapped, sizeof(mapped));
        wire_write_bytes(&writer, &server->socket.v4.sin_addr, 4);
    } else {
        wire_write_bytes(&writer, &server->socket.v6.sin6_addr, 16);
    }
    wire_write_u16(&writer, address_port(server));
    return writer.position;
}

bool relay_may_carry(const Endpoint *endpoint)
{
    return endpoint->kind == ENDPOINT_DNSCRYPT && address_is_set(&endpoint->address) &&
           endpoint->provider_name != NULL &&
           g_str_has_prefix(endpoint->provider_name, PROVIDER_PREFIX);
}
