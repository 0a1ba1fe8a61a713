/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 *   SVCB data   0  priority 2 | target name, uncompressed | parameters, to the end
 *   parameter   0  key 2 | length 2 | value          keys in strictly increasing order
 *
 *   key 0  mandatory        keys of 2 bytes each, in strictly increasing order
 *       1  alpn             names, each with its length in a byte in front
 *       2  no-default-alpn  empty
 *       3  port             2
 *       4  ipv4hint         addresses of 4 bytes
 *       6  ipv6hint         addresses of 16 bytes
 *       7  dohpath          URI template, UTF-8 (RFC 9461 §5)
 *
 * What breaks these rules spoils the record as a whole (RFC 9460 §2.2).
 */
#include "svcb.h"

#include <string.h>

enum {
    KEY_MANDATORY = 0,
    KEY_ALPN = 1,
    KEY_NO_DEFAULT_ALPN = 2,
    KEY_PORT = 3,
    KEY_IPV4_HINT = 4,
    KEY_IPV6_HINT = 6,
    KEY_DOH_PATH = 7,
    UNDERSTOOD = 1 << KEY_ALPN | 1 << KEY_NO_DEFAULT_ALPN | 1 << KEY_PORT | 1 << KEY_IPV4_HINT |
                 1 << KEY_IPV6_HINT | 1 << KEY_DOH_PATH,
};

static bool check_alpn(WireReader list)
{
    bool empty = wire_left(&list) == 0;

    while (wire_left(&list) > 0) {
        size_t length = wire_read_u8(&list);

        wire_skip(&list, length);
        if (length == 0)
            return false;
    }
    return !list.failed && !empty;
}

static bool read_addresses(const WireReader *value, size_t size, const uint8_t **first,
                           size_t *count)
{
    if (value->length == 0 || value->length % size != 0)
        return false;
    *first = value->bytes;
    *count = value->length / size;
    return true;
}

/* False: the value breaks its key's format. */
static bool read_value(Svcb *svcb, uint16_t key, WireReader value)
{
    switch (key) {
    case KEY_ALPN:
        svcb->alpn = value.bytes;
        svcb->alpn_length = value.length;
        return check_alpn(value);
    case KEY_NO_DEFAULT_ALPN:
        return value.length == 0;
    case KEY_PORT:
        svcb->port = wire_read_u16(&value);
        return !value.failed && wire_left(&value) == 0 && svcb->port != 0;
    case KEY_IPV4_HINT:
        return read_addresses(&value, 4, &svcb->ipv4_hints, &svcb->ipv4_count);
    case KEY_IPV6_HINT:
        return read_addresses(&value, 16, &svcb->ipv6_hints, &svcb->ipv6_count);
    case KEY_DOH_PATH:
        svcb->doh_path = value.bytes;
        svcb->doh_path_length = value.length;
        return value.length > 0;
    default:
        return true;
    }
}

static bool has_key(WireReader parameters, uint16_t wanted)
{
    while (wire_left(&parameters) > 0) {
        if (wire_read_u16(&parameters) == wanted)
            return true;
        wire_skip(&parameters, wire_read_u16(&parameters));
    }
    return false;
}

/* §8: each must be there, and in order; what we do not understand makes the record of no use. */
static bool check_mandatory(Svcb *svcb, WireReader keys, const WireReader *parameters)
{
    int32_t last = KEY_MANDATORY;

    if (keys.length == 0)
        return false;
    while (wire_left(&keys) > 0) {
        uint16_t key = wire_read_u16(&keys);

        if (keys.failed || key <= last || !has_key(*parameters, key))
            return false;
        last = key;
        if (key > KEY_DOH_PATH || (UNDERSTOOD >> key & 1) == 0)
            svcb->usable = false;
    }
    return true;
}

static bool read_parameters(Svcb *svcb, WireReader reader)
{
    const WireReader all =
        wire_reader(reader.bytes + reader.position, reader.length - reader.position);
    int32_t last = -1;

    while (wire_left(&reader) > 0) {
        uint16_t key = wire_read_u16(&reader);
        size_t length = wire_read_u16(&reader);
        const uint8_t *bytes = wire_read_bytes(&reader, length);

        if (reader.failed || key <= last)
            return false;
        last = key;
        if (key == KEY_MANDATORY ? !check_mandatory(svcb, wire_reader(bytes, length), &all)
                                 : !read_value(svcb, key, wire_reader(bytes, length)))
            return false;
    }
    return !reader.failed;
}

Status svcb_parse(const uint8_t *rdata, size_t length, Svcb *svcb)
{
    WireReader reader = wire_reader(rdata, length);
    Svcb parsed = {.usable = true};

    parsed.priority = wire_read_u16(&reader);
    size_t start = reader.position;
    name_read(&reader, &parsed.target);
    if (reader.failed || reader.position - start != parsed.target.length ||
        !read_parameters(&parsed, reader))
        return STATUS_MALFORMED;
    *svcb = parsed;
    return STATUS_OK;
}

bool svcb_offers(const Svcb *svcb, const char *protocol)
{
    WireReader list = wire_reader(svcb->alpn, svcb->alpn_length);

    while (wire_left(&list) > 0) {
        size_t length = wire_read_u8(&list);
        const uint8_t *name = wire_read_bytes(&list, length);

        if (name != NULL && length == strlen(protocol) && memcmp(name, protocol, length) == 0)
            return true;
    }
    return false;
}
