/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A transport without a network, for the engine's tests: replies are made from the query by the
 * script of a FakeServer and come by the loop's timers, so that a test on a fake loop decides the
 * time of everything.
 */
#include "fake_upstream.h"

#include "edns.h"
#include "nat64.h"

#include <sodium.h>
#include <string.h>

typedef struct FakeTransport {
    Transport base;
    FakeServer *server;
    List exchanges;
} FakeTransport;

FakeServer fake_servers[FAKE_SERVERS];

static char is_lost; /* `state` of an exchange that is */

void fake_servers_reset(void)
{
    for (size_t i = 0; i < FAKE_SERVERS; i++)
        fake_servers[i] = (FakeServer){.delay_us = 10000, .ttl_s = 300, .minimum_s = 30};
}

static void write_record(WireWriter *writer, uint16_t type, uint32_t ttl_s, const void *rdata,
                         size_t length)
{
    wire_write_u16(writer, 0xc00c);
    wire_write_u16(writer, type);
    wire_write_u16(writer, CLASS_IN);
    wire_write_u32(writer, ttl_s);
    wire_write_u16(writer, (uint16_t)length);
    wire_write_bytes(writer, rdata, length);
}

/* A signature of nothing, and the name. Returns how many records that are. */
static unsigned write_alias(WireWriter *writer, const char *alias)
{
    Name name;

    if (!alias)
        return 0;
    g_assert_cmpint(name_parse(alias, &name), ==, STATUS_OK);
    write_record(writer, RRTYPE_RRSIG, 300, (uint8_t[19]){0}, 19);
    write_record(writer, RRTYPE_CNAME, 300, name.wire, name.length);
    return 2;
}

static void write_extended_error(WireWriter *writer, uint16_t code)
{
    wire_write_u8(writer, 0); /* OPT: root, type, payload, TTL, length */
    wire_write_u16(writer, RRTYPE_OPT);
    wire_write_u16(writer, 1232);
    wire_write_u32(writer, 0);
    wire_write_u16(writer, 9);
    wire_write_u16(writer, EDNS_EXTENDED_ERROR);
    wire_write_u16(writer, 5);
    wire_write_u16(writer, code);
    wire_write_bytes(writer, "why", 3);
}

static size_t respond(const FakeServer *server, const Message *query, uint8_t *out, size_t capacity)
{
    uint8_t soa[22] = {0}; /* two root names, serial to MINIMUM */
    uint8_t address[16] = {192, 0, 2, (uint8_t)(server - fake_servers)};
    size_t address_length = 4;
    unsigned rcode =
        query->qtype == RRTYPE_AAAA && server->ipv6_rcode ? server->ipv6_rcode : server->rcode;
    bool has_data = !server->no_data && rcode == RCODE_NOERROR &&
                    (query->qtype == RRTYPE_A || !server->only_ipv4);
    WireWriter writer = wire_writer(out, capacity);
    unsigned aliases;

    if (query->qtype == RRTYPE_A && server->says_null)
        memset(address, 0, 4);
    if (server->says)
        address[3] = (uint8_t)server->says;
    if (query->qtype == RRTYPE_AAAA && server->says_ipv6) {
        memcpy(address, (uint8_t[16]){0x20, 0x01, 0x0d, 0xb8}, 16);
        address[15] = (uint8_t)server->says_ipv6;
        address_length = 16;
    }
    if (query->qtype == RRTYPE_AAAA && server->says_nat64) {
        nat64_embed(&nat64_well_known, nat64_known_addresses[0], address);
        address_length = 16;
    }
    if (query->qtype == RRTYPE_AAAA && server->says_mapped) {
        memcpy(address, (uint8_t[16]){[10] = 0xff, 0xff, 192, 0, 2, 1}, 16);
        address_length = 16;
    }
    wire_put_u32(soa + 18, server->minimum_s);
    wire_write_bytes(&writer, query->wire, query->records);
    aliases = write_alias(&writer, server->alias);
    for (unsigned i = 0; has_data && i <= server->copies; i++)
        write_record(&writer, query->qtype, server->ttl_s, address, address_length);
    if (!has_data)
        write_record(&writer, server->no_soa ? RRTYPE_NS : RRTYPE_SOA, server->ttl_s, soa,
                     server->no_soa ? 1 : sizeof soa);
    if (server->ede)
        write_extended_error(&writer, server->ede);
    g_assert_false(writer.failed);
    wire_put_u16(out + 2, (uint16_t)(MESSAGE_QR | MESSAGE_RA | (query->flags & MESSAGE_RD) |
                                     server->flags | rcode));
    wire_put_u16(out + 6, (uint16_t)(aliases + (has_data ? server->copies + 1 : 0)));
    wire_put_u16(out + 8, !has_data);
    wire_put_u16(out + 10, server->ede != 0);
    return writer.position;
}

