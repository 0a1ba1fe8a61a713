/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For the eyes only: what is added is decided by the helper, which reads the same text by itself
 * and refuses what is wrong with a sentence. Here whatever is not plain is left out.
 *
 * Stamps: draft-denis-dns-stamps. After sdns:// stands base64url of
 *
 *     kind (1), properties (8, little-endian; relays of DNSCrypt have none), then by kind
 *     01 DNSCrypt       LP(address) LP(key, 32) LP(provider name)
 *     02 DoH            LP(address) VLP(hashes) LP(host) LP(path)
 *     03 DoT, 04 DoQ    LP(address) VLP(hashes) LP(host)
 *     05 ODoH           LP(host) LP(path)
 *     81, 85            relays
 *
 * LP is a byte of length and so many bytes; VLP several of them, each but the last with 0x80 in its
 * length.
 */
#include "resolver_spec.h"

#include <gio/gio.h>
#include <string.h>

#define PIN_PREFIX "pin-sha256="

char *resolver_spec_clean(const char *text)
{
    GString *clean = g_string_new(NULL);

    for (; *text != '\0'; text = g_utf8_next_char(text))
        if (!g_unichar_isspace(g_utf8_get_char(text)))
            g_string_append_unichar(clean, g_utf8_get_char(text));
    return g_string_free(clean, FALSE);
}

/* IPv6 needs its brackets before a port, and may have them without (transfer full). */
static char *bracket(const char *address)
{
    const char *colon = strchr(address, ':');

    if (colon == NULL || address[0] == '[' || strchr(colon + 1, ':') == NULL)
        return g_strdup(address);
    return g_strdup_printf("[%s]", address);
}

char *resolver_spec_compose(const char *address, const char *name, const char *pin)
{
    g_autofree char *place = bracket(address);
    GString *spec = g_string_new(NULL);

    if (address[0] == '\0')
        return g_string_free(spec, FALSE);
    g_string_append_printf(spec, "tls://%s", place);
    if (name[0] != '\0' || pin[0] != '\0')
        g_string_append_printf(spec, "#%s", name);
    if (pin[0] != '\0')
        g_string_append_printf(spec, "%s%s%s", name[0] != '\0' ? "&" : "",
                               g_str_has_prefix(pin, PIN_PREFIX) ? "" : PIN_PREFIX, pin);
    return g_string_free(spec, FALSE);
}

/* --- stamps -------------------------------------------------------------------------------- */

typedef struct Bytes {
    const guchar *next;
    gsize left;
    gboolean bad;
} Bytes;

static guint take_byte(Bytes *bytes)
{
    if (bytes->left == 0) {
        bytes->bad = TRUE;
        return 0;
    }
    bytes->left--;
    return *bytes->next++;
}

/* NULL at a wrong length. */
static const guchar *take(Bytes *bytes, gsize length)
{
    const guchar *start = bytes->next;

    if (bytes->left < length) {
        bytes->bad = TRUE;
        return NULL;
    }
    bytes->next += length;
    bytes->left -= length;
    return start;
}

/* (transfer full); NULL for none, or what is no text. */
static char *take_text(Bytes *bytes)
{
    guint length = take_byte(bytes);
    const guchar *text = take(bytes, length);

    if (text == NULL || length == 0)
        return NULL;
    if (!g_utf8_validate_len((const char *)text, length, NULL)) {
        bytes->bad = TRUE;
        return NULL;
    }
    return g_strndup((const char *)text, length);
}

/* (transfer full) */
static char *take_hex(Bytes *bytes)
{
    guint length = take_byte(bytes);
    const guchar *key = take(bytes, length);
    GString *hex = g_string_new(NULL);

    for (guint i = 0; key != NULL && i < length; i++)
        g_string_append_printf(hex, "%02x", key[i]);
    return g_string_free(hex, FALSE);
}

static void skip_list(Bytes *bytes)
{
    guint length;

    do {
        length = take_byte(bytes);
        take(bytes, length & 0x7f);
    } while ((length & 0x80) != 0 && !bytes->bad);
}

static void take_properties(Bytes *bytes, ResolverSpec *spec)
{
    const guchar *properties = take(bytes, 8);

    if (properties == NULL)
        return;
    spec->dnssec = (properties[0] & 1) != 0;
    spec->no_logs = (properties[0] & 2) != 0;
    spec->no_filter = (properties[0] & 4) != 0;
}

