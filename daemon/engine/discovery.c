/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verified discovery (RFC 9462 §4).
 *
 * Whoever sits on the way to the resolver can answer the first question, which is not encrypted.
 * So what is answered is worth nothing by itself: each endpoint must show a certificate that a
 * trusted authority signed, for the name that was answered and for the address that the user gave,
 * which whoever lies cannot have. And it must answer, encrypted, the same question again.
 *
 * No certificate vouches for a private address; the RFC's opportunistic discovery (§4.3) would take
 * anybody's there, so it is not done.
 *
 * The name that is answered is never looked up: the endpoint is at the address that was given, or
 * where the answer's hints say.
 */
#include "discovery.h"

#include "engine_state.h"
#include "message.h"
#include "svcb.h"
#include "transport.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#define US_PER_S        ((int64_t)1000000)
#define ASK_US          (3 * US_PER_S)
#define VERIFY_US       (4 * US_PER_S)
#define RECORDS_MAX     8
#define DESIGNATED_MAX  12
#define PLAIN_PAYLOAD   1232
#define DISCOVERED_NAME "_dns.resolver.arpa"

/* An endpoint that was answered, which must prove itself. */
typedef struct Designated {
    Discovery *discovery;
    Endpoint *endpoint;
    Transport *transport;
    Exchange exchange;
    Status status; /* STATUS_OK: it has proved itself */
} Designated;

struct Discovery {
    Loop *loop;
    TlsContext *tls;
    Address address;
    DiscoveryDone done;
    void *owner;
    uint8_t query[64];
    size_t query_length;
    Transport *plain;
    Exchange exchange;
    GPtrArray *designated; /* Designated */
    unsigned waiting;      /* for so many of them */
    char *failure;         /* the sentence */
    LoopDefer finish;
};

/* ---- life ---- */

static void designated_free(gpointer data)
{
    Designated *one = data;

    exchange_cancel(&one->exchange);
    if (one->transport != NULL)
        transport_close(one->transport);
    endpoint_unref(one->endpoint);
    g_free(one);
}

void discovery_cancel(Discovery *discovery)
{
    if (discovery == NULL)
        return;
    loop_defer_cancel(&discovery->finish);
    exchange_cancel(&discovery->exchange);
    if (discovery->plain != NULL)
        transport_close(discovery->plain);
    g_ptr_array_unref(discovery->designated);
    g_free(discovery->failure);
    g_free(discovery);
}

/* "192.0.2.1 WHAT DETAIL": what is wrong, and a sentence that says more. */
static void fail(Discovery *discovery, const char *what, const char *detail)
{
    char text[ADDRESS_MAX_TEXT];

    g_free(discovery->failure);
    discovery->failure =
        g_strdup_printf("%s %s %s", address_format_host(&discovery->address, text), what, detail);
    loop_defer_schedule(&discovery->finish);
}

/* ---- the end ---- */

static Resolver *make_resolver(const Discovery *discovery)
{
    Resolver *resolver = NULL;

    for (guint i = 0; i < discovery->designated->len; i++) {
        const Designated *one = g_ptr_array_index(discovery->designated, i);

        if (one->status != STATUS_OK)
            continue;
        if (resolver == NULL)
            resolver = resolver_new(one->endpoint->host, one->endpoint->host);
        /* From now on it is known by its name, as if the user had written that. */
        Endpoint *endpoint = endpoint_derive(one->endpoint, NULL, NULL);
        endpoint->also = (Address){0};
        resolver_add_endpoint(resolver, endpoint);
    }
    return resolver;
}

static void fail_unverified(Discovery *discovery)
{
    const Designated *first = g_ptr_array_index(discovery->designated, 0);
    g_autofree char *itself = g_strdup_printf("It calls itself %s.", first->endpoint->host);

    if (first->status == STATUS_CERT_NAME)
        fail(discovery,
             "names an encrypted resolver whose certificate does not vouch for this address, so it "
             "may be anybody's.",
             itself);
    else
        fail(discovery, "names an encrypted resolver that could not prove to be the same.",
             status_sentence(first->status));
    loop_defer_cancel(&discovery->finish); /* this is the end already */
}

static void on_finish(void *owner)
{
    Discovery *discovery = owner;
    DiscoveryDone done = discovery->done;
    void *done_owner = discovery->owner;
    Resolver *resolver = make_resolver(discovery);

    if (resolver == NULL && discovery->failure == NULL)
        fail_unverified(discovery);
    g_autofree char *sentence = g_steal_pointer(&discovery->failure);
    discovery_cancel(discovery);
    done(done_owner, resolver, resolver == NULL ? sentence : NULL);
}

/* ---- proving ---- */

