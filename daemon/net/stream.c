/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams: the calls that are the same for every class. */
#include "stream.h"

Status stream_write(Stream *stream, const uint8_t *bytes, size_t length)
{
    return stream->class->write(stream, bytes, length);
}

size_t stream_queued(const Stream *stream)
{
    return stream->class->queued(stream);
}

void stream_path(const Stream *stream, StreamPath *path)
{
    stream->class->path(stream, path);
}

void stream_close(Stream *stream)
{
    if (stream != NULL)
        stream->class->close(stream);
}
