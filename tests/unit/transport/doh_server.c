/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doh_server.h"

#include "base64url.h"

#include <nghttp2/nghttp2.h>
#include <string.h>

struct DohTalk {
    DotScene *scene;
    gnutls_session_t tls;
    nghttp2_session *session;
    GHashTable *arriving; /* id → DohRequest */
    GQueue whole;
    GPtrArray *uploads; /* kept to the end: nghttp2 tells nobody of streams that it ends with */
    unsigned open, most_open, resets;
};

typedef struct Upload {
    GBytes *bytes;
    size_t sent;
} Upload;

/* ---- requests ---- */

void doh_request_free(DohRequest *request)
{
    g_free(request->method);
    g_free(request->path);
    g_free(request->authority);
    g_free(request->content_type);
    g_byte_array_unref(request->body);
    g_free(request);
}

static void free_request(gpointer request)
{
    doh_request_free(request);
}

static DohRequest *arriving(DohTalk *talk, int32_t id)
{
    DohRequest *request = g_hash_table_lookup(talk->arriving, GINT_TO_POINTER(id));

    if (request == NULL) {
        request = g_new0(DohRequest, 1);
        request->id = id;
        request->body = g_byte_array_new();
        g_hash_table_insert(talk->arriving, GINT_TO_POINTER(id), request);
    }
    return request;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_length, const uint8_t *value, size_t length, uint8_t flags,
                     void *owner)
{
    DohRequest *request = arriving(owner, frame->hd.stream_id);
    const char *key = (const char *)name;
    char **field = g_str_equal(key, ":method")        ? &request->method
                   : g_str_equal(key, ":path")        ? &request->path
                   : g_str_equal(key, ":authority")   ? &request->authority
                   : g_str_equal(key, "content-type") ? &request->content_type
                                                      : NULL;

    if (field != NULL)
        *field = g_strndup((const char *)value, length);
    request->cookie_or_agent |= g_str_equal(key, "cookie") || g_str_equal(key, "user-agent");
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes,
                   size_t length, void *owner)
{
    g_byte_array_append(arriving(owner, id)->body, bytes, (guint)length);
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *owner)
{
    DohTalk *talk = owner;
    bool is_request = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    gpointer key = GINT_TO_POINTER(frame->hd.stream_id);

    if (frame->hd.type == NGHTTP2_HEADERS) {
        talk->open++;
        talk->most_open = MAX(talk->most_open, talk->open);
    }
    if (frame->hd.type == NGHTTP2_RST_STREAM)
        talk->resets++;
    if (is_request && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
        g_queue_push_tail(&talk->whole, arriving(talk, frame->hd.stream_id));
        g_hash_table_steal(talk->arriving, key);
        g_atomic_int_inc(&talk->scene->asked);
    }
    return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t error, void *owner)
{
    DohTalk *talk = owner;

    talk->open--;
    return 0;
}

static void free_upload(gpointer data)
{
    Upload *upload = data;

    g_bytes_unref(upload->bytes);
    g_free(upload);
}

/* ---- the connection ---- */

static bool flush(DohTalk *talk)
{
    const uint8_t *bytes;
    ssize_t length;

    while ((length = nghttp2_session_mem_send(talk->session, &bytes)) > 0) {
        while (length > 0) { /* a record takes less than a frame may have */
            ssize_t sent = gnutls_record_send(talk->tls, bytes, (size_t)length);

            if (sent < 0)
                return false;
            bytes += sent;
            length -= sent;
        }
    }
    return true;
}

DohTalk *doh_talk_new(DotScene *scene, DotTalk *dot, unsigned max_streams)
{
    nghttp2_settings_entry limit = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, max_streams};
    nghttp2_session_callbacks *callbacks;
    DohTalk *talk = g_new0(DohTalk, 1);

    talk->scene = scene;
    talk->tls = dot->session;
    talk->arriving = g_hash_table_new_full(NULL, NULL, NULL, free_request);
    talk->uploads = g_ptr_array_new_with_free_func(free_upload);
    g_queue_init(&talk->whole);
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_server_new(&talk->session, callbacks, talk);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(talk->session, NGHTTP2_FLAG_NONE, &limit, max_streams > 0 ? 1 : 0);
    flush(talk);
    return talk;
}

