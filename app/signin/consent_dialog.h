/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** What to do when the answer is yes. */
typedef void (*ConsentGiven)(GtkWindow *window);

/**
 * Asks for a decision that costs privacy: the sentence says what, and "Cancel" is what Return and
 * Escape mean. `given` is called with `window` on yes; on anything else nothing is. Returns the
 * dialog, which GTK owns: whoever destroys it, since the question is none any more, has no answer.
 */
GtkWidget *consent_dialog_ask(GtkWindow *window, const char *question, const char *sentence,
                              const char *yes, ConsentGiven given);
