/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A fuzz target is one file, NAME_fuzz.c, with one function: whatever bytes it is given, it comes
 * back. What must hold is asserted as in a unit test (g_assert_…), and a failure ends the program.
 *
 * In a build for fuzzing (-Dfuzz=true) libFuzzer makes the bytes; in every other one replay.c takes
 * them from the files of corpus/NAME.
 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/**
 * Takes small decisions and pieces off the front of the input. Past its end there are zeros and
 * empty pieces, so that every input means something.
 */
typedef struct FuzzInput {
    const uint8_t *bytes;
    size_t left;
} FuzzInput;

uint8_t fuzz_take_u8(FuzzInput *input);
uint16_t fuzz_take_u16(FuzzInput *input);
/** A piece whose length stands in front of it in 2 bytes, in memory of exactly its length, the ends
 * of which the sanitizer watches. (transfer full) */
GBytes *fuzz_take_piece(FuzzInput *input);
/** What is left, likewise. */
GBytes *fuzz_take_rest(FuzzInput *input);
/** A piece, up to its first NUL, as text. (transfer full) */
char *fuzz_take_word(FuzzInput *input);
/** What is left, up to its first NUL, as text. (transfer full) */
char *fuzz_take_text(FuzzInput *input);
/** The next line of what is left, without its end; NULL when nothing is left. (transfer full) */
char *fuzz_take_line(FuzzInput *input);

/** `came` as a reply to the query: with its ID and question, which a fuzzer would hardly find; as
 * it is, where it has no question. (transfer full) */
GBytes *fuzz_fit_reply(GBytes *came, const Message *query);
