/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/** The one unit all of it is done as, so that there is one at a time. */
#define SOTTO_SETUP_UNIT "sotto-setup.service"

/** What the host's systemd shall run, as root, when an administrator says yes. */
typedef struct SottoSetupOrder {
    const char *description;    /* as the host's journal names it */
    const char *const *command; /* the program's absolute path and its arguments, all literal */
    int input;            /* its standard input, closed by the call (transfer full); -1 none */
    gboolean interactive; /* polkit may ask somebody for the password */
    void (*allowed)(gpointer user_data); /* with the callback's, when somebody has said yes */
} SottoSetupOrder;

/** The arguments of StartTransientUnit (floating). `handles` are places in the message's list of
 * descriptors, for standard input, output and error; -1: none. */
GVariant *sotto_setup_order_parameters(const SottoSetupOrder *order, const int handles[3]);

/** What an error of that call means, as SOTTO_ERROR with a sentence; a cancellation stays one.
 * Takes `error` (transfer full). */
GError *sotto_setup_order_refusal(GError *error);
