/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "stream.h"

#include <glib.h>

/*
 * TCP and TLS streams without TLS, socket and network: fuzz_stream.c defines what tls.c does, and
 * tcp_connect, so that the linker leaves both files out. Each stream is connected in the next turn
 * of the loop, as its target wants it; then the script says what the server would.
 */

/** How many are open; the others count from the oldest, modulo that. */
unsigned fuzz_streams(void);
/** The server sends these bytes; nothing where it is not connected. */
void fuzz_stream_say(unsigned which, const uint8_t *bytes, size_t length);
/** The connection ends. */
void fuzz_stream_end(unsigned which, Status status);
/** What was written to it, borrowed; NULL: there is none. */
const GByteArray *fuzz_stream_heard(unsigned which);
