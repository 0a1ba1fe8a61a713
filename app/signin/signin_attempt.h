/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

/** How far a sign-in has come. */
typedef enum {
    ATTEMPT_BEGINNING,  /* the helper was asked */
    ATTEMPT_IN_WINDOW,  /* the page at attempt_address() is to be shown here */
    ATTEMPT_IN_BROWSER, /* it is, or was, shown by the user's browser; everybody's names go out */
    ATTEMPT_FINISHING,  /* the network lets through; protection is being turned on */
    ATTEMPT_ONLINE,     /* done */
    ATTEMPT_OPEN,       /* the user chose to be unprotected here */
    ATTEMPT_BLOCKED,    /* signed in, but nothing private gets through */
    ATTEMPT_ENDED       /* it came to nothing; attempt_sentence() says why */
} AttemptPhase;

/**
 * One try after another to sign in to the network at hand.
 *
 * Signal "changed" (no arguments): the phase, or something about it, is another one.
 * Signal "refused" (sentence): what the user asked for beyond beginning was not done.
 */
#define SOTTO_TYPE_ATTEMPT (sotto_attempt_get_type())
G_DECLARE_FINAL_TYPE(SottoAttempt, sotto_attempt, SOTTO, ATTEMPT, GObject)

/** Nothing is asked yet. `helper` (transfer none) outlives it. */
SottoAttempt *sotto_attempt_new(SottoHelper *helper);

/** Begins, or begins anew. */
void sotto_attempt_begin(SottoAttempt *attempt, SottoSignIn how);
/** Ends a sign-in that is under way. */
void sotto_attempt_end(SottoAttempt *attempt);
/** The network's own DNS for a quarter of an hour: the user has confirmed it. */
void sotto_attempt_allow_unprotected(SottoAttempt *attempt);

AttemptPhase sotto_attempt_phase(SottoAttempt *attempt);
/** Of the sign-in page (transfer none); "" before there is one. */
const char *sotto_attempt_address(SottoAttempt *attempt);
/** The network's own DNS serves the whole computer: any browser gets to the page, and nothing has
 * to be opened for it, nor can be. */
gboolean sotto_attempt_is_open(SottoAttempt *attempt);
/** The network's name, as the user knows it; "" unknown. */
const char *sotto_attempt_network(SottoAttempt *attempt);
/** Why it ended (transfer none). */
const char *sotto_attempt_sentence(SottoAttempt *attempt);
/** Until the sign-in or the consent ends by itself; 0 when it does not. */
gint64 sotto_attempt_seconds_left(SottoAttempt *attempt);
gint64 sotto_attempt_until_s(SottoAttempt *attempt);
