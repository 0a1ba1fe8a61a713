/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dot_scene.h"

#include <glib.h>

/* The server's half of HTTP/2 for scripts of a DotScene whose ALPN is "h2": nghttp2, blocking. */

typedef struct DohTalk DohTalk;

/** A whole request, as it came. */
typedef struct DohRequest {
    int32_t id;
    char *method, *path, *authority, *content_type;
    GByteArray *body;
    bool cookie_or_agent; /* something the client could be known by */
} DohRequest;

typedef struct DohReply {
    unsigned status;           /* 0: 200 */
    const char *content_type;  /* NULL: application/dns-message */
    const char *age;           /* NULL: none */
    const char *cache_control; /* NULL: none */
    const uint8_t *body;
    size_t length;
} DohReply;

/** Begins; `max_streams` 0 announces no limit of concurrent streams. */
DohTalk *doh_talk_new(DotScene *scene, DotTalk *talk, unsigned max_streams);
void doh_talk_free(DohTalk *talk);

/** The next request; NULL when the client has gone. (transfer full) */
DohRequest *doh_read(DohTalk *talk);
void doh_request_free(DohRequest *request);
/** The DNS query in it, of the body or of the path. (transfer full) */
GBytes *doh_query(const DohRequest *request);

void doh_reply(DohTalk *talk, const DohRequest *request, const DohReply *reply);
/** The right answer. Ends the request's life. */
void doh_answer(DohTalk *talk, DohRequest *request);
/** Refuses further requests, as before closing; `last` is the last request that counts. */
void doh_go_away(DohTalk *talk, int32_t last);
void doh_reset(DohTalk *talk, int32_t id, uint32_t error);
/** So many frames that bring nothing. */
void doh_ping(DohTalk *talk, unsigned count);
/** Reads until the client goes; answers nothing. */
void doh_swallow(DohTalk *talk);

unsigned doh_resets(const DohTalk *talk);    /* RST_STREAM of the client so far */
unsigned doh_most_open(const DohTalk *talk); /* requests open at a time, at most */
