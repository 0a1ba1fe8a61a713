/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list.h"
#include "status.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The client's half of one HTTP/2 connection (RFC 9113), as far as DNS over HTTPS needs it: bytes
 * in, bytes out, no I/O, and no callbacks: what has ended is taken from a queue. */

#define HTTP2_BODY_MAX 65535

struct nghttp2_session;

/** A request and the response to it. */
typedef struct Http2Stream {
    ListNode node;
    void *owner; /* NULL: cancelled */
    int32_t id;
    GByteArray *upload; /* of a POST; else NULL */
    size_t uploaded;

    unsigned status;      /* 0: none came */
    bool is_message;      /* Content-Type: application/dns-message */
    uint32_t age_s;       /* 0 without the header */
    GByteArray *download; /* up to HTTP2_BODY_MAX */
    bool too_long;        /* the body went on after that */
    bool ended;
    uint32_t error; /* of RST_STREAM, or what GOAWAY or the connection's state meant for it */
} Http2Stream;

/** Zeroed: no connection. */
typedef struct Http2 {
    struct nghttp2_session *session;
    List open, ended;
    unsigned open_count;
    bool going_away; /* GOAWAY came: no new requests, those under way go on */
} Http2;

/** STATUS_NO_MEMORY. */
Status http2_begin(Http2 *http) must_check;
/** Frees the connection and its streams; safe to repeat. */
void http2_end(Http2 *http);

/** Whether the server takes one more request now. */
bool http2_may_ask(const Http2 *http);
/** Begins a request. With `upload` (taken over) it is a POST of a DNS message, else a GET. NULL
 * when nghttp2 refuses. */
Http2Stream *http2_ask(Http2 *http, const char *authority, const char *path, GByteArray *upload,
                       void *owner);
/** Resets it; it ends without being told. */
void http2_cancel(Http2 *http, Http2Stream *stream);

/** STATUS_MALFORMED: the peer does not speak HTTP/2, and nothing can be said to it any more. */
Status http2_receive(Http2 *http, const uint8_t *bytes, size_t length) must_check;
/** Appends to `out` what shall be sent. Same status: after what was appended, all is said. */
Status http2_send(Http2 *http, GByteArray *out) must_check;

/** The next stream that has ended; NULL. (transfer full) */
Http2Stream *http2_take_ended(Http2 *http);
void http2_stream_free(Http2Stream *stream);
/** Whether the server has done nothing with the request, so that it may be repeated (RFC 9113
 * §8.7). */
bool http2_stream_was_refused(const Http2Stream *stream);
