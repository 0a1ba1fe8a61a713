/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known of each way to a resolver, in the words of the bus contract (data/dbus): where it
 * is, whom to expect there, and the stamp by which others find it.
 */
#include "endpoint_report.h"

#include "stamp.h"

static char *hex(const uint8_t *bytes, size_t length)
{
    GString *text = g_string_sized_new(2 * length);
    for (size_t i = 0; i < length; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

static void insert_text(GVariantDict *entry, const char *key, const char *text)
{
    g_variant_dict_insert(entry, key, "s", text != NULL ? text : "");
}

static void insert_pins(GVariantDict *entry, const Endpoint *endpoint)
{
    GVariantBuilder pins;
    g_variant_builder_init(&pins, G_VARIANT_TYPE_STRING_ARRAY);
    for (size_t i = 0; i < endpoint->pin_count; i++) {
        g_autofree char *text = g_base64_encode(endpoint->pins[i], sizeof(TlsDigest));
        g_variant_builder_add(&pins, "s", text);
    }
    g_variant_dict_insert_value(entry, "pins", g_variant_builder_end(&pins));
}

static void insert_hashes(GVariantDict *entry, const Endpoint *endpoint)
{
    GVariantBuilder hashes;
    g_variant_builder_init(&hashes, G_VARIANT_TYPE_STRING_ARRAY);
    for (size_t i = 0; i < endpoint->hash_count; i++) {
        g_autofree char *text = hex(endpoint->hashes[i], sizeof(TlsDigest));
        g_variant_builder_add(&hashes, "s", text);
    }
    g_variant_dict_insert_value(entry, "hashes", g_variant_builder_end(&hashes));
}

/* What the resolver says of itself, in the bits that a stamp has for it. */
static uint64_t properties_of(const Resolver *resolver)
{
    const bool filters = resolver->filters || resolver->blocks_malware || resolver->blocks_ads ||
                         resolver->blocks_adult;
    return (resolver->dnssec ? STAMP_DNSSEC : 0u) | (resolver->no_log ? STAMP_NO_LOG : 0u) |
           (filters ? 0u : STAMP_NO_FILTER);
}

static GVariant *describe(const Relays *relays, const Resolver *resolver, const Endpoint *endpoint)
{
    const bool is_dnscrypt = endpoint->kind == ENDPOINT_DNSCRYPT;
    char address[ADDRESS_MAX_TEXT] = "";
    g_autofree char *key =
        is_dnscrypt ? hex(endpoint->provider_key, sizeof endpoint->provider_key) : NULL;
    g_autofree char *relay = endpoint->relay != NULL ? relays_name(relays, endpoint->relay) : NULL;
    g_autofree char *stamp = endpoint_stamp(endpoint, properties_of(resolver));
    GVariantDict entry;
    g_variant_dict_init(&entry, NULL);
    if (address_is_set(&endpoint->address))
        (void)address_format(&endpoint->address, address);
    insert_text(&entry, "protocol", endpoint_kind_name(endpoint->kind));
    insert_text(&entry, "address", address);
    insert_text(&entry, "host", endpoint->host);
    insert_text(&entry, "path", endpoint->path);
    insert_text(&entry, "provider", endpoint->provider_name);
    insert_text(&entry, "provider-key", key);
    insert_pins(&entry, endpoint);
    insert_hashes(&entry, endpoint);
    insert_text(&entry, "relay", relay);
    insert_text(&entry, "stamp", stamp);
    return g_variant_dict_end(&entry);
}

/* The ladder (endpoint.h): by protocol, and of one in the order given. */
static int by_kind(gconstpointer a, gconstpointer b)
{
    const Endpoint *one = *(Endpoint *const *)a, *other = *(Endpoint *const *)b;
    return (int)one->kind - (int)other->kind;
}

GVariant *report_endpoints(const Relays *relays, const Resolver *resolver)
{
    g_autoptr(GPtrArray) endpoints = g_ptr_array_new();
    GVariantBuilder all;
    for (size_t i = 0; i < resolver->endpoint_count; i++)
        g_ptr_array_add(endpoints, resolver->endpoints[i]);
    g_ptr_array_sort(endpoints, by_kind);
    g_variant_builder_init(&all, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < endpoints->len; i++)
        g_variant_builder_add_value(&all,
                                    describe(relays, resolver, g_ptr_array_index(endpoints, i)));
    return g_variant_builder_end(&all);
}
