/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "http2.h"

/** Notes what a field of the response says, if it counts here. Its value ends with a NUL besides,
 * as nghttp2 gives it. For http2.c alone. */
void http2_field_take(Http2Stream *stream, const uint8_t *name, size_t name_length,
                      const uint8_t *bytes, size_t length);
