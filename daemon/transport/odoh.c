/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Oblivious DNS over HTTPS (RFC 9230), on what web.c does.
 *
 * Each question is encrypted to the target's key and posted to the relay, which passes it on. The
 * relay sees who asks, but not what; the target sees what is asked, but not by whom. The pipeline's
 * connections lead to the relay; nothing here ever connects to the target, but for the fetch of its
 * key where the settings want that (odoh_keys.c).
 *
 * While there is no key, questions stay unsent. A target that no longer knows the key (401) is
 * asked once more with the one it has now.
 *
 * The `context` of a request is the OdohQuestion, which opens the response.
 */
#include "log.h"
#include "odoh_keys.h"
#include "transport_classes.h"
#include "web.h"

#include <glib.h>
#include <sodium.h>

enum {
    HTTP_UNAUTHORIZED = 401,
    ASKED_MAX = 2,
};

#define MEDIA_TYPE "application/oblivious-dns-message"

typedef struct Odoh {
    Web web;
    OdohKeys keys;
} Odoh;

/* ---- asking ---- */

static void free_question(void *question)
{
    odoh_question_free(question);
}

static Status odoh_build(Web *web, Exchange *exchange, Http2Request *request, char **path)
{
    const OdohKey *key = odoh_keys_get(&((Odoh *)web)->keys);
    g_autoptr(GByteArray) query = NULL;
    OdohQuestion *question = NULL;

    if (key == NULL)
        return STATUS_AGAIN;
    Status status = web_build_query(exchange, &query);
    if (status == STATUS_OK)
        status = odoh_seal_query(key, query->data, query->len, &request->upload, &question);
    if (status != STATUS_OK)
        return status;
    request->media_type = MEDIA_TYPE;
    request->body_max = ODOH_MESSAGE_MAX;
    request->context = question;
    request->free_context = free_question;
    return STATUS_OK;
}

static void on_key(void *owner, Status status)
{
    Odoh *odoh = owner;
    Exchange *exchange;

    while (status != STATUS_OK &&
           (exchange = list_first(&odoh->web.pipeline.unsent, Exchange, node)) != NULL) {
        list_remove(&exchange->node);
        exchange_fail_later(exchange, status);
    }
    web_resume(&odoh->web);
}

/* ---- answers ---- */

static Status judge_refusal(Odoh *odoh, const Exchange *exchange, const Http2Stream *stream)
{
    bool another = odoh_keys_refused(&odoh->keys, stream->upload);

    return another && exchange->tries < ASKED_MAX ? STATUS_AGAIN : STATUS_SERVER_FAILED;
}

static Status odoh_judge(Web *web, const Exchange *exchange, Http2Stream *stream)
{
    GByteArray *reply;
    Message view;

    if (stream->error == 0 && stream->status == HTTP_UNAUTHORIZED)
        return judge_refusal((Odoh *)web, exchange, stream);
    Status status = web_judge(stream);
    if (status == STATUS_OK)
        status = odoh_open_response(stream->context, stream->download->data, stream->download->len,
                                    &reply);
    if (status != STATUS_OK)
        return status;
    g_byte_array_unref(stream->download);
    stream->download = reply;
    if (exchange_accepts(exchange, reply->data, reply->len, &view))
        return STATUS_OK;
    web->pipeline.base.counters.forged++;
    return STATUS_MISMATCH;
}

/* ---- the transport ---- */

static void odoh_free(Web *web)
{
    odoh_keys_clear(&((Odoh *)web)->keys);
    web_clear(web);
    g_free(web);
}

static const WebClass odoh_web = {
    .build = odoh_build,
    .judge = odoh_judge,
    .free = odoh_free,
};

static Transport *odoh_open(const TransportEnvironment *environment, Endpoint *endpoint)
{
    const Endpoint *relay = endpoint->relay;

    if (relay == NULL || !address_is_set(&relay->address) || endpoint->host == NULL ||
        sodium_init() < 0)
        return NULL;
    Odoh *odoh = g_new0(Odoh, 1);
    const char *path = endpoint->path != NULL ? endpoint->path : "/";

    web_init(&odoh->web, &transport_odoh, &odoh_web, environment, endpoint,
             odoh_relay_path(endpoint, path));
    Transport *transport = &odoh->web.pipeline.base;
    if (odoh_keys_init(&odoh->keys, &transport->environment, endpoint, on_key, odoh) != STATUS_OK) {
        log_warning("the key given for %s cannot be used", endpoint->host);
        odoh_free(&odoh->web);
        return NULL;
    }
    return transport;
}

static void odoh_send(Transport *transport, Exchange *exchange)
{
    pipeline_send(transport, exchange);
    (void)odoh_keys_get(&((Odoh *)transport)->keys); /* fetched while the relay is connected to */
}

static void odoh_network_changed(Transport *transport)
{
    pipeline_network_changed(transport);
    odoh_keys_network_changed(&((Odoh *)transport)->keys);
}

static void odoh_facts(const Transport *transport, TransportFacts *facts)
{
    const Endpoint *relay = transport->endpoint->relay;
    TransportFacts connection = {0};
    char text[ADDRESS_MAX_TEXT];

    pipeline_facts(transport, &connection);
    facts->tls = connection.tls;
    facts->opened_us = connection.opened_us;
    if (connection.security[0] != '\0')
        g_snprintf(facts->security, sizeof facts->security, "HPKE X25519 AES-128-GCM, relay %s, %s",
                   endpoint_host(relay, text), connection.security);
}

static void odoh_close(Transport *transport)
{
    odoh_keys_clear(&((Odoh *)transport)->keys);
    pipeline_close(transport);
}

const TransportClass transport_odoh = {
    .name = "odoh",
    .padding = ODOH_QUERY_BLOCK,
    .open = odoh_open,
    .send = odoh_send,
    .cancel = pipeline_cancel,
    .detour = pipeline_detour,
    .network_changed = odoh_network_changed,
    .facts = odoh_facts,
    .chain = pipeline_chain,
    .close = odoh_close,
};
