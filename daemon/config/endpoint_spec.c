/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text to Endpoint. Stamps are parsed by the dns floor; the URL-like forms are split here by hand,
 * at '#' and '&', for base64 pins may hold '/', '+' and '=' and a URL parser would only get in the
 * way.
 */
#include "endpoint_spec.h"

#include "name.h"
#include "relay_header.h"
#include "stamp.h"

#include <string.h>

#define DNSCRYPT_PORT 443
#define TLS_PORT      853 /* of DoT, and of DoQ (RFC 9250 §8.1.1) */
#define DOH_PORT      443
#define PLAIN_PORT    53
#define PIN_PREFIX    "pin-sha256="

static Endpoint *fail(GError **error, const char *text, const char *sentence)
{
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT, "\"%s\": %s", text, sentence);
    return NULL;
}

static bool parse_address(const char *text, uint16_t default_port, Address *address)
{
    return address_parse(text, default_port, address) == STATUS_OK && address_port(address) != 0;
}

static Endpoint *fail_stamp(GError **error, const char *text, Status status)
{
    if (status == STATUS_UNSUPPORTED)
        return fail(error, text, "This kind of stamp is not supported here.");
    if (status == STATUS_INVALID)
        return fail(error, text, "The stamp holds no IP address to connect to.");
    return fail(error, text, "This is not a whole, valid stamp.");
}

typedef Status (*EndpointOfStamp)(const Stamp *stamp, Endpoint **endpoint);

static Status parse_one_stamp(const char *text, EndpointOfStamp make, Endpoint **endpoint)
{
    Stamp *stamp = NULL;
    Status status = stamp_parse(text, &stamp);

    if (status != STATUS_OK)
        return status;
    status = make(stamp, endpoint);
    stamp_free(stamp);
    return status;
}

/* Which relay passes on to which resolver: each kind of relay knows one protocol. */
static bool relay_fits(const Endpoint *relay, const Endpoint *endpoint)
{
    return endpoint->kind == (relay->kind == ENDPOINT_DOH ? ENDPOINT_ODOH : ENDPOINT_DNSCRYPT);
}

/* "RELAY/RESOLVER", as others write it too, both without their "sdns://". */
static Endpoint *parse_relayed(const char *text, const char *relay_part, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(relay_part, "/", 2);
    g_autofree char *relay_text = g_strconcat("sdns://", parts[0], NULL);
    g_autofree char *target_text = g_strconcat("sdns://", parts[1], NULL);
    Endpoint *relay = NULL, *target = NULL, *endpoint = NULL;
    Status status = parse_one_stamp(relay_text, endpoint_relay_from_stamp, &relay);

    if (status == STATUS_OK)
        status = parse_one_stamp(target_text, endpoint_from_stamp, &target);
    if (status != STATUS_OK)
        fail_stamp(error, text, status);
    else if (!relay_fits(relay, target))
        fail(error, text, "This relay cannot pass on to this kind of resolver.");
    else if (target->kind == ENDPOINT_DNSCRYPT && !relay_may_carry(target))
        fail(error, text,
             "Relays pass on only to providers whose names begin with \"2.dnscrypt-cert.\".");
    else
        endpoint = endpoint_derive(target, relay, NULL);
    endpoint_unref(relay);
    endpoint_unref(target);
    return endpoint;
}

static Endpoint *parse_stamp(const char *text, GError **error)
{
    const char *rest = text + strlen("sdns:");
    Endpoint *endpoint = NULL;

    if (g_str_has_prefix(rest, "//"))
        rest += 2;
    if (strchr(rest, '/') != NULL)
        return parse_relayed(text, rest, error);
    Status status = parse_one_stamp(text, endpoint_from_stamp, &endpoint);
    return status == STATUS_OK ? endpoint : fail_stamp(error, text, status);
}

