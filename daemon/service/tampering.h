/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"
#include "network.h"

/**
 * Attempts to answer in a resolver's place on this network: connections that were refused since the
 * other side's certificate was for somebody else, untrusted, without the pinned key or not signed
 * by the provider, and answers that were forged. Expired certificates are not among them: a
 * neglected server and a wrong clock show them, too.
 */
typedef struct Tampering Tampering;

/** Counts from now on, and anew on each network that is joined. Both are borrowed; `network` may be
 * NULL. */
Tampering *tampering_new(Engine *engine, Network *network);
/** NULL is allowed. */
void tampering_free(Tampering *tampering);

/** "Somebody on this network tried to answer for Quad9. Sotto refused, 3 times."; NULL: nobody was
 * seen doing so. (transfer full) */
char *tampering_describe(const Tampering *tampering);
