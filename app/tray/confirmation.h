/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "application.h"

/** A question in plain words, before anything opens in the clear. Borrowed. */
typedef struct Confirmation {
    const char *question;
    const char *text;    /* what becomes visible to whom, and until when */
    const char *confirm; /* label of the button that says yes, with a mnemonic */
} Confirmation;

/**
 * Asks, and calls `confirmed` once if the user says yes; Cancel is what Enter and Escape mean. One
 * question at a time: while one stands, it is shown again instead. It goes away by itself when the
 * state it was asked in has ended.
 */
void confirmation_ask(SottoApplication *application, const Confirmation *confirmation,
                      void (*confirmed)(SottoApplication *application, gpointer data),
                      gpointer data);