static bool add_pin(Endpoint *endpoint, const char *base64)
{
    g_autofree guchar *digest = NULL;
    gsize length = 0;

    if (strlen(base64) != 44)
        return false;
    digest = g_base64_decode(base64, &length);
    if (length != sizeof(TlsDigest))
        return false;
    endpoint->pins = g_renew(TlsDigest, endpoint->pins, endpoint->pin_count + 1);
    memcpy(endpoint->pins[endpoint->pin_count++], digest, sizeof(TlsDigest));
    return true;
}

static const char *parse_fragment(Endpoint *endpoint, const char *fragment)
{
    g_auto(GStrv) parts = g_strsplit(fragment, "&", -1);

    for (size_t i = 0; parts[i]; i++) {
        if (g_str_has_prefix(parts[i], PIN_PREFIX)) {
            if (!add_pin(endpoint, parts[i] + strlen(PIN_PREFIX)))
                return "A pin is the base64 of a SHA-256 digest, 44 characters.";
        } else if (i == 0 && *parts[i] && endpoint->host != NULL) {
            return "A host name is itself the name in the certificate; only pins may follow.";
        } else if (i == 0 && endpoint_host_is_valid(parts[i])) {
            endpoint->host = g_strdup(parts[i]);
        } else {
            return "After # comes the name in the certificate, pin-sha256=…, or both with & "
                   "between.";
        }
    }
    if (!endpoint->host && endpoint->pin_count == 0)
        return "TLS needs the name in the certificate (#dns.example) or a pin.";
    return NULL;
}

/* What follows '#' says whom to expect there. */
static Endpoint *expect_peer(Endpoint *endpoint, const char *text, const char *fragment,
                             GError **error)
{
    const char *wrong = parse_fragment(endpoint, fragment != NULL ? fragment : "");

    if (wrong == NULL)
        return endpoint;
    endpoint_unref(endpoint);
    return fail(error, text, wrong);
}

/* What names a host and can be nothing else: letters, digits and hyphens in two labels at least,
 * the last one beginning with a letter as no address does. */
static bool is_host(const char *text)
{
    const char *last = strrchr(text, '.');
    Name name;

    return last != NULL && last > text && g_ascii_isalpha(last[1]) &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
               strlen(text) &&
           name_parse(text, &name) == STATUS_OK;
}

/* HOST[:PORT] (transfer full); NULL for what is none. */
static char *parse_host(const char *text, uint16_t *port)
{
    const char *colon = strchr(text, ':');
    g_autofree char *host =
        colon != NULL ? g_strndup(text, (size_t)(colon - text)) : g_strdup(text);
    guint64 number = *port;

    if (!is_host(host) ||
        (colon != NULL && !g_ascii_string_to_unsigned(colon + 1, 10, 1, UINT16_MAX, &number, NULL)))
        return NULL;
    *port = (uint16_t)number;
    return g_steal_pointer(&host);
}

/* An endpoint at an address or at a host that is looked up later; NULL for neither. */
static Endpoint *endpoint_at(EndpointKind kind, const char *where, uint16_t port)
{
    Address address;
    char *host;
    Endpoint *endpoint;

    if (parse_address(where, port, &address))
        return endpoint_new(kind, &address);
    host = parse_host(where, &port);
    if (host == NULL)
        return NULL;
    endpoint = endpoint_new(kind, &(Address){0});
    endpoint->port = port;
    endpoint->host = host;
    return endpoint;
}

/* What stands before '#' (transfer full), and after it: NULL without one. */
static char *split_fragment(const char *text, const char **fragment)
{
    const char *hash = strchr(text, '#');

    *fragment = hash != NULL ? hash + 1 : NULL;
    return hash != NULL ? g_strndup(text, (size_t)(hash - text)) : g_strdup(text);
}

/* tls://… and quic://… */
static Endpoint *parse_tls(const char *text, EndpointKind kind, GError **error)
{
    const char *fragment;
    g_autofree char *where = split_fragment(strstr(text, "://") + strlen("://"), &fragment);
    Endpoint *endpoint = endpoint_at(kind, where, TLS_PORT);

    if (endpoint == NULL)
        return fail(error, text,
                    "Expected an IP address or a host name with an optional port after tls:// or "
                    "quic://.");
    return expect_peer(endpoint, text, fragment, error);
}

