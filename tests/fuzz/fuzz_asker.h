/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fuzz.h"
#include "transport.h"

/*
 * Somebody who asks through a transport, as the script in the input says, and asserts what every
 * transport promises: `done` once for each question, never from inside `send`, never after it was
 * cancelled, and with an answer to that very question.
 */

/** 192.0.2.1 and that port. To be given to fuzz_asker_run(). */
Endpoint *fuzz_endpoint(EndpointKind kind, uint16_t port);

/**
 * Plays the script to the end of the input and asserts that nobody waits any more. An even byte of
 * it is the asker's: to ask, to cancel, time, another network; bits 1 and 2 say which, the upper
 * ones are the argument. An odd one is the server's: `say` gets it and takes from the input what it
 * needs. The endpoint is taken.
 */
void fuzz_asker_run(Endpoint *endpoint, const TransportSettings *settings, FuzzInput *input,
                    void (*say)(FuzzInput *input, uint8_t step));
