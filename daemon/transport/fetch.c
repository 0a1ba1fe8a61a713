/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One GET (RFC 9110, 9113) on a connection made for it and closed after it.
 *
 * It carries neither cookies nor a User-Agent, and resumes no session: two fetches have nothing in
 * common to be recognised by but the address they come from.
 *
 * Whatever ends it goes through finish(), which takes the connection down before it tells the
 * owner, who may close the fetch from there.
 */
#include "fetch.h"

#include "http2.h"
#include "log.h"

#include <glib.h>
#include <string.h>

struct Fetch {
    Loop *loop;
    FetchDone done; /* NULL: it was told */
    void *owner;
    char *host, *path;
    size_t limit;
    TlsTarget target;
    uint16_t port;
    Stream *stream;
    Http2 http;
    LoopTimer budget;
    uint32_t max_age_s, age_s;
};

static void finish(Fetch *fetch, Status status, const GByteArray *body)
{
    FetchDone done = fetch->done;

    fetch->done = NULL;
    loop_timer_stop(&fetch->budget);
    stream_close(g_steal_pointer(&fetch->stream));
    http2_end(&fetch->http);
    if (done != NULL)
        done(fetch->owner, status, body != NULL ? body->data : NULL, body != NULL ? body->len : 0);
}

static Status judge(const Http2Stream *response)
{
    if (response->too_long)
        return STATUS_NO_SPACE;
    if (http2_stream_went_well(response))
        return STATUS_OK;
    log_debug("an HTTP request failed: status %u, error %u", response->status, response->error);
    return STATUS_SERVER_FAILED;
}

/* Sends what there is to send, then looks whether the response is whole. */
static void pump(Fetch *fetch)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    Status status = http2_send(&fetch->http, out);

    if (out->len > 0 && stream_write(fetch->stream, out->data, out->len) != STATUS_OK)
        log_debug("a request was not taken"); /* the stream's end will say why */
    Http2Stream *response = http2_take_ended(&fetch->http);
    if (response != NULL) {
        status = judge(response);
        fetch->max_age_s = response->max_age_s;
        fetch->age_s = response->age_s;
        finish(fetch, status, status == STATUS_OK ? response->download : NULL);
        http2_stream_free(response);
    } else if (status != STATUS_OK) {
        finish(fetch, status, NULL);
    }
}

static void on_connected(void *owner)
{
    Fetch *fetch = owner;
    g_autofree char *authority = http2_authority(fetch->host, fetch->port);
    const Http2Request request = {
        .authority = authority, .path = fetch->path, .body_max = fetch->limit};
    TlsFacts facts;

    tls_facts(fetch->stream, &facts);
    if (strcmp(facts.alpn, "h2") != 0)
        finish(fetch, STATUS_UNSUPPORTED, NULL);
    else if (http2_begin(&fetch->http) != STATUS_OK ||
             http2_ask(&fetch->http, &request, fetch) == NULL)
        finish(fetch, STATUS_NO_MEMORY, NULL);
    else
        pump(fetch);
}

static void on_received(void *owner, const uint8_t *bytes, size_t length)
{
    Fetch *fetch = owner;
    Status status = http2_receive(&fetch->http, bytes, length);

    if (status != STATUS_OK)
        finish(fetch, status, NULL);
    else
        pump(fetch);
}

static void on_closed(void *owner, Status status)
{
    finish(owner, status, NULL);
}

static void on_budget_end(void *owner)
{
    finish(owner, STATUS_TIMEOUT, NULL);
}

static const StreamEvents stream_events = {
    .connected = on_connected,
    .received = on_received,
    .closed = on_closed,
};

Fetch *fetch_open(Loop *loop, TlsContext *tls, const FetchRequest *request, FetchDone done,
                  void *owner)
{
    Fetch *fetch = g_new0(Fetch, 1);

    fetch->loop = loop;
    fetch->done = done;
    fetch->owner = owner;
    fetch->host = g_strdup(request->host);
    fetch->path = g_strdup(request->path);
    fetch->limit = request->limit;
    fetch->port = address_port(&request->address);
    fetch->target = request->peer != NULL ? *request->peer : (TlsTarget){.host = fetch->host};
    fetch->target.alpn = "h2";
    fetch->max_age_s = HTTP2_NO_MAX_AGE;
    loop_timer_init(&fetch->budget, loop, on_budget_end, fetch);
    loop_timer_start(&fetch->budget, request->budget_us);
    fetch->stream =
        tls_connect(loop, tls, &request->address, &fetch->target, NULL, &stream_events, fetch);
    return fetch;
}

void fetch_close(Fetch *fetch)
{
    if (fetch == NULL)
        return;
    fetch->done = NULL;
    finish(fetch, STATUS_CANCELLED, NULL);
    g_free(fetch->host);
    g_free(fetch->path);
    g_free(fetch);
}

uint32_t fetch_lifetime_s(const Fetch *fetch, uint32_t otherwise)
{
    if (fetch->max_age_s == HTTP2_NO_MAX_AGE)
        return otherwise;
    return fetch->max_age_s - MIN(fetch->age_s, fetch->max_age_s);
}
