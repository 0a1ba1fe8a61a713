/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /etc/resolv.conf as glibc's resolver reads it (resolv/res_init.c): the keyword begins the line, a
 * blank or tab follows, then the address; the first three count.
 */
#include "resolv_conf.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX 65536
#define DNS_PORT 53

static void add_server(ResolvConf *conf, const char *text)
{
    Address address;
    if (conf->count < RESOLV_CONF_SERVERS && address_parse(text, DNS_PORT, &address) == STATUS_OK)
        conf->servers[conf->count++] = address;
}

static void parse_line(const char *line, ResolvConf *conf)
{
    static const char keyword[] = "nameserver";
    const char *value = line + strlen(keyword);
    if (!g_str_has_prefix(line, keyword) || (*value != ' ' && *value != '\t'))
        return;
    value += strspn(value, " \t");
    g_autofree char *word = g_strndup(value, strcspn(value, " \t\r"));
    add_server(conf, word);
}

void resolv_conf_parse(const char *text, ResolvConf *conf)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    *conf = (ResolvConf){0};
    for (gsize i = 0; lines[i] != NULL; i++)
        parse_line(lines[i], conf);
    if (conf->count == 0)
        add_server(conf, "127.0.0.1");
}

/* Never waits, whatever somebody put in the file's place. */
void resolv_conf_read(const char *path, ResolvConf *conf)
{
    g_autofree char *text = g_malloc0(FILE_MAX + 1);
    size_t length = 0;
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    while (fd >= 0 && got > 0 && length < FILE_MAX) {
        got = read(fd, text + length, FILE_MAX - length);
        if (got > 0)
            length += (size_t)got;
    }
    if (fd >= 0)
        close(fd);
    resolv_conf_parse(text, conf);
}

static bool is_loopback(const Address *address)
{
    return address->socket.any.sa_family == AF_INET
               ? (ntohl(address->socket.v4.sin_addr.s_addr) >> 24) == IN_LOOPBACKNET
               : IN6_IS_ADDR_LOOPBACK(&address->socket.v6.sin6_addr);
}

static bool is_one_of(const Address *address, const char *const *hosts)
{
    char host[ADDRESS_MAX_TEXT];
    return g_strv_contains(hosts, address_format_host(address, host));
}

static bool is_stub(const Address *address, LocalStub stub)
{
    static const char *const resolved[] = {"127.0.0.53", "127.0.0.54", NULL};
    static const char *const dnsmasq[] = {"127.0.0.1", "127.0.1.1", "::1", NULL};
    switch (stub) {
    case LOCAL_STUB_NONE:
        return false;
    case LOCAL_STUB_RESOLVED:
        return is_one_of(address, resolved);
    case LOCAL_STUB_DNSMASQ:
        return is_one_of(address, dnsmasq);
    case LOCAL_STUB_ANY:
        return is_loopback(address);
    }
    return false;
}

bool resolv_conf_leads_to(const ResolvConf *conf, const Address own[2], LocalStub stub)
{
    for (size_t i = 0; i < conf->count; i++) {
        const Address *server = &conf->servers[i];
        if (!address_same_host(server, &own[0]) && !address_same_host(server, &own[1]) &&
            !is_stub(server, stub))
            return false;
    }
    return conf->count > 0;
}