static void on_proved(Exchange *exchange, Status status, const uint8_t *reply, size_t length)
{
    Designated *one = exchange->owner;
    Message view;

    if (status == STATUS_OK && message_parse(&view, reply, length) == STATUS_OK &&
        message_rcode(&view) != RCODE_NOERROR && message_rcode(&view) != RCODE_NXDOMAIN)
        status = STATUS_SERVER_FAILED;
    one->status = status;
    if (--one->discovery->waiting == 0)
        loop_defer_schedule(&one->discovery->finish);
}

static void send_query(Discovery *discovery, Transport *transport, Exchange *exchange,
                       int64_t budget_us, ExchangeDone done, void *owner)
{
    *exchange = (Exchange){.query = discovery->query,
                           .query_length = discovery->query_length,
                           .budget_us = budget_us,
                           .done = done,
                           .owner = owner};
    transport_send(transport, exchange);
}

static void prove(Designated *one)
{
    Discovery *discovery = one->discovery;
    const TransportEnvironment environment = {
        .loop = discovery->loop,
        .tls = discovery->tls,
        .settings = {.edns_payload = PLAIN_PAYLOAD, .idle_close_us = US_PER_S},
    };

    one->status = transport_open(&environment, one->endpoint, &one->transport);
    if (one->status != STATUS_OK)
        return;
    discovery->waiting++;
    send_query(discovery, one->transport, &one->exchange, VERIFY_US, on_proved, one);
}

/* ---- the answer ---- */

static bool is_host(const char *name)
{
    return name[0] != '.' && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789-_.") == strlen(name);
}

/* The address given, if the hints allow or there are none; else a hint, of the same family first.
 */
static Address choose_address(const Discovery *discovery, const Svcb *svcb)
{
    bool v6 = discovery->address.socket.any.sa_family == AF_INET6;
    Address hint4 = {0}, hint6 = {0};

    for (size_t i = svcb->ipv4_count; i-- > 0;) {
        hint4.socket.v4.sin_family = AF_INET;
        memcpy(&hint4.socket.v4.sin_addr, svcb->ipv4_hints + 4 * i, 4);
        if (address_same_host(&hint4, &discovery->address))
            return hint4;
    }
    for (size_t i = svcb->ipv6_count; i-- > 0;) {
        hint6.socket.v6.sin6_family = AF_INET6;
        memcpy(&hint6.socket.v6.sin6_addr, svcb->ipv6_hints + 16 * i, 16);
        if (address_same_host(&hint6, &discovery->address))
            return hint6;
    }
    if (v6 ? address_is_set(&hint6) : address_is_set(&hint4))
        return v6 ? hint6 : hint4;
    if (v6 ? address_is_set(&hint4) : address_is_set(&hint6))
        return v6 ? hint4 : hint6;
    return discovery->address;
}

/* "/dns-query{?dns}" without its variable (RFC 9461 §5); NULL for what is no such template. */
static char *path_of(const Svcb *svcb)
{
    g_autofree char *text = g_strndup((const char *)svcb->doh_path, svcb->doh_path_length);
    char *variable = strstr(text, "{?dns}");

    if (variable == NULL || text[0] != '/')
        return NULL;
    *variable = '\0';
    for (const char *letter = text; *letter != '\0'; letter++)
        if (!g_ascii_isgraph(*letter) || strchr("{}#;", *letter) != NULL)
            return NULL;
    return g_steal_pointer(&text);
}

static void add_designated(Discovery *discovery, const Svcb *svcb, EndpointKind kind,
                           uint16_t default_port, char *path)
{
    Address address = choose_address(discovery, svcb);
    char name[NAME_MAX_TEXT];
    Designated *one;

    name_format(&svcb->target, name);
    if (!is_host(name) || discovery->designated->len >= DESIGNATED_MAX) {
        g_free(path);
        return;
    }
    address_set_port(&address, svcb->port != 0 ? svcb->port : default_port);
    one = g_new0(Designated, 1);
    one->discovery = discovery;
    one->endpoint = endpoint_new(kind, &address);
    one->endpoint->host = g_ascii_strdown(name, -1);
    one->endpoint->path = path;
    one->endpoint->also = discovery->address;
    g_ptr_array_add(discovery->designated, one);
}

static void add_all(Discovery *discovery, const Svcb *svcb)
{
    g_autofree char *path = svcb->doh_path != NULL ? path_of(svcb) : NULL;

    if (svcb_offers(svcb, "doq"))
        add_designated(discovery, svcb, ENDPOINT_DOQ, 853, NULL);
    if (svcb_offers(svcb, "h2") && path != NULL)
        add_designated(discovery, svcb, ENDPOINT_DOH, 443, g_steal_pointer(&path));
    if (svcb_offers(svcb, "dot"))
        add_designated(discovery, svcb, ENDPOINT_DOT, 853, NULL);
}

