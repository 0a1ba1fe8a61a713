/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz_stream.h"

#include "list.h"
#include "peer_chain.h"
#include "tls.h"

#include <string.h>

enum { HEARD_MAX = 1 << 20 }; /* a server that never reads: what is written then waits */

typedef struct FuzzStream {
    Stream base;
    ListNode node;
    LoopDefer connecting;
    const char *alpn;
    GByteArray *heard;
    bool connected, closed;
} FuzzStream;

static List all = {&all, &all};

static FuzzStream *find(unsigned which)
{
    unsigned count = fuzz_streams(), at = 0;

    list_for_each (node, &all) {
        if (at++ == which % count)
            return container_of(node, FuzzStream, node);
    }
    return NULL;
}

unsigned fuzz_streams(void)
{
    unsigned count = 0;

    list_for_each (node, &all)
        count++;
    return count;
}

void fuzz_stream_say(unsigned which, const uint8_t *bytes, size_t length)
{
    FuzzStream *stream = find(which);
    g_autofree uint8_t *exact = g_memdup2(bytes, length);

    if (stream != NULL && stream->connected && !stream->closed && length > 0)
        stream->base.events->received(stream->base.owner, exact, length);
}

void fuzz_stream_end(unsigned which, Status status)
{
    FuzzStream *stream = find(which);

    if (stream == NULL || stream->closed)
        return;
    stream->closed = true;
    loop_defer_cancel(&stream->connecting);
    stream->base.events->closed(stream->base.owner, status);
}

const GByteArray *fuzz_stream_heard(unsigned which)
{
    FuzzStream *stream = find(which);

    return stream != NULL ? stream->heard : NULL;
}

/* ---- the class ---- */

static Status on_write(Stream *base, const uint8_t *bytes, size_t length)
{
    FuzzStream *stream = (FuzzStream *)base;

    if (stream->closed)
        return STATUS_CLOSED;
    if (stream->heard->len > HEARD_MAX)
        return STATUS_LIMIT;
    g_byte_array_append(stream->heard, bytes, (guint)length);
    return STATUS_OK;
}

static size_t on_queued(const Stream *base)
{
    return 0;
}

static void on_path(const Stream *base, StreamPath *path)
{
    *path = (StreamPath){.stalled = !((const FuzzStream *)base)->connected};
}

static void on_close(Stream *base)
{
    FuzzStream *stream = (FuzzStream *)base;

    loop_defer_cancel(&stream->connecting);
    list_remove(&stream->node);
    g_byte_array_unref(stream->heard);
    g_free(stream);
}

static void on_connecting(void *owner)
{
    FuzzStream *stream = owner;

    stream->connected = true;
    stream->base.events->connected(stream->base.owner);
}

static Stream *stream_new(Loop *loop, const StreamEvents *events, void *owner, const char *alpn)
{
    static const StreamClass class = {on_write, on_queued, on_path, on_close};
    FuzzStream *stream = g_new0(FuzzStream, 1);

    stream->base = (Stream){&class, events, owner, loop};
    stream->alpn = alpn;
    stream->heard = g_byte_array_new();
    loop_defer_init(&stream->connecting, loop, on_connecting, stream);
    loop_defer_schedule(&stream->connecting);
    list_append(&all, &stream->node);
    return &stream->base;
}

/* ---- in place of tls.c, and of what clients use of tcp.c ---- */

Stream *tcp_connect(Loop *loop, const Address *peer, const StreamEvents *events, void *owner)
{
    return stream_new(loop, events, owner, "");
}

Stream *tls_connect(Loop *loop, TlsContext *context, const Address *peer, const TlsTarget *target,
                    TlsSession *session, const StreamEvents *events, void *owner)
{
    return stream_new(loop, events, owner, target->alpn);
}

void tls_facts(const Stream *stream, TlsFacts *facts)
{
    *facts = (TlsFacts){.version = "TLS1.3", .cipher = "none"};
    g_strlcpy(facts->alpn, ((const FuzzStream *)stream)->alpn, sizeof facts->alpn);
}

void tls_chain(const Stream *stream, PeerChain *chain)
{
}
