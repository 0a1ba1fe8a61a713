/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "application.h"

/** A question in plain words, before anything opens in the clear or is taken away. Borrowed. */
typedef struct Confirmation {
    const char *question;
    const char *text;    /* what becomes visible to whom, and until when */
    const char *confirm; /* label of the button that says yes, with a mnemonic */
    /* whether the question still makes sense; NULL: while lookups are held back on this network */
    gboolean (*holds)(SottoApplication *application);
    GDestroyNotify free_data; /* of what `confirmed` gets; NULL: nobody's */
} Confirmation;

/**
 * Asks, and calls `confirmed` once if the user says yes; Cancel is what Enter and Escape mean. One
 * question at a time: while one stands, it is shown again instead. It goes away by itself when it
 * no longer holds.
 */
void confirmation_ask(SottoApplication *application, const Confirmation *confirmation,
                      void (*confirmed)(SottoApplication *application, gpointer data),
                      gpointer data);