static void read_fields(Bytes *bytes, guint kind, ResolverSpec *spec)
{
    static const char *const protocols[] = {"plain", "dnscrypt", "doh", "dot", "doq", "odoh"};

    spec->is_relay = kind == 0x81 || kind == 0x85;
    if (kind == 0 || kind >= G_N_ELEMENTS(protocols))
        return;
    spec->protocol = g_strdup(protocols[kind]);
    take_properties(bytes, spec);
    if (kind != 5)
        spec->address = take_text(bytes);
    if (kind == 1) {
        spec->provider_key = take_hex(bytes);
        spec->provider = take_text(bytes);
        return;
    }
    if (kind != 5)
        skip_list(bytes);
    spec->host = take_text(bytes);
    if (kind == 2 || kind == 5)
        spec->path = take_text(bytes);
}

static void read_stamp(const char *base64url, ResolverSpec *spec)
{
    GString *base64 = g_string_new(base64url);
    g_autofree guchar *decoded = NULL;
    Bytes bytes = {NULL};

    for (char *letter = base64->str; *letter != '\0'; letter++)
        *letter = *letter == '-' ? '+' : (*letter == '_' ? '/' : *letter);
    while (base64->len % 4 != 0)
        g_string_append_c(base64, '=');
    decoded = g_base64_decode(base64->str, &bytes.left);
    g_string_free(base64, TRUE);
    bytes.next = decoded;
    read_fields(&bytes, take_byte(&bytes), spec);
    if (bytes.bad)
        resolver_spec_clear(spec);
}

/* "sdns://RELAY/RESOLVER" too */
static void read_stamps(const char *text, ResolverSpec *spec)
{
    const char *slash = strchr(text, '/');

    read_stamp(slash != NULL ? slash + 1 : text, spec);
    spec->relayed = slash != NULL;
}

/* --- addresses ----------------------------------------------------------------------------- */

/* Whether it begins as an IP address does, with a port or not. */
static gboolean is_ip(const char *place)
{
    g_autofree char *alone = g_strdup(place[0] == '[' ? place + 1 : place);
    char *end = place[0] == '[' ? strchr(alone, ']') : strchr(alone, ':');

    if (g_hostname_is_ip_address(place))
        return TRUE;
    if (end == NULL)
        return FALSE;
    *end = '\0';
    return g_hostname_is_ip_address(alone);
}

static void read_pins(const char *fragment, ResolverSpec *spec)
{
    g_auto(GStrv) parts = g_strsplit(fragment, "&", -1);
    g_autoptr(GPtrArray) pins = g_ptr_array_new();

    for (guint i = 0; parts[i] != NULL; i++) {
        if (g_str_has_prefix(parts[i], PIN_PREFIX)) {
            g_ptr_array_add(pins, g_strdup(parts[i] + strlen(PIN_PREFIX)));
        } else if (i == 0 && parts[i][0] != '\0') {
            g_free(spec->host);
            spec->host = g_strdup(parts[i]);
        }
    }
    g_ptr_array_add(pins, NULL);
    spec->pins = (char **)g_ptr_array_steal(pins, NULL);
}

/* What stands behind tls://, quic:// or https:// */
static void read_place(const char *rest, const char *protocol, ResolverSpec *spec)
{
    const char *hash = strchr(rest, '#');
    g_autofree char *place = hash != NULL ? g_strndup(rest, (gsize)(hash - rest)) : g_strdup(rest);
    char *slash = strchr(place, '/');

    if (place[0] == '\0')
        return;
    spec->protocol = g_strdup(protocol);
    if (slash != NULL)
        spec->path = g_strdup(slash);
    if (slash != NULL)
        *slash = '\0';
    if (is_ip(place))
        spec->address = g_strdup(place);
    else
        spec->host = g_strdup(place);
    if (hash != NULL)
        read_pins(hash + 1, spec);
}

void resolver_spec_read(const char *text, ResolverSpec *spec)
{
    static const struct {
        const char *scheme, *protocol;
    } schemes[] = {{"tls://", "dot"}, {"quic://", "doq"}, {"https://", "doh"}};

    *spec = (ResolverSpec){NULL};
    if (g_str_has_prefix(text, "sdns:")) {
        const char *rest = text + strlen("sdns:");
        read_stamps(g_str_has_prefix(rest, "//") ? rest + 2 : rest, spec);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (g_str_has_prefix(text, schemes[i].scheme))
            read_place(text + strlen(schemes[i].scheme), schemes[i].protocol, spec);
    if (is_ip(text)) {
        spec->address = g_strdup(text);
        spec->is_address = TRUE;
    }
}

void resolver_spec_clear(ResolverSpec *spec)
{
    g_free(spec->protocol);
    g_free(spec->address);
    g_free(spec->host);
    g_free(spec->path);
    g_free(spec->provider);
    g_free(spec->provider_key);
    g_strfreev(spec->pins);
    *spec = (ResolverSpec){NULL};
}
