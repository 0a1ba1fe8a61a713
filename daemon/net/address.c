/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses in text and memory. Only numeric forms: nothing here may ever ask a resolver, since
 * this program is the resolver. Zones ("%eth0") may be interface names or numbers (RFC 4007 §11);
 * an IPv6 address with a port stands in brackets (RFC 5952 §6).
 */
#include "address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits only: strtoul alone would take signs and blanks. */
static bool parse_number(const char *text, unsigned long max, unsigned long *value)
{
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 10)
        return false;
    unsigned long parsed = strtoul(text, NULL, 10);
    if (parsed > max)
        return false;
    *value = parsed;
    return true;
}

static bool parse_zone(const char *zone, uint32_t *index)
{
    unsigned long number = if_nametoindex(zone);
    if (number == 0 && !parse_number(zone, UINT32_MAX, &number))
        return false;
    *index = (uint32_t)number;
    return number != 0;
}

static Status parse_v6(char *host, uint16_t port, Address *address)
{
    Address parsed = {.socket.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)}};
    char *zone = strchr(host, '%');
    if (zone != NULL) {
        *zone++ = '\0';
        if (!parse_zone(zone, &parsed.socket.v6.sin6_scope_id))
            return STATUS_MALFORMED;
    }
    if (inet_pton(AF_INET6, host, &parsed.socket.v6.sin6_addr) != 1)
        return STATUS_MALFORMED;
    *address = parsed;
    return STATUS_OK;
}

static Status parse_v4(const char *host, uint16_t port, Address *address)
{
    Address parsed = {.socket.v4 = {.sin_family = AF_INET, .sin_port = htons(port)}};
    if (inet_pton(AF_INET, host, &parsed.socket.v4.sin_addr) != 1)
        return STATUS_MALFORMED;
    *address = parsed;
    return STATUS_OK;
}

Status address_parse(const char *text, uint16_t default_port, Address *address)
{
    char copy[ADDRESS_MAX_TEXT + 16];
    size_t length = strlen(text);
    if (length >= sizeof copy)
        return STATUS_MALFORMED;
    memcpy(copy, text, length + 1);

    char *host = copy, *port_text = NULL;
    bool v6 = strchr(copy, ':') != strrchr(copy, ':');
    if (*copy == '[') {
        char *end = strchr(copy, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return STATUS_MALFORMED;
        host = copy + 1;
        port_text = end[1] == ':' ? end + 2 : NULL;
        *end = '\0';
        v6 = true;
    } else if (!v6 && strchr(copy, ':') != NULL) {
        port_text = strchr(copy, ':') + 1;
        port_text[-1] = '\0';
    }
    unsigned long port = default_port;
    if (port_text != NULL && !parse_number(port_text, UINT16_MAX, &port))
        return STATUS_MALFORMED;
    return v6 ? parse_v6(host, (uint16_t)port, address) : parse_v4(host, (uint16_t)port, address);
}

const char *address_format_host(const Address *address, char text[ADDRESS_MAX_TEXT])
{
    char digits[INET6_ADDRSTRLEN], name[IF_NAMESIZE];
    if (address->socket.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address->socket.v4.sin_addr, text, ADDRESS_MAX_TEXT);
    } else if (address->socket.any.sa_family == AF_INET6) {
        uint32_t zone = address->socket.v6.sin6_scope_id;
        inet_ntop(AF_INET6, &address->socket.v6.sin6_addr, digits, sizeof digits);
        if (zone == 0)
            snprintf(text, ADDRESS_MAX_TEXT, "%s", digits);
        else if (if_indextoname(zone, name) != NULL)
            snprintf(text, ADDRESS_MAX_TEXT, "%s%%%s", digits, name);
        else
            snprintf(text, ADDRESS_MAX_TEXT, "%s%%%u", digits, zone);
    } else {
        snprintf(text, ADDRESS_MAX_TEXT, "none");
    }
    return text;
}

