/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The connections to resolvers in the words of the bus contract (data/dbus): protocol, cipher and
 * certificates, so that a person can compare them with what the operator publishes.
 */
#include "connections.h"

static GVariant *describe_pin(const TlsDigest pin)
{
    g_autofree char *text = g_base64_encode(pin, sizeof(TlsDigest));
    return g_variant_new_string(text);
}

static char *hex(const TlsDigest digest)
{
    GString *text = g_string_sized_new(2 * sizeof(TlsDigest));
    for (size_t i = 0; i < sizeof(TlsDigest); i++)
        g_string_append_printf(text, "%02x", digest[i]);
    return g_string_free(text, FALSE);
}

static GVariant *describe_certificate(const PeerCertificate *certificate)
{
    GVariantDict entry;
    g_autofree char *body_hash = hex(certificate->body_hash);
    g_variant_dict_init(&entry, NULL);
    g_variant_dict_insert(&entry, "subject", "s", certificate->subject);
    g_variant_dict_insert(&entry, "issuer", "s", certificate->issuer);
    g_variant_dict_insert(&entry, "not-before", "x", certificate->not_before_s);
    g_variant_dict_insert(&entry, "not-after", "x", certificate->not_after_s);
    g_variant_dict_insert_value(&entry, "key-pin", describe_pin(certificate->key_pin));
    g_variant_dict_insert(&entry, "body-hash", "s", body_hash);
    return g_variant_dict_end(&entry);
}

static GVariant *describe_chain(const Transport *transport)
{
    GVariantBuilder list;
    PeerChain chain;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    transport_chain(transport, &chain);
    for (size_t i = 0; i < chain.length; i++)
        g_variant_builder_add_value(&list, describe_certificate(&chain.certificates[i]));
    peer_chain_clear(&chain);
    return g_variant_builder_end(&list);
}

static GVariant *describe_pins(const Endpoint *endpoint)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE_STRING_ARRAY);
    for (size_t i = 0; i < endpoint->pin_count; i++)
        g_variant_builder_add_value(&list, describe_pin(endpoint->pins[i]));
    return g_variant_builder_end(&list);
}

/* The engine's clock counts from boot; people's does not. */
static int64_t opened_at_s(const Loop *loop, int64_t opened_us)
{
    if (opened_us == 0)
        return 0;
    return loop_wall_s(loop) - (loop_now_us(loop) - opened_us) / G_USEC_PER_SEC;
}

static void insert_ends(GVariantDict *entry, const EngineConnection *connection)
{
    const Endpoint *endpoint = connection->transport->endpoint;
    g_autofree char *address = endpoint_describe(endpoint);
    g_autofree char *relay =
        endpoint->relay != NULL ? endpoint_describe(endpoint->relay) : g_strdup("");
    g_variant_dict_insert(entry, "resolver", "s", connection->resolver_name);
    g_variant_dict_insert(entry, "endpoint", "s", address);
    g_variant_dict_insert(entry, "protocol", "s", endpoint_kind_name(endpoint->kind));
    g_variant_dict_insert(entry, "relay", "s", relay);
    g_variant_dict_insert_value(entry, "pins", describe_pins(endpoint));
}

static void insert_facts(GVariantDict *entry, const Loop *loop, const Transport *transport)
{
    TransportFacts facts;
    transport_facts(transport, &facts);
    g_variant_dict_insert(entry, "security", "s", facts.security);
    g_variant_dict_insert(entry, "version", "s", facts.tls.version);
    g_variant_dict_insert(entry, "cipher", "s", facts.tls.cipher);
    g_variant_dict_insert(entry, "alpn", "s", facts.tls.alpn);
    g_variant_dict_insert(entry, "resumed", "b", facts.tls.resumed);
    g_variant_dict_insert(entry, "padding", "u", transport->class->padding);
    g_variant_dict_insert(entry, "valid-until", "x", facts.valid_until_s);
    g_variant_dict_insert(entry, "opened-at", "x", opened_at_s(loop, facts.opened_us));
}

typedef struct Report {
    const Loop *loop;
    GVariantBuilder list;
} Report;

static void add(void *owner, const EngineConnection *connection)
{
    Report *report = owner;
    GVariantDict entry;
    g_variant_dict_init(&entry, NULL);
    insert_ends(&entry, connection);
    insert_facts(&entry, report->loop, connection->transport);
    g_variant_dict_insert_value(&entry, "chain", describe_chain(connection->transport));
    g_variant_dict_insert(&entry, "queries", "t", connection->transport->counters.queries);
    g_variant_dict_insert(&entry, "latency", "x", connection->latency_us);
    g_variant_builder_add_value(&report->list, g_variant_dict_end(&entry));
}

GVariant *report_connections(const InspectionSources *sources)
{
    Report report = {.loop = sources->loop};
    g_variant_builder_init(&report.list, G_VARIANT_TYPE("aa{sv}"));
    engine_visit_connections(sources->engine, add, &report);
    return g_variant_builder_end(&report.list);
}
