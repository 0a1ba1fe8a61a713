/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fuzz.h"
#include "transport.h"

#include <sodium.h>

/*
 * Somebody who asks through a transport, as the script in the input says, and asserts what every
 * transport promises: `done` once for each question, never from inside `send`, never after it was
 * cancelled, and with an answer to that very question.
 */

enum { FUZZ_QUESTIONS = 6 };

typedef struct FuzzAsker FuzzAsker;

typedef struct FuzzQuestion {
    Exchange exchange;
    FuzzAsker *asker;
    uint8_t query[64];
    bool asked, sending;
    uint8_t then; /* what its `done` does besides */
} FuzzQuestion;

struct FuzzAsker {
    Loop *loop;
    TlsContext *tls;
    Transport *transport; /* NULL: closed */
    FuzzQuestion questions[FUZZ_QUESTIONS];
};

/** Opens a transport to the endpoint (a reference is taken). False: there is none for it. */
bool fuzz_asker_open(FuzzAsker *asker, Endpoint *endpoint, const TransportSettings *settings);
/** Closes it, and asserts that nobody waits any more. */
void fuzz_asker_close(FuzzAsker *asker);

/** What a script may say of any transport: to ask, to cancel, time, another network. The first two
 * bits of `step` say which, the others are its argument. */
void fuzz_asker_step(FuzzAsker *asker, uint8_t step);
/** The query of a question as it is asked. */
void fuzz_asker_query(const FuzzAsker *asker, unsigned which, Message *query);