const char *address_format(const Address *address, char text[ADDRESS_MAX_TEXT])
{
    char host[ADDRESS_MAX_TEXT];
    if (!address_is_set(address))
        return address_format_host(address, text);
    address_format_host(address, host);
    bool v6 = address->socket.any.sa_family == AF_INET6;
    /* The longest real text, a zone of 15 letters and 5 digits of port, fits exactly. */
    snprintf(text, ADDRESS_MAX_TEXT, v6 ? "[%.54s]:%u" : "%.54s:%u", host, address_port(address));
    return text;
}

bool address_is_set(const Address *address)
{
    return address->socket.any.sa_family != AF_UNSPEC;
}

bool address_same_host(const Address *a, const Address *b)
{
    if (a->socket.any.sa_family != b->socket.any.sa_family)
        return false;
    if (a->socket.any.sa_family == AF_INET)
        return a->socket.v4.sin_addr.s_addr == b->socket.v4.sin_addr.s_addr;
    if (a->socket.any.sa_family == AF_INET6)
        return a->socket.v6.sin6_scope_id == b->socket.v6.sin6_scope_id &&
               IN6_ARE_ADDR_EQUAL(&a->socket.v6.sin6_addr, &b->socket.v6.sin6_addr);
    return true;
}

bool address_equal(const Address *a, const Address *b)
{
    return address_same_host(a, b) && address_port(a) == address_port(b) &&
           a->interface == b->interface;
}

static bool is_private4(const uint8_t bytes[4])
{
    return bytes[0] == 0 || bytes[0] == 10 || bytes[0] == 127 ||
           (bytes[0] == 100 && (bytes[1] & 0xc0) == 64) || (bytes[0] == 169 && bytes[1] == 254) ||
           (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) || (bytes[0] == 192 && bytes[1] == 168);
}

bool address_is_private(const Address *address)
{
    const struct in6_addr *v6 = &address->socket.v6.sin6_addr;

    if (address->socket.any.sa_family == AF_INET)
        return is_private4((const uint8_t *)&address->socket.v4.sin_addr);
    if (address->socket.any.sa_family != AF_INET6)
        return true;
    if (IN6_IS_ADDR_V4MAPPED(v6))
        return is_private4(v6->s6_addr + 12);
    return IN6_IS_ADDR_LOOPBACK(v6) || IN6_IS_ADDR_UNSPECIFIED(v6) || IN6_IS_ADDR_LINKLOCAL(v6) ||
           (v6->s6_addr[0] & 0xfe) == 0xfc;
}

static bool is_remote4(const uint8_t bytes[4])
{
    return bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224;
}

bool address_is_remote(const Address *address)
{
    const struct in6_addr *v6 = &address->socket.v6.sin6_addr;

    if (address->socket.any.sa_family == AF_INET)
        return is_remote4((const uint8_t *)&address->socket.v4.sin_addr);
    if (address->socket.any.sa_family != AF_INET6)
        return false;
    if (IN6_IS_ADDR_V4MAPPED(v6))
        return is_remote4(v6->s6_addr + 12);
    return !IN6_IS_ADDR_LOOPBACK(v6) && !IN6_IS_ADDR_UNSPECIFIED(v6) && !IN6_IS_ADDR_MULTICAST(v6);
}

void address_set_link(Address *address, unsigned interface)
{
    if (address->socket.any.sa_family == AF_INET6 &&
        IN6_IS_ADDR_LINKLOCAL(&address->socket.v6.sin6_addr) &&
        address->socket.v6.sin6_scope_id == 0)
        address->socket.v6.sin6_scope_id = interface;
}

uint16_t address_port(const Address *address)
{
    if (address->socket.any.sa_family == AF_INET)
        return ntohs(address->socket.v4.sin_port);
    if (address->socket.any.sa_family == AF_INET6)
        return ntohs(address->socket.v6.sin6_port);
    return 0;
}

void address_set_port(Address *address, uint16_t port)
{
    if (address->socket.any.sa_family == AF_INET)
        address->socket.v4.sin_port = htons(port);
    else if (address->socket.any.sa_family == AF_INET6)
        address->socket.v6.sin6_port = htons(port);
}

socklen_t address_length(const Address *address)
{
    if (address->socket.any.sa_family == AF_INET)
        return sizeof address->socket.v4;
    if (address->socket.any.sa_family == AF_INET6)
        return sizeof address->socket.v6;
    return 0;
}