/* A reply right before a page that cannot be read: who looks behind its end is caught. */
static uint8_t *guarded_copy(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = sodium_malloc(length);

    g_assert_nonnull(copy);
    return memcpy(copy, bytes, length);
}

static void on_due(void *owner)
{
    Exchange *exchange = owner;
    FakeServer *server = ((FakeTransport *)(void *)exchange->transport)->server;
    uint8_t reply[32768], *guarded = NULL;
    size_t length = 0;
    Message query;
    bool silent = server->silent || exchange->state == &is_lost;
    Status status = silent ? STATUS_TIMEOUT : server->status;

    g_assert_cmpint(message_parse(&query, exchange->query, exchange->query_length), ==, STATUS_OK);
    if (status == STATUS_OK)
        length = respond(server, &query, reply, sizeof reply);
    if (length > 0)
        guarded = guarded_copy(reply, length);
    server->live--;
    list_remove(&exchange->node);
    exchange->transport->counters.bytes_received += length;
    exchange_finish(exchange, status, guarded, length);
    sodium_free(guarded);
}

static void begin(FakeTransport *transport, Exchange *exchange)
{
    FakeServer *server = transport->server;

    exchange->state = server->lost > 0 ? &is_lost : NULL;
    server->lost -= server->lost > 0;
    exchange_start_timer(
        exchange,
        server->silent || exchange->state != NULL ? exchange->budget_us : server->delay_us, on_due);
}

static void fake_send(Transport *base, Exchange *exchange)
{
    FakeTransport *transport = (FakeTransport *)(void *)base;
    FakeServer *server = transport->server;

    server->asked++;
    server->live++;
    g_assert_cmpuint(exchange->query_length, <=, sizeof server->query);
    memcpy(server->query, exchange->query, exchange->query_length);
    server->query_length = exchange->query_length;
    base->counters.bytes_sent += exchange->query_length;
    list_append(&transport->exchanges, &exchange->node);
    begin(transport, exchange);
}

static void fake_cancel(Transport *base, Exchange *exchange)
{
    FakeTransport *transport = (FakeTransport *)(void *)base;

    transport->server->cancelled++;
    transport->server->live--;
    list_remove(&exchange->node);
}

static bool fake_detour(Transport *base, const Exchange *late)
{
    return ((FakeTransport *)(void *)base)->server->detour;
}

static void fake_network_changed(Transport *base)
{
    FakeTransport *transport = (FakeTransport *)(void *)base;

    transport->server->network_changes++;
}

static void fake_close(Transport *base)
{
    FakeTransport *transport = (FakeTransport *)(void *)base;

    g_assert_true(list_is_empty(&transport->exchanges));
    transport->server->closed++;
    transport_clear(base);
    g_free(transport);
}

static const TransportClass fake_class = {
    .name = "fake",
    .send = fake_send,
    .cancel = fake_cancel,
    .detour = fake_detour,
    .network_changed = fake_network_changed,
    .close = fake_close,
};

Status fake_open(const TransportEnvironment *environment, Endpoint *endpoint, Transport **opened)
{
    const Address *address = endpoint->relay ? &endpoint->relay->address : &endpoint->address;
    unsigned number = address->socket.any.sa_family == AF_INET6
                          ? address->socket.v6.sin6_addr.s6_addr[15]
                          : ntohl(address->socket.v4.sin_addr.s_addr) & 0xff;
    FakeServer *server = &fake_servers[number];
    FakeTransport *transport;

    if (server->unsupported)
        return STATUS_UNSUPPORTED;
    transport = g_new0(FakeTransport, 1);
    transport_init(&transport->base, &fake_class, environment, endpoint);
    transport->server = server;
    list_init(&transport->exchanges);
    server->opened++;
    *opened = &transport->base;
    return STATUS_OK;
}

Endpoint *fake_endpoint(EndpointKind kind, unsigned number)
{
    g_autofree char *text = g_strdup_printf("192.0.2.%u:53", number);
    Address address;

    g_assert_cmpint(address_parse(text, 53, &address), ==, STATUS_OK);
    return endpoint_new(kind, &address);
}

Resolver *fake_resolver(unsigned number)
{
    g_autofree char *id = g_strdup_printf("s%u", number);
    Resolver *resolver = resolver_new(id, id);

    resolver_add_endpoint(resolver, fake_endpoint(ENDPOINT_DOT, number));
    return resolver;
}
