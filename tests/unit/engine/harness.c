/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#include "stream.h"
#include "udp.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static Address local_address(int fd)
{
    Address address = {0};
    socklen_t length = sizeof address.socket;

    g_assert_cmpint(getsockname(fd, &address.socket.any, &length), ==, 0);
    return address;
}

/* One free port for both protocols: a port that UDP gives may be taken in TCP, so try some. */
static void bind_both(Address *address, int *udp_fd, int *tcp_fd)
{
    Status status = STATUS_ADDRESS_IN_USE;
    Address any;

    g_assert_cmpint(address_parse("127.0.0.1:0", 0, &any), ==, STATUS_OK);
    for (int tries = 0; tries < 50 && status == STATUS_ADDRESS_IN_USE; tries++) {
        g_assert_cmpint(udp_bind(&any, 0, udp_fd), ==, STATUS_OK);
        *address = local_address(*udp_fd);
        status = tcp_bind(address, 0, tcp_fd);
        if (status != STATUS_OK)
            close(*udp_fd);
    }
    g_assert_cmpint(status, ==, STATUS_OK);
}

void harness_listen(Harness *harness, EngineAdmit admit, void *owner)
{
    int udp_fd, tcp_fd;

    bind_both(&harness->address, &udp_fd, &tcp_fd);
    g_assert_cmpint(engine_listen(harness->engine, udp_fd, tcp_fd, admit, owner), ==, STATUS_OK);
    if (harness->client >= 0)
        close(harness->client);
    harness->client = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    g_assert_cmpint(
        connect(harness->client, &harness->address.socket.any, address_length(&harness->address)),
        ==, 0);
}

void harness_set_up(Harness *harness, gconstpointer resolver_count)
{
    fake_servers_reset();
    harness->loop = loop_new_fake(1000000000, 2500000000); /* later than any build */
    harness->engine = engine_new(harness->loop, NULL);
    engine_set_opener(harness->engine, fake_open);
    harness->plan = plan_new();
    harness->plan->strategy = STRATEGY_FIRST;
    for (unsigned i = 1; i <= GPOINTER_TO_UINT(resolver_count); i++) {
        g_autoptr(Resolver) resolver = fake_resolver(i);
        plan_add_resolver(harness->plan, resolver);
    }
    harness->client = -1;
    harness_listen(harness, NULL, NULL);
}

void harness_tear_down(Harness *harness, gconstpointer unused)
{
    unsigned opened = 0, closed = 0;

    close(harness->client);
    engine_free(harness->engine);
    plan_unref(harness->plan);
    loop_free(harness->loop);
    for (size_t i = 0; i < FAKE_SERVERS; i++) {
        g_assert_cmpuint(fake_servers[i].live, ==, 0);
        opened += fake_servers[i].opened;
        closed += fake_servers[i].closed;
    }
    g_assert_cmpuint(opened, ==, closed);
}

size_t ask_build(const Ask *ask, uint8_t *out, size_t capacity)
{
    WireWriter writer = wire_writer(out, capacity);
    Name name;

    g_assert_cmpint(name_parse(ask->name, &name), ==, STATUS_OK);
    wire_write_u16(&writer, ask->id);
    wire_write_u16(&writer, MESSAGE_RD ^ ask->flags);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 5);
    wire_write_u8(&writer, ask->udp_size > 0);
    wire_write_bytes(&writer, name.wire, name.length);
    wire_write_u16(&writer, ask->type);
    wire_write_u16(&writer, CLASS_IN);
    if (ask->udp_size > 0) {
        wire_write_u8(&writer, 0);
        wire_write_u16(&writer, RRTYPE_OPT);
        wire_write_u16(&writer, ask->udp_size);
        wire_write_u32(&writer, ask->dnssec_ok ? 0x8000 : 0);
        wire_write_u16(&writer, ask->option ? 4 : 0);
        if (ask->option) {
            wire_write_u16(&writer, ask->option);
            wire_write_u16(&writer, 0);
        }
    }
    g_assert_false(writer.failed);
    return writer.position;
}

void harness_turn(Harness *harness)
{
    for (int i = 0; i < 3; i++)
        loop_turn(harness->loop, 0);
}

void harness_send(Harness *harness, const Ask *ask)
{
    uint8_t bytes[1024];
    size_t length = ask_build(ask, bytes, sizeof bytes);

    g_assert_cmpint(send(harness->client, bytes, length, 0), ==, (gssize)length);
    harness_turn(harness);
}

bool harness_receive(Harness *harness, Message *answer)
{
    static uint8_t bytes[65536];
    gssize length = recv(harness->client, bytes, sizeof bytes, 0);

    if (length < 0)
        return false;
    g_assert_cmpint(message_parse(answer, bytes, (size_t)length), ==, STATUS_OK);
    g_assert_true(answer->flags & MESSAGE_QR);
    return true;
}

void harness_ask(Harness *harness, const Ask *ask, int64_t us, Message *answer)
{
    harness_send(harness, ask);
    loop_advance(harness->loop, us);
    g_assert_true(harness_receive(harness, answer));
    g_assert_cmpuint(answer->id, ==, ask->id);
}

uint32_t answer_ttl(const Message *answer)
{
    RecordIterator iterator = record_iterator(answer);
    Record record;

    g_assert_true(record_next(&iterator, &record));
    return record.ttl;
}

unsigned answer_server(const Message *answer)
{
    RecordIterator iterator = record_iterator(answer);
    Record record;

    while (record_next(&iterator, &record)) {
        if (record.section == 1 && record.rdata_length == 4)
            return answer->wire[record.rdata + 3];
    }
    return 0;
}

int answer_ede(const Message *answer, char *text)
{
    size_t length;
    const uint8_t *option = edns_option(answer, EDNS_EXTENDED_ERROR, &length);

    if (!option || length < 2)
        return -1;
    if (text) {
        memcpy(text, option + 2, length - 2);
        text[length - 2] = '\0';
    }
    return wire_get_u16(option);
}
