/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS over HTTPS (RFC 8484), on what web.c does.
 *
 * Questions are sent with POST, whose body HTTP has no reason to keep anywhere. A server that does
 * not take it (405, 501) is asked with GET from then on.
 */
#include "base64url.h"
#include "edns.h"
#include "transport_classes.h"
#include "web.h"

#include <glib.h>
#include <string.h>

enum {
    HTTP_METHOD_NOT_ALLOWED = 405,
    HTTP_NOT_IMPLEMENTED = 501,
};

#define MEDIA_TYPE "application/dns-message"

typedef struct Doh {
    Web web;
    bool use_get; /* the server has refused POST */
} Doh;

static char *path_with_query(const char *path, const GByteArray *query)
{
    g_autofree char *text = g_malloc(BASE64URL_ENCODED_MAX(query->len));

    return g_strdup_printf("%s%cdns=%s", path, strchr(path, '?') != NULL ? '&' : '?',
                           base64url_encode(query->data, query->len, text));
}

static Status doh_build(Web *web, Exchange *exchange, Http2Request *request, char **path)
{
    g_autoptr(GByteArray) query = NULL;
    Status status = web_build_query(exchange, &query);

    if (status != STATUS_OK)
        return status;
    request->media_type = MEDIA_TYPE;
    request->body_max = HTTP2_BODY_MAX;
    if (((Doh *)web)->use_get)
        *path = path_with_query(web->path, query);
    else
        request->upload = g_steal_pointer(&query);
    return STATUS_OK;
}

/* An answer that lay in a cache for `age_s` lives so much shorter (RFC 8484 §5.1). */
static void lower_ttls(uint8_t *reply, const Message *view, uint32_t age_s)
{
    RecordIterator iterator = record_iterator(view);
    Record record;

    while (age_s > 0 && record_next(&iterator, &record))
        if (record.type != RRTYPE_OPT) /* whose TTL is none */
            wire_put_u32(reply + record.ttl_offset, record.ttl - MIN(record.ttl, age_s));
}

static bool has_refused_post(const Http2Stream *stream)
{
    return stream->upload != NULL && stream->error == 0 &&
           (stream->status == HTTP_METHOD_NOT_ALLOWED || stream->status == HTTP_NOT_IMPLEMENTED);
}

static Status doh_judge(Web *web, const Exchange *exchange, Http2Stream *stream)
{
    Message view;

    if (has_refused_post(stream)) {
        ((Doh *)web)->use_get = true;
        return STATUS_AGAIN;
    }
    Status status = web_judge(stream);
    if (status != STATUS_OK)
        return status;
    if (!exchange_accepts(exchange, stream->download->data, stream->download->len, &view)) {
        web->pipeline.base.counters.forged++;
        return STATUS_MISMATCH;
    }
    lower_ttls(stream->download->data, &view, stream->age_s);
    return STATUS_OK;
}

static void doh_free(Web *web)
{
    web_clear(web);
    g_free(web);
}

static const WebClass doh_web = {
    .build = doh_build,
    .judge = doh_judge,
    .free = doh_free,
};

/* Without the template's end, "{?dns}" (RFC 6570, RFC 8484 §3). */
static char *path_of(const Endpoint *endpoint)
{
    const char *path = endpoint->path != NULL ? endpoint->path : "";
    g_autofree char *plain = g_strndup(path, strcspn(path, "{"));

    return g_strdup_printf("%s%s", plain[0] == '/' ? "" : "/", plain);
}

static Transport *doh_open(const TransportEnvironment *environment, Endpoint *endpoint)
{
    Doh *doh = g_new0(Doh, 1);

    web_init(&doh->web, &transport_doh, &doh_web, environment, endpoint, path_of(endpoint));
    return &doh->web.pipeline.base;
}

const TransportClass transport_doh = {
    .name = "doh",
    .padding = EDNS_QUERY_BLOCK,
    .open = doh_open,
    .send = pipeline_send,
    .cancel = pipeline_cancel,
    .detour = pipeline_detour,
    .network_changed = pipeline_network_changed,
    .facts = pipeline_facts,
    .chain = pipeline_chain,
    .close = pipeline_close,
};