static int compare_priorities(gconstpointer a, gconstpointer b)
{
    return (int)((const Svcb *)a)->priority - (int)((const Svcb *)b)->priority;
}

/* Best first. What is an alias, or needs what we do not understand, is left out. */
static GArray *read_records(const Message *reply)
{
    GArray *records = g_array_new(FALSE, FALSE, sizeof(Svcb));
    RecordIterator iterator = record_iterator(reply);
    Record record;
    Svcb svcb;

    while (record_next(&iterator, &record) && records->len < RECORDS_MAX)
        if (record.section == 1 && record.type == RRTYPE_SVCB && record.rrclass == CLASS_IN &&
            svcb_parse(reply->wire + record.rdata, record.rdata_length, &svcb) == STATUS_OK &&
            svcb.priority > 0 && svcb.usable)
            g_array_append_val(records, svcb);
    g_array_sort(records, compare_priorities);
    return records;
}

static void on_asked(Exchange *exchange, Status status, const uint8_t *bytes, size_t length)
{
    Discovery *discovery = exchange->owner;
    Message reply;

    if (status != STATUS_OK || message_parse(&reply, bytes, length) != STATUS_OK) {
        fail(discovery, "could not be asked how it is reached encrypted.",
             status_sentence(status == STATUS_OK ? STATUS_MALFORMED : status));
        return;
    }
    g_autoptr(GArray) records = read_records(&reply);
    for (guint i = 0; i < records->len; i++)
        add_all(discovery, &g_array_index(records, Svcb, i));
    if (discovery->designated->len == 0) {
        fail(discovery, "is a resolver that does not say how it is reached encrypted.",
             "If you know its name, enter it with that: tls://ADDRESS#NAME.");
        return;
    }
    for (guint i = 0; i < discovery->designated->len; i++)
        prove(g_ptr_array_index(discovery->designated, i));
    if (discovery->waiting == 0)
        loop_defer_schedule(&discovery->finish);
}

/* ---- the beginning ---- */

static size_t build_query(uint8_t *out, size_t capacity)
{
    WireWriter writer = wire_writer(out, capacity);
    Name name;

    if (name_parse(DISCOVERED_NAME, &name) != STATUS_OK)
        return 0;
    wire_write_u16(&writer, 0);
    wire_write_u16(&writer, MESSAGE_RD);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 6);
    wire_write_bytes(&writer, name.wire, name.length);
    wire_write_u16(&writer, RRTYPE_SVCB);
    wire_write_u16(&writer, CLASS_IN);
    return writer.failed ? 0 : writer.position;
}

static void ask(Discovery *discovery)
{
    const TransportEnvironment environment = {
        .loop = discovery->loop,
        .tls = discovery->tls,
        .settings = {.edns_payload = PLAIN_PAYLOAD, .idle_close_us = US_PER_S},
    };
    Endpoint *endpoint = endpoint_new(ENDPOINT_PLAIN, &discovery->address);
    Status status = transport_open(&environment, endpoint, &discovery->plain);

    endpoint_unref(endpoint);
    if (status != STATUS_OK) {
        fail(discovery, "could not be asked how it is reached encrypted.", status_sentence(status));
        return;
    }
    send_query(discovery, discovery->plain, &discovery->exchange, ASK_US, on_asked, discovery);
}

Discovery *discovery_begin(Engine *engine, const Address *address, DiscoveryDone done, void *owner)
{
    Discovery *discovery = g_new0(Discovery, 1);

    discovery->loop = engine->loop;
    discovery->tls = engine->pool.tls;
    discovery->address = *address;
    discovery->done = done;
    discovery->owner = owner;
    discovery->designated = g_ptr_array_new_with_free_func(designated_free);
    discovery->query_length = build_query(discovery->query, sizeof discovery->query);
    loop_defer_init(&discovery->finish, engine->loop, on_finish, discovery);
    if (address_is_private(address))
        fail(discovery, "is an address of a private network, for which no certificate can vouch.",
             "Enter the resolver with its name or key: tls://ADDRESS#NAME.");
    else
        ask(discovery);
    return discovery;
}

char *discovery_spec(const Resolver *resolver)
{
    g_autoptr(GString) spec = g_string_new(NULL);

    for (size_t i = 0; i < resolver->endpoint_count; i++) {
        g_autofree char *one = endpoint_describe(resolver->endpoints[i]);

        g_string_append_printf(spec, "%s%s", i > 0 ? ";" : "", one);
    }
    return g_string_free(g_steal_pointer(&spec), FALSE);
}
