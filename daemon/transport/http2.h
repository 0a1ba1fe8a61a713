/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list.h"
#include "status.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The client's half of one HTTP/2 connection (RFC 9113), as far as DNS over HTTPS and the like need
 * it: bytes in, bytes out, no I/O, and no callbacks: what has ended is taken from a queue. */

#define HTTP2_BODY_MAX   65535 /* of DNS messages */
#define HTTP2_PORT       443
#define HTTP2_NO_MAX_AGE UINT32_MAX

struct nghttp2_session;

/** What is asked for. */
typedef struct Http2Request {
    const char *authority, *path;
    GByteArray *upload;     /* the body of a POST, taken over; NULL: a GET */
    const char *media_type; /* of the upload and wanted of the answer; NULL: any. Outlives the
                               stream */
    size_t body_max;        /* of the answer, in bytes */
    void *context;          /* what the asker needs for the answer; freed with the stream */
    GDestroyNotify free_context;
} Http2Request;

/** A request and the response to it. */
typedef struct Http2Stream {
    ListNode node;
    void *owner; /* NULL: cancelled */
    int32_t id;
    GByteArray *upload; /* of a POST; else NULL */
    size_t uploaded;
    const char *media_type;
    size_t body_max;
    void *context;
    GDestroyNotify free_context;

    size_t headers_length; /* of all fields so far, unpacked */
    unsigned status;       /* 0: none came */
    bool is_wanted_type;   /* Content-Type: the media type of the request */
    uint32_t age_s;        /* 0 without the header */
    uint32_t max_age_s;    /* of Cache-Control; HTTP2_NO_MAX_AGE without it */
    GByteArray *download;  /* up to body_max */
    bool too_long;         /* the body went on after that */
    bool reset;            /* the server is told that it is cancelled */
    bool ended;
    uint32_t error; /* of RST_STREAM, or what GOAWAY or the connection's state meant for it */
} Http2Stream;

/** Zeroed: no connection. */
typedef struct Http2 {
    struct nghttp2_session *session;
    List open, ended;
    unsigned open_count; /* without those that are reset */
    unsigned abandoned;  /* of these, cancelled */
    size_t idle_bytes;   /* came since a request began or ended, but for the bodies' own */
    bool going_away;     /* GOAWAY came: no new requests, those under way go on */
} Http2;

/** STATUS_NO_MEMORY. */
Status http2_begin(Http2 *http) must_check;
/** Frees the connection and its streams; safe to repeat. */
void http2_end(Http2 *http);

/** Whether the server takes one more request now. */
bool http2_may_ask(const Http2 *http);
/** Begins a request. NULL when nghttp2 refuses; what was to be taken over is freed. */
Http2Stream *http2_ask(Http2 *http, const Http2Request *request, void *owner);
/** It ends without being told. The server is told with the next request, or now if they are many.
 */
void http2_cancel(Http2 *http, Http2Stream *stream);

/** STATUS_MALFORMED: the peer does not speak HTTP/2, or floods us, and nothing can be said to it
 * any more. */
Status http2_receive(Http2 *http, const uint8_t *bytes, size_t length) must_check;
/** Appends to `out` what shall be sent. Same status: after what was appended, all is said. */
Status http2_send(Http2 *http, GByteArray *out) must_check;

/** Whether http2_send would append anything. */
bool http2_wants_to_send(const Http2 *http);

/** The next stream that has ended; NULL. (transfer full) */
Http2Stream *http2_take_ended(Http2 *http);
void http2_stream_free(Http2Stream *stream);
/** Whether the server has done nothing with the request, so that it may be repeated (RFC 9113
 * §8.7). */
bool http2_stream_was_refused(const Http2Stream *stream);
/** Whether it was answered with a 2xx status and to the end. */
bool http2_stream_went_well(const Http2Stream *stream);

/** "dns.example", "[2001:db8::1]:8443": the host with the port where that is not 443. (transfer
 * full) */
char *http2_authority(const char *host, uint16_t port);
