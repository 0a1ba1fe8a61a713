/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "loop.h"
#include "status.h"
#include "tls.h"

#include <stddef.h>
#include <stdint.h>

/* One HTTPS GET over HTTP/2 on a connection of its own: signed lists, keys. The address is given,
 * so that no name is asked of anybody; no redirect is followed, for it would lead to another. */

typedef struct Fetch Fetch;

/** Copied by fetch_open, but for what the pointers in `peer` lead to. */
typedef struct FetchRequest {
    Address address;       /* with the port */
    const char *host;      /* what :authority says, and whom the certificate must name */
    const char *path;      /* with its query part; begins with '/' */
    const TlsTarget *peer; /* whom to expect instead; outlives the fetch. NULL: `host` alone */
    size_t limit;          /* bytes of body */
    int64_t budget_us;     /* the longest the whole may take */
} FetchRequest;

/**
 * `body` is borrowed until this returns; only with STATUS_OK. STATUS_NO_SPACE: it is longer than
 * the limit. STATUS_SERVER_FAILED: a status other than 2xx, or the request was broken off.
 * STATUS_UNSUPPORTED: no HTTP/2 is spoken there. STATUS_TIMEOUT; STATUS_CLOSED, STATUS_CERT_… and
 * the others of tls_connect.
 */
typedef void (*FetchDone)(void *owner, Status status, const uint8_t *body, size_t length);

/** `done` comes exactly once, never from inside, unless it is closed first. (transfer full) */
Fetch *fetch_open(Loop *loop, TlsContext *tls, const FetchRequest *request, FetchDone done,
                  void *owner);
/** Ends and frees it, also from `done`, and after it. NULL is allowed. */
void fetch_close(Fetch *fetch);

/** How long what came may be kept, in seconds, less the time it lay in caches (RFC 9111 §4.2);
 * `otherwise` when the server does not say. From inside `done`. */
uint32_t fetch_lifetime_s(const Fetch *fetch, uint32_t otherwise);
