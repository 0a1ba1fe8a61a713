/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "http2.h"
#include "pipeline.h"

/* Questions as requests of HTTP/2, one each, on the connections of a pipeline: what DNS over HTTPS
 * and Oblivious DoH have in common. Each embeds a Web first in its transport. */

typedef struct Web Web;

typedef struct WebClass {
    /** Fills the request for an exchange; what shall be asked with GET puts its path into `path`,
     * which is freed (else the request's is the Web's). STATUS_AGAIN: it cannot be asked yet, and
     * stays where it is until pipe_flush_later. Anything else ends the exchange. */
    Status (*build)(Web *web, Exchange *exchange, Http2Request *request, char **path);
    /** What a response is worth. STATUS_OK: its `download` is the answer, checked by
     * exchange_accepts. STATUS_AGAIN: ask it once more. */
    Status (*judge)(Web *web, const Exchange *exchange, Http2Stream *stream);
    /** Frees the whole object after web_clear. */
    void (*free)(Web *web);
} WebClass;

struct Web {
    Pipeline pipeline;
    const WebClass *class;
    char *authority, *path; /* of the peer, as they stand in each request */
};

/** `path` is taken over. */
void web_init(Web *web, const TransportClass *transport, const WebClass *class,
              const TransportEnvironment *environment, Endpoint *endpoint, char *path);
void web_clear(Web *web);

/** Begins to ask what could not be asked yet. */
void web_resume(Web *web);

/** The query as it goes on the wire: padded, its ID 0. (transfer full) */
Status web_build_query(Exchange *exchange, GByteArray **query) must_check;
/** Whether a response may hold an answer at all: STATUS_OK, or why not. */
Status web_judge(const Http2Stream *stream) must_check;