void doh_talk_free(DohTalk *talk)
{
    DohRequest *request;

    while ((request = g_queue_pop_head(&talk->whole)) != NULL)
        doh_request_free(request);
    g_hash_table_unref(talk->arriving);
    nghttp2_session_del(talk->session);
    g_ptr_array_unref(talk->uploads);
    g_free(talk);
}

DohRequest *doh_read(DohTalk *talk)
{
    while (g_queue_is_empty(&talk->whole)) {
        uint8_t bytes[16384];
        ssize_t length = gnutls_record_recv(talk->tls, bytes, sizeof bytes);

        if (length <= 0 || nghttp2_session_mem_recv(talk->session, bytes, (size_t)length) < 0 ||
            !flush(talk))
            return NULL;
    }
    return g_queue_pop_head(&talk->whole);
}

GBytes *doh_query(const DohRequest *request)
{
    const char *text = strstr(request->path, "dns=");

    if (text == NULL)
        return g_bytes_new(request->body->data, request->body->len);
    text += strlen("dns=");
    g_autofree uint8_t *bytes = g_malloc(BASE64URL_DECODED_MAX(strlen(text)));
    size_t length;
    g_assert_cmpint(base64url_decode(text, strlen(text), bytes, &length), ==, STATUS_OK);
    return g_bytes_new(bytes, length);
}

static nghttp2_nv header(const char *name, const char *value)
{
    return (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value), 0};
}

static ssize_t on_upload(nghttp2_session *session, int32_t id, uint8_t *out, size_t capacity,
                         uint32_t *flags, nghttp2_data_source *source, void *owner)
{
    Upload *upload = source->ptr;
    size_t total;
    const uint8_t *bytes = g_bytes_get_data(upload->bytes, &total);
    size_t length = MIN(capacity, total - upload->sent);

    if (length > 0)
        memcpy(out, bytes + upload->sent, length);
    upload->sent += length;
    if (upload->sent == total)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)length;
}

void doh_reply(DohTalk *talk, const DohRequest *request, const DohReply *reply)
{
    g_autofree char *status = g_strdup_printf("%u", reply->status > 0 ? reply->status : 200);
    const char *type =
        reply->content_type != NULL ? reply->content_type : "application/dns-message";
    Upload *upload = g_new0(Upload, 1);
    nghttp2_nv headers[4] = {header(":status", status), header("content-type", type)};
    size_t count = 2;
    const nghttp2_data_provider body = {.source.ptr = upload, .read_callback = on_upload};

    if (reply->age != NULL)
        headers[count++] = header("age", reply->age);
    if (reply->cache_control != NULL)
        headers[count++] = header("cache-control", reply->cache_control);
    upload->bytes = g_bytes_new(reply->body, reply->length);
    g_ptr_array_add(talk->uploads, upload);
    nghttp2_submit_response(talk->session, request->id, headers, count, &body);
    flush(talk);
}

void doh_answer(DohTalk *talk, DohRequest *request)
{
    uint8_t answer[512];
    g_autoptr(GBytes) query = doh_query(request);
    DohReply reply = {.body = answer, .length = talk_build_answer(query, answer)};

    doh_reply(talk, request, &reply);
    doh_request_free(request);
}

void doh_go_away(DohTalk *talk, int32_t last)
{
    nghttp2_submit_goaway(talk->session, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, NULL, 0);
    flush(talk);
}

void doh_reset(DohTalk *talk, int32_t id, uint32_t error)
{
    nghttp2_submit_rst_stream(talk->session, NGHTTP2_FLAG_NONE, id, error);
    flush(talk);
}

void doh_ping(DohTalk *talk, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        nghttp2_submit_ping(talk->session, NGHTTP2_FLAG_NONE, NULL);
    flush(talk);
}

void doh_swallow(DohTalk *talk)
{
    DohRequest *request;

    while ((request = doh_read(talk)) != NULL)
        doh_request_free(request);
}

unsigned doh_resets(const DohTalk *talk)
{
    return talk->resets;
}

unsigned doh_most_open(const DohTalk *talk)
{
    return talk->most_open;
}