/* HTTP/2 carries the path as it stands: printable ASCII, nothing that would need an escape. */
static bool is_path(const char *path)
{
    for (; *path; path++)
        if (!g_ascii_isgraph(*path))
            return false;
    return true;
}

static Endpoint *parse_https(const char *text, const char *rest, GError **error)
{
    const char *fragment;
    g_autofree char *place = split_fragment(rest, &fragment);
    const char *path = strchr(place, '/');
    g_autofree char *where = path != NULL ? g_strndup(place, (size_t)(path - place)) : NULL;
    Endpoint *endpoint;

    if (path == NULL || !is_path(path))
        return fail(error, text,
                    "DNS over HTTPS needs a path, such as https://ADDRESS/dns-query#NAME.");
    endpoint = endpoint_at(ENDPOINT_DOH, where, DOH_PORT);
    if (endpoint == NULL)
        return fail(error, text,
                    "Expected an IP address or a host name with an optional port after https://.");
    endpoint->path = g_strdup(path);
    return expect_peer(endpoint, text, fragment, error);
}

static Endpoint *parse_plain(const char *text, const char *rest, GError **error)
{
    Address address;

    if (!parse_address(rest, PLAIN_PORT, &address))
        return fail(error, text, "Expected an IP address with an optional port after udp://.");
    return endpoint_new(ENDPOINT_PLAIN, &address);
}

Endpoint *endpoint_spec_parse(const char *text, GError **error)
{
    if (g_str_has_prefix(text, "sdns:"))
        return parse_stamp(text, error);
    if (g_str_has_prefix(text, "tls://"))
        return parse_tls(text, ENDPOINT_DOT, error);
    if (g_str_has_prefix(text, "quic://"))
        return parse_tls(text, ENDPOINT_DOQ, error);
    if (g_str_has_prefix(text, "https://"))
        return parse_https(text, text + strlen("https://"), error);
    if (g_str_has_prefix(text, "udp://"))
        return parse_plain(text, text + strlen("udp://"), error);
    return fail(error, text,
                "Expected a resolver as sdns://…, tls://ADDRESS#NAME, quic://ADDRESS#NAME, "
                "https://ADDRESS/PATH#NAME or udp://ADDRESS.");
}

static bool parse_key(const char *text, uint8_t key[32])
{
    size_t nibbles = 0;

    memset(key, 0, 32);
    for (; *text; text++) {
        int value = g_ascii_xdigit_value(*text);

        if (*text == ':')
            continue;
        if (value < 0 || nibbles == 64)
            return false;
        key[nibbles / 2] = (uint8_t)(key[nibbles / 2] << 4 | value);
        nibbles++;
    }
    return nibbles == 64;
}

Endpoint *endpoint_spec_dnscrypt(const char *address, const char *provider_name,
                                 const char *provider_key, GError **error)
{
    Endpoint *endpoint;
    Address parsed;
    uint8_t key[32];

    if (!address || !provider_name || !provider_key)
        return fail(error, "DNSCrypt resolver",
                    "Address, provider name and provider key are all needed.");
    if (!parse_address(address, DNSCRYPT_PORT, &parsed))
        return fail(error, address, "Expected an IP address with an optional port.");
    if (!stamp_holds_text(provider_name))
        return fail(error, "Provider name", "It has 1 to 255 letters, and no control characters.");
    if (!parse_key(provider_key, key))
        return fail(error, provider_key, "A provider key is 64 hexadecimal digits.");
    endpoint = endpoint_new(ENDPOINT_DNSCRYPT, &parsed);
    endpoint->provider_name = g_strdup(provider_name);
    memcpy(endpoint->provider_key, key, sizeof key);
    return endpoint;
}
